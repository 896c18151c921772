"""Running it: reload, shutdown under load, one process per store, watched folders, standard input, and the commands beside."""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import checks as scenario_checks
import load
from layout import gz, key_folder, write
from org import iso
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Connection, Serve, background, eventually, merge, records_body, require_serve, token_of
from story import ACCOUNTS, Story

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
          "watches": [{"name": "prod", "accounts": ["555566667777"], "roles": ["BreakGlass*"], "severity": "critical"}]}


def federate(story, who="alice", account="prod-payments", role="BreakGlassAdmin"):
    return story.plant(time.time() - 30, "federate", [who, account, role])[0]


def reload(checks, receivers):
    """SIGHUP takes a good configuration, and keeps the old one when the new one is bad."""
    story = Story("reload")
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        checks.ok(s.ingest([federate(story, "alice", "staging", "Rescue")]).ok and s.sessions() == [], "not watched yet")
        before = s.config
        more = {"watches": CONFIG["watches"] + [{"name": "rescue", "roles": ["Rescue"], "severity": "high"}]}
        s.write_config(merge(before, more))
        s.reload()
        checks.ok(eventually(lambda: s.ingest([federate(story, "bob", "staging", "Rescue")]).ok and s.sessions(), 10, pause=0.3),
                  "watched after SIGHUP")
        hashes = {x["config_hash"] for x in s.sessions()}
        with open(s.config_path, "w", encoding="utf-8") as f:
            f.write("version: 1\nwatches: [nonsense\n")
        logged = len(s.stderr())
        s.reload()
        checks.ok(eventually(lambda: len(s.stderr()) > logged, 10), "a bad configuration is told in the log")
        n = len(s.sessions())
        checks.ok(s.alive() and s.ingest([federate(story, "carol", "staging", "Rescue")]).ok, "alive with the old one")
        checks.ok(eventually(lambda: len(s.sessions()) == n + 1, 5), "which still watches")
        checks.ok({x["config_hash"] for x in s.sessions()} == hashes, "and sessions say which it was")
        # A receiver that is gone parks what waits for it, in sight.
        receivers.always("siem", "500")
        s.ingest([federate(story, "dave", "staging", "Rescue")])
        s.write_config(merge(merge(before, more), {"receivers": [receivers.webhook("other")], "default_receivers": ["other"]}))
        s.reload()
        parked = lambda: [n for a in s.alerts() for n in a["notifications"] if n["receiver"] == "siem" and n["state"] == "parked"]
        checks.ok(eventually(parked, 15), f"rows of a removed receiver are parked: {s.alerts()[:1]}")
        checks.ok(eventually(lambda: receivers.told("session.opened", "other"), 15), "and told to the default receivers")
        receivers.always("siem", "ok")
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")
    bad = Serve(config={"nonsense": 1}, start=False)
    checks.ok(bad.launch().wait(20 * SLOWER) == 2, "a bad configuration at the start: exit 2")
    bad.close()


def shutdown(checks, receivers):
    """SIGTERM under load ends with 0 and loses nothing."""
    with Serve(receivers=[receivers.webhook("siem"), receivers.webhook("audit")], config=load.CONFIG, env=receivers.env()) as s:
        work = load.Load(s.port, rate=20).start()
        for n in range(4):
            time.sleep(0.7)
            code = s.stop()
            checks.ok(code == 0, f"SIGTERM under load ends with 0, not {code}: {s.stderr()[-500:]}")
            checks.ok(s.with_config("store", "check").returncode == 0, "the store is sound")
            s.start()
        checks.ok(work.stop(60), "the senders got through")
        stored = {e["event_id"] for e in s.items("/api/v1/events", limit=1000)}
        lost = [i for i in work.acknowledged if i not in stored]
        checks.ok(not lost, f"{len(lost)} of {len(work.acknowledged)} acknowledged records are lost", lost)
        checks.ok(eventually(lambda: not s.metric("glasswatch_alerts_total", "state").get("trying"), 60), "all is told")
        twice = [c for c in receivers.of("siem") if sum(d.headers["webhook-id"] == c.headers["webhook-id"] for d in receivers.of("siem")) > 1]
        checks.ok(not twice, f"a quiet end tells nothing twice: {twice[:4]}")
        problem = scenario_checks.books(s)
        checks.ok(problem is None, f"books: {problem}")


