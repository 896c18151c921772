"""`./dev run`: the sample trail comes in, sessions open, the stand-in for Slack is told, and it ends as asked."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from runner import BINARY, SOURCE, Checks, require_binary

require_binary()
checks = Checks("dev run")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def items(path):
    return json.loads(get(path))["items"]


def eventually(question, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            answer = question()
            if answer:
                return answer
        except OSError:
            pass
        time.sleep(0.1)
    return None


with tempfile.TemporaryDirectory() as folder:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GLASSWATCH_")}
    environment.update(GW_BINARY=BINARY, DEV_RUN_HOME=folder + "/demo", DEV_RUN_PORT=str(port), DEV_RUN_REPLAY="2", DEV_RUN_SECONDS="120")
    run = subprocess.Popen([os.path.join(SOURCE, "dev"), "run"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    sessions = eventually(lambda: (lambda s: s if len(s) >= 18 else None)(items("/api/v1/sessions?limit=200")), 60)
    checks.ok(sessions is not None, "the sessions of the sample trail open")
    checks.ok(sessions and any(s["state"] == "open" for s in sessions), "one of them is still open")
    messages = eventually(lambda: items("/api/v1/messages"), 30)
    checks.ok(messages and messages[0]["blocks"] and messages[0]["text"], "the stand-in for Slack is told")
    checks.ok("<html" in get("/"), "there is a page to look at")
    second = subprocess.run([os.path.join(SOURCE, "dev"), "run"], cwd=folder, env=environment, capture_output=True, text=True)
    checks.ok(second.returncode == 1 and "it runs already" in second.stderr, f"a second one is refused: {second}")
    run.send_signal(signal.SIGTERM)
    try:
        said = run.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        run.kill()
        said = run.communicate()[0]
    checks.ok(run.returncode == 0, f"it ends with 0 as asked, not {run.returncode}: {said[-2000:]}")
    checks.ok(f"http://127.0.0.1:{port}/" in said, f"it says where to look: {said}")
    checks.ok('"stopped"' in said, f"the server ended by itself: {said[-2000:]}")

    environment.update(DEV_RUN_SECONDS="1")
    short = subprocess.run([os.path.join(SOURCE, "dev"), "run"], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    checks.ok(short.returncode == 0, f"DEV_RUN_SECONDS ends it: {short}")
sys.exit(checks.finish())
