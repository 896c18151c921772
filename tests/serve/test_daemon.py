"""The process itself: one run for cron, systemd's protocol, tokens that change, logs that are only lines, ends that are asked for twice."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
from layout import gz, key_folder, write
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, merge, records_body, require_serve, token_of
from story import ACCOUNTS, Story

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
          "watches": [{"name": "prod", "accounts": ["555566667777"], "roles": ["BreakGlass*"], "severity": "critical"}]}


def federate(story, who="alice"):
    return story.plant(time.time() - 30, "federate", [who, "prod-payments", "BreakGlassAdmin"])[0]


def log_lines(s):
    return [json.loads(line) for line in s.stderr().splitlines() if line]


def once(checks):
    """`serve --once` reads what is there, tells it, and ends; what was read is not read again. It listens on nothing."""
    receivers = [{"name": "out", "type": "stdout"}]
    with Serve(receivers=receivers, config={**CONFIG, "default_receivers": ["out"], "sources": [{"type": "directory", "path": "./trail"}]},
               start=False) as s:
        story = Story("once")
        account = story.account("prod-payments")
        folder = os.path.join(s.folder, "trail", key_folder(story.org.id, account.id, "eu-west-1", int(time.time())))
        put = lambda n, who: write(os.path.join(folder, f"{account.id}_CloudTrail_eu-west-1_20260101T0000Z_{n:016d}.json.gz"),
                                   gz(records_body([federate(story, who)])))
        put(1, "alice")
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", s.port))
            taken.listen()
            checks.ok(s.launch("--once").wait(30 * SLOWER) == 0, f"--once ends with 0: {s.stderr()[-800:]}")
        told = [json.loads(line) for line in s.stdout().splitlines()]
        checks.ok([t["type"] for t in told] == ["session.opened"], f"it tells one opening: {told}")
        put(2, "bob")
        checks.ok(s.launch("--once").wait(30 * SLOWER) == 0, "and again")
        checks.ok(len(s.stdout(life=2).splitlines()) == 1, f"only what is new: {s.stdout(life=2)}")
        s.process = None
        listed = s.with_config("sessions", "list", "--format", "jsonl").stdout.splitlines()
        checks.ok(len(listed) == 2, f"the store holds both: {listed}")
        checks.ok(os.stat(s.config["store"].split(":", 1)[1]).st_mode & 0o007 == 0, "and is nobody else's")


def systemd(checks):
    """READY, RELOADING, STOPPING and the watchdog's signs of life."""
    with Serve(receivers=[{"name": "out", "type": "stdout"}], config={**CONFIG, "default_receivers": ["out"]}, start=False) as s:
        path = os.path.join(s.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20 * SLOWER)
            s.env["NOTIFY_SOCKET"] = path
            s.launch()
            checks.ok(manager.recv(100) == b"READY=1", "READY=1 when it is")
            checks.ok(s.get("/readyz", token=None).status == 200, "and it is")
            checks.ok(manager.recv(100) == b"WATCHDOG=1", "signs of life")
            s.reload()
            said = [manager.recv(100) for _ in range(4)]
            at = said.index(b"RELOADING=1") if b"RELOADING=1" in said else 0
            checks.ok(said[at:at + 2] == [b"RELOADING=1", b"READY=1"], f"RELOADING=1, READY=1: {said}")
            s.process.send_signal(signal.SIGTERM)
            while (word := manager.recv(100)) == b"WATCHDOG=1":
                pass
            checks.ok(word == b"STOPPING=1", f"STOPPING=1: {word}")
            checks.ok(s.process.wait(30 * SLOWER) == 0, "and ends with 0")


def tokens(checks):
    """A token in a file counts when the file changes, without a reload; one that cannot be read leaves the old."""
    with Serve(receivers=[{"name": "out", "type": "stdout"}], config={**CONFIG, "default_receivers": ["out"]}, start=False) as s:
        path = os.path.join(s.folder, "viewer.token")
        write(path, b"first-" + token_of("viewer").encode() + b"\n")
        line = {"name": "filed", "role": "viewer", "token": "file:" + path}
        s.write_config(merge(s.config, {"http": {"tokens": s.config["http"]["tokens"] + [line]}}))
        s.start()
        status = lambda word: s.get("/api/v1/sessions", token=word + "-" + token_of("viewer")).status
        checks.ok(status("first") == 200 and status("second") == 401, "the first one holds")
        write(path + ".new", b"second-" + token_of("viewer").encode() + b"\n")
        os.rename(path + ".new", path)
        checks.ok(eventually(lambda: status("second") == 200, 20, pause=1), "the second one holds after a while")
        checks.ok(status("first") == 401, "and the first one no more")
        os.remove(path)
        checks.ok(eventually(lambda: any("cannot be read again" in x["message"] for x in log_lines(s)), 20, pause=0.5), "its loss is told")
        checks.ok(status("second") == 200, "and the second one holds on")
        checks.ok(token_of("viewer") not in s.stderr(), "no token is in the log")