def asked(checks, receivers):
    """SIGTERM while everything is asked for ends with 0: what answers is there until nobody asks."""
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        ended = threading.Event()

        def ask(path):
            connection = Connection(s.port)
            while not ended.is_set():
                try:
                    connection.request("GET", path, headers={"Authorization": "Bearer " + token_of("viewer")})
                except (OSError, http.client.HTTPException):
                    time.sleep(0.001)
        threads = [background(ask, path) for path in ("/metrics", "/api/v1/directory", "/readyz", "/api/v1/coverage") * 2]
        codes = []
        for _ in range(10):
            time.sleep(0.2)
            codes.append(s.stop())
            s.start()
        ended.set()
        for thread in threads:
            thread.join(30)
        checks.ok(codes == [0] * 10, f"SIGTERM ends with 0: {codes}")


def hanging(checks, receivers):
    """A receiver that never answers does not hold up the end, and is told after the next start."""
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        receivers.always("siem", "hang 120")
        s.ingest([federate(Story("hanging"))])
        checks.ok(receivers.wait(lambda: receivers.of("siem", accepted=False), 10), "the webhook is called")
        checks.ok(s.stop(40 * SLOWER) == 0, "SIGTERM ends with 0 while a receiver hangs")
        receivers.always("siem", "ok")
        s.start()
        checks.ok(eventually(lambda: receivers.told("session.opened"), 60), "and tells it after the next start")
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")


def full_disk(checks, receivers):
    """On a full disk nothing is acknowledged; when there is room again it goes on, and nothing is lost or told twice."""
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", place], capture_output=True)
        if mounted.returncode != 0:
            print("     no right to mount: the full disk is not tested")
            return
        try:
            with Serve(receivers=[receivers.webhook("siem"), receivers.webhook("audit")], env=receivers.env(), config=load.CONFIG,
                       folder=place) as s:
                work = load.Load(s.port, workers=2, rate=30).start()
                checks.ok(eventually(lambda: s.get("/readyz", token=None).status == 503, 30), "not ready on a full disk")
                checks.ok(s.get("/healthz", token=None).status == 200, "but alive")
                before = work.batches
                time.sleep(1)
                checks.ok(work.batches <= before + 2, f"{work.batches - before} batches were acknowledged on a full disk")
                subprocess.run(["mount", "-o", "remount,size=200m", place], check=True)
                checks.ok(eventually(lambda: work.batches > before + 20, 60), "it goes on when there is room")
                checks.ok(work.stop(60), "everything is acknowledged")
                stored = {e["event_id"] for e in s.items("/api/v1/events", limit=1000)}
                checks.ok(not set(work.acknowledged) - stored, "nothing is lost")
                checks.ok(eventually(lambda: not s.metric("glasswatch_alerts_total", "state").get("trying"), 60), "all is told")
                problem = scenario_checks.books(s)
                checks.ok(problem is None, f"books: {problem}")
                checks.ok(s.stop() == 0 and s.with_config("store", "check").returncode == 0, "a quiet end, and a sound store")
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def one_process(checks, receivers):
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        other = Serve(receivers=[receivers.webhook()], config={**CONFIG, "store": s.config["store"]}, env=receivers.env(), start=False)
        process = other.launch()
        try:
            code = process.wait(20 * SLOWER)
        except subprocess.TimeoutExpired:
            code = "still running"
        checks.ok(code not in (0, "still running"), f"a second serve on the same store is refused: {code}")
        checks.ok(str(other.stderr()).strip() != "", "and says why")
        other.close()
        checks.ok(s.ingest([federate(Story("one"))]).ok, "the first goes on")


