"""Starts programs from a small process, so that the memory measured is theirs.

The kernel counts what a process held before exec into its peak (ru_maxrss): a child of a test that holds large inputs would
look large. runner.py starts this once, while it is small itself, and sends one JSON line per run:
{"args", "env", "stdin", "stdout", "stderr", "timeout"}; back comes {"code", "peak_kib", "seconds", "timed_out"}.
"""
import json
import os
import signal
import sys
import time


def run(order):
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 0, order["stdin"], os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, order["stdout"], flags, 0o600),
               (os.POSIX_SPAWN_OPEN, 2, order["stderr"], flags, 0o600)]
    began, late = time.monotonic(), []
    pid = os.posix_spawn(order["args"][0], order["args"], order["env"], file_actions=actions)

    def stop(_signal, _frame):
        late.append(True)
        os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(order["timeout"])
    _, status, usage = os.wait4(pid, 0)
    signal.alarm(0)
    return {"code": os.waitstatus_to_exitcode(status), "peak_kib": usage.ru_maxrss, "seconds": time.monotonic() - began,
            "timed_out": bool(late)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