def logs(checks):
    """Mistakes come as lines of the log; what has no effect is said; failing receivers are told once and when they are back."""
    evil = "x\x1b]0;owned\x07\u202e"
    s = Serve(config={"mode": evil, "watches": [{"name": "a", "nonsense": 1}]}, start=False)
    checks.ok(s.launch().wait(20 * SLOWER) == 2, "a bad configuration: exit 2")
    lines = log_lines(s)
    checks.ok(len(lines) >= 2 and all(line["level"] == "error" for line in lines), f"each mistake is a line: {s.stderr()}")
    checks.ok("\x1b" not in s.stderr() and "\u202e" not in s.stderr(), "neutralised")
    s.close()
    with Receivers() as receivers:
        receivers.always("siem", "500")
        more = {"ledger": {"checkpoints": ["s3://checkpoints/x"]}}
        with Serve(receivers=[receivers.webhook()], config={**CONFIG, **more}, env=receivers.env()) as s:
            checks.ok(any(line.get("part") == "ledger" for line in log_lines(s)), "a part without effect is named")
            s.ingest([federate(Story("logs"))])
            failing = lambda: [x for x in log_lines(s) if x.get("receiver") == "siem"]
            checks.ok(eventually(failing, 30), "a failing receiver is told")
            receivers.always("siem", "ok")
            checks.ok(eventually(lambda: len(failing()) == 2, 30), f"and that it is back: {failing()}")
            checks.ok([x["level"] for x in failing()] == ["warning", "info"], f"once each: {failing()}")


def sources(checks):
    """A reload takes up a new folder and leaves one that is gone; changes to http count after a restart and are told."""
    folder = lambda name: {"sources": [{"type": "directory", "path": "./" + name}]}
    with Serve(receivers=[{"name": "out", "type": "stdout"}], config={**CONFIG, "default_receivers": ["out"], **folder("old")}, start=False) as s:
        story = Story("sources")
        account = story.account("prod-payments")
        key = key_folder(story.org.id, account.id, "eu-west-1", int(time.time()))
        put = lambda where, n, who: write(os.path.join(s.folder, where, key, f"{account.id}_CloudTrail_eu-west-1_20260101T0000Z_{n:016d}.json.gz"),
                                          gz(records_body([federate(story, who)])))
        put("old", 1, "alice")
        os.makedirs(os.path.join(s.folder, "new"))
        s.start()
        checks.ok(eventually(lambda: len(s.sessions()) == 1, 20), "the first folder is read")
        listen = s.config["http"]["listen"]
        s.write_config(merge(s.config, {**folder("new"), "http": {"listen": "127.0.0.1:1"}}))
        s.reload()
        checks.ok(eventually(lambda: any(x["message"] == "reloaded" for x in log_lines(s)), 10), "it is reloaded")
        checks.ok(any("after a restart" in x["message"] for x in log_lines(s)), "that http stays as it is, is told")
        put("old", 2, "bob")
        put("new", 3, "carol")
        checks.ok(eventually(lambda: len(s.sessions()) == 2, 30), "the second folder is read")
        time.sleep(1)
        checks.ok(len(s.sessions()) == 2, "and the first one no more")
        s.write_config(merge(s.config, {"sources": [{"type": "s3_sqs", "queue_url": "https://queues.example.com/1/q"}], "http": {"listen": listen}}))
        s.reload()
        checks.ok(eventually(lambda: any(x["message"] == "the configuration was not reloaded" for x in log_lines(s)), 10),
                  "a source that cannot be is refused")
        put("new", 4, "dave")
        checks.ok(eventually(lambda: len(s.sessions()) == 3, 30), "and what was there is read on")
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")


def twice(checks):
    """A second signal ends it at once, whatever hangs."""
    with Receivers() as receivers:
        receivers.always("siem", "hang")
        with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
            s.ingest([federate(Story("twice"))])
            eventually(lambda: receivers.of("siem", accepted=False), 10)
            s.process.send_signal(signal.SIGTERM)
            eventually(lambda: "stopping" in s.stderr(), 10)
            time.sleep(0.2)
            checks.ok(s.process.poll() is None, "it waits for the receiver")
            s.process.send_signal(signal.SIGTERM)
            try:
                code = s.process.wait(5 * SLOWER)
            except subprocess.TimeoutExpired:
                code = "still running"
            checks.ok(code == -signal.SIGTERM, f"the second signal ends it: {code}")
            s.kill()
            checks.ok(s.with_config("store", "check").returncode == 0, "the store is sound")
            receivers.always("siem", "ok")
            s.start()
            checks.ok(eventually(lambda: receivers.told("session.opened"), 60), "and it is told after the next start")


PARTS = (once, systemd, tokens, logs, sources, twice)


def main():
    require_serve()
    checks = Checks("daemon")
    for part in PARTS:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        try:
            part(checks)
        except (OSError, ValueError, KeyError, IndexError, AssertionError, subprocess.SubprocessError) as problem:
            checks.ok(False, f"{part.__name__}: {problem!r}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