def stats_of(s):
    records = s.metric("glasswatch_records_total", "outcome")
    return sum(records.values()), records.get("duplicate", 0)


def folder(checks, receivers):
    """A watched folder in S3's layout: files are read once, over restarts too; new ones are seen soon."""
    with Serve(receivers=[receivers.webhook()], config={**CONFIG, "sources": [{"type": "directory", "path": "./trail"}]},
               env=receivers.env(), start=False) as s:
        story = Story("folder")
        account = story.account("prod-payments")
        key = lambda name: os.path.join(s.folder, "trail", key_folder(story.org.id, account.id, "eu-west-1", int(time.time())), name)
        put = lambda name, records: write(key(name), gz(records_body(records)))
        name = account.id + "_CloudTrail_eu-west-1_20260101T0000Z_%016d.json.gz"
        put(name % 1, [federate(story, "alice")])
        s.start()
        checks.ok(eventually(lambda: len(s.sessions()) == 1, 10), "what lay there is read")
        checks.ok(s.sessions() and s.sessions()[0]["confirmed_by"], f"and confirms the session: {s.sessions()[:1]}")
        put(name % 2, [federate(story, "bob")])
        checks.ok(eventually(lambda: len(s.sessions()) == 2, 10), "a new file is seen within seconds")
        os.makedirs(os.path.dirname(key("later/x")), exist_ok=True)
        put("later/" + name % 3, [federate(story, "carol")])
        checks.ok(eventually(lambda: len(s.sessions()) == 3, 30), "in a new folder, too")
        # Written under another name first, then moved: as rsync and aws s3 sync do.
        write(key(".part"), gz(records_body([federate(story, "dave")])))
        os.rename(key(".part"), key(name % 4))
        checks.ok(eventually(lambda: len(s.sessions()) == 4, 30), "a file that is moved in is seen")
        write(os.path.join(s.folder, "trail/AWSLogs/x/CloudTrail-Digest/eu-west-1/d.json.gz"), gz(b'{"logFiles":[],"awsAccountId":"1"}'))
        write(key(name % 5), b"\x1f\x8bnot gzip at all")
        put(name % 6, [federate(story, "erin")])
        checks.ok(eventually(lambda: len(s.sessions()) == 5, 30), "a file that cannot be read does not stop the next")
        total, duplicates = stats_of(s)
        for end in ("stop", "kill", "stop"):
            checks.ok(getattr(s, end)() in (0, None), f"{end}")
            s.start()
            time.sleep(0.5)
        checks.ok(stats_of(s) == (total, duplicates), f"nothing is read twice over restarts: {stats_of(s)}, was {(total, duplicates)}")
        s.kill()
        put(name % 7, [federate(story, "frank")])
        s.start()
        checks.ok(eventually(lambda: len(s.sessions()) == 6, 10), "what came while it was away is read")
        os.rename(os.path.join(s.folder, "trail"), os.path.join(s.folder, "gone"))
        time.sleep(0.5)
        checks.ok(s.alive(), "alive although the folder is gone")
        os.rename(os.path.join(s.folder, "gone"), os.path.join(s.folder, "trail"))
        put(name % 8, [federate(story, "grace")])
        checks.ok(eventually(lambda: len(s.sessions()) == 7, 60), "and back when it is back")
        problem = scenario_checks.books(s)
        checks.ok(problem is None, f"books: {problem}")


def standard_input(checks, receivers):
    with Serve(receivers=[receivers.webhook()], config={**CONFIG, "sources": [{"type": "stdin"}]}, env=receivers.env(),
               start=False, stdin=subprocess.PIPE) as s:
        s.start()
        story = Story("stdin")
        for who in ("alice", "bob"):
            s.process.stdin.write(json.dumps(federate(story, who)).encode() + b"\n")
            s.process.stdin.flush()
        checks.ok(eventually(lambda: len(s.sessions()) == 2, 10), f"records of standard input: {len(s.sessions())}")
        s.process.stdin.close()
        time.sleep(0.5)
        checks.ok(s.alive(), "the end of standard input ends nothing else")
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")


def store_commands(checks, receivers):
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        story = Story("store")
        s.ingest([federate(story, w) for w in ("alice", "bob", "carol")])
        copy = os.path.join(s.folder, "copy.db")
        r = s.with_config("store", "backup", copy)
        checks.ok(r.returncode == 0 and os.path.getsize(copy) > 0, f"store backup while it runs: {r}")
        before = {x["id"]: x for x in s.sessions()}
        s.stop()
        r = s.with_config("store", "check")
        checks.ok(r.returncode == 0, f"store check: {r}")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(s.store + end):
                os.remove(s.store + end)
        os.rename(copy, s.store)
        r = s.with_config("store", "check")
        checks.ok(r.returncode == 0, f"the copy is sound: {r}")
        s.start()
        checks.ok({x["id"] for x in s.sessions()} == set(before), "and holds every session")
        s.stop()
        with open(s.store, "r+b") as f:
            size = os.path.getsize(s.store)
            for at in range(4096 * 3, size, 4096):
                f.seek(at + 100)
                f.write(b"\xff" * 64)
        r = s.with_config("store", "check")
        checks.ok(r.returncode != 0 and (r.stdout + r.stderr).strip(), f"damage is found and said: {r}")
        with open(s.store, "wb") as f:
            f.write(b"no database at all" * 1000)
        code = s.launch().wait(20 * SLOWER)
        checks.ok(code not in (0, -6, -11), f"serve refuses what is no store: {code} {s.stderr()[-200:]}")


def receiver_commands(checks, receivers):
    both = [receivers.slack(), receivers.webhook()]
    with Serve(receivers=both, config={**CONFIG, "default_receivers": ["oncall", "siem"]}, env=receivers.env()) as s:
        r = s.with_config("receivers", "check")
        checks.ok(r.returncode == 0 and "oncall" in r.stdout and "siem" in r.stdout, f"receivers check: {r}")
        posted = [c for c in receivers.of(accepted=False) if c.method == "chat.postMessage"]
        checks.ok(not posted, "and posts nothing")
        receivers.script("slack", "error invalid_auth")
        r = s.with_config("receivers", "check")
        checks.ok(r.returncode == 4 and "invalid_auth" in r.stdout + r.stderr, f"receivers check with a bad token: 4, and why: {r}")
        for name, kind in (("oncall", "alert_test"), ("siem", "alert_test")):
            r = s.with_config("alert-test", "--receiver", name)
            checks.ok(r.returncode == 0, f"alert-test {name}: {r}")
        checks.ok(eventually(lambda: receivers.told("alert_test") and [c for c in receivers.of("slack") if c.is_parent], 15),
                  f"both got it, marked: {receivers.of()}")
        checks.ok(any("test" in c.text().lower() for c in receivers.of("slack") if c.is_parent), "Slack's says that it is a test")
        checks.ok(any(a["kind"] == "alert_test" for a in s.alerts()), "and it is recorded")
        r = s.with_config("alert-test", "--receiver", "nobody")
        checks.ok(r.returncode == 2, f"alert-test to nobody: 2: {r}")
        r = s.with_config("route", "test", "--account", "555566667777", "--role", "BreakGlassAdmin", "--expect", "oncall,siem")
        checks.ok(r.returncode == 0, f"route test: {r}")
        r = s.with_config("route", "test", "--account", "555566667777", "--role", "BreakGlassAdmin", "--expect", "pager")
        checks.ok(r.returncode == 1 and "oncall" in r.stdout, f"route test, not as expected: 1, and who it is: {r}")


def operator_commands(checks, receivers):
    with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        story = Story("operator")
        s.ingest([federate(story, "alice"), federate(story, "bob")])
        ids = sorted(x["id"] for x in s.sessions())
        r = s.with_config("sessions", "list", "--open", "--unacknowledged", "--since", "12h")
        checks.ok(r.returncode == 0 and all(i in r.stdout for i in ids), f"sessions list: {r}")
        r = s.with_config("sessions", "show", ids[0])
        checks.ok(r.returncode == 0 and ids[0] in r.stdout and "prod-payments" in r.stdout, f"sessions show: {r}")
        checks.ok(s.with_config("sessions", "show", "nothing").returncode != 0, "sessions show of nothing")
        r = s.with_config("ack", ids[0], "--note", "on it")
        checks.ok(r.returncode == 0 and (s.session(ids[0])["acknowledged"] or {}).get("by") == "operator", f"ack: {r} {s.session(ids[0])['acknowledged']}")
        r = s.with_config("ack", ids[1], env={"GLASSWATCH_TOKEN": token_of("viewer")})
        checks.ok(r.returncode == 4 and not s.session(ids[1])["acknowledged"], f"a viewer acknowledges nothing: {r}")
        r = s.with_config("sessions", "list", "--unacknowledged")
        checks.ok(ids[0] not in r.stdout and ids[1] in r.stdout, f"sessions list --unacknowledged: {r}")
        until = iso(time.time() + 3600)
        r = s.with_config("mute", "add", "--watch", "prod", "--reason", "a drill", "--until", until)
        mutes = s.mutes()
        checks.ok(r.returncode == 0 and len(mutes) == 1 and mutes[0]["author"] == "operator" and mutes[0]["reason"] == "a drill", f"mute add: {r} {mutes}")
        r = s.with_config("mute", "add", "--watch", "prod", "--until", until)
        checks.ok(r.returncode == 2 or r.returncode == 4, f"a mute needs a reason: {r}")
        r = s.with_config("mute", "list")
        checks.ok(r.returncode == 0 and "a drill" in r.stdout, f"mute list: {r}")
        r = s.with_config("mute", "remove", mutes[0]["id"] if mutes else "x")
        checks.ok(r.returncode == 0 and not [m for m in s.mutes() if not m.get("ended_at")], f"mute remove: {r} {s.mutes()}")
        receivers.always("siem", "404")
        s.ingest([federate(story, "carol")])
        parked = lambda: [(a, n) for a in s.alerts() for n in a["notifications"] if n["state"] == "parked"]
        checks.ok(eventually(parked, 15), f"refused for good: parked: {s.alerts()[:1]}")
        r = s.with_config("outbox", "list")
        checks.ok(r.returncode == 0 and "siem" in r.stdout and "parked" in r.stdout, f"outbox list: {r}")
        receivers.always("siem", "ok")
        if parked():
            r = s.with_config("outbox", "retry", parked()[0][0]["id"])
            told = lambda: len({c.session_id for c in receivers.told("session.opened")} & {x["id"] for x in s.sessions()}) == 3
            checks.ok(r.returncode == 0 and eventually(told, 15), f"outbox retry: {r}")
        s.ingest([json.dumps(federate(story, "dave"))[:-1] + ',"x":nonsense}'])
        listed = lambda: s.with_config("quarantine", "list", "--format", "jsonl").stdout
        checks.ok(eventually(lambda: listed().strip(), 10), f"quarantine list: {s.with_config('quarantine', 'list')}")
        s.stop()


PARTS = (reload, shutdown, asked, hanging, full_disk, one_process, folder, standard_input, store_commands, receiver_commands, operator_commands)


def main():
    require_serve()
    checks = Checks("operations")
    for part in PARTS:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        with Receivers() as receivers:
            try:
                part(checks, receivers)
            except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError, AssertionError, subprocess.SubprocessError) as problem:
                checks.ok(False, f"{part.__name__}: {problem!r}")
            checks.ok(not receivers.problems, f"{part.__name__}: the receivers complain: {receivers.problems[:3]}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
