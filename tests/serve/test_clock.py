"""What the clock alone causes: silence and its end, the hand-over's digest, the heartbeat."""
import json
import os
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
from monitor import Monitor
from receivers_standin import Receivers
from runner import Checks
from serve import Serve, eventually, require_serve
from story import ACCOUNTS, Story

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
          "watches": [{"name": "prod", "accounts": ["555566667777"], "roles": ["BreakGlass*"], "severity": "critical"}]}
DAY = 86400


def federate(story, who="alice"):
    return story.plant(time.time() - 30, "federate", [who, "prod-payments", "BreakGlassAdmin"])[0]


def micros(seconds):
    return int(seconds * 1e6)


def learnt(path, quiet_for):
    """As if two busy weeks had passed, and then `quiet_for` seconds of nothing."""
    now = time.time()
    today = int(now // DAY)
    rhythm = " ".join(f"{day}:300" for day in range(today - 14, today + 1))
    db = sqlite3.connect(path)
    with db:
        places = db.execute("SELECT account_id, region, feed FROM coverage").fetchall()
        db.execute("UPDATE coverage SET received_at = ?", (micros(now - quiet_for),))
        names = {"*"} | {f"*/{feed}" for _, _, feed in places} | {f"*/{feed}/{account}/{region}" for account, region, feed in places}
        for name in names:
            db.execute("INSERT OR REPLACE INTO cursors VALUES(?, ?)", ("silence/" + name, rhythm))
        db.execute("INSERT OR REPLACE INTO cursors VALUES('silence/looked', ?)",
                   (f"{micros(now - 30)};{micros(now - 13 * DAY)}",))
    db.close()


def silence(checks):
    """A pipeline in which nothing comes any more is told once, without any traffic; and that it is heard again."""
    with Receivers() as receivers, Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
        story = Story("silence")
        checks.ok(s.ingest([federate(story)]).status // 100 == 2, "a record comes")
        place = s.items("/api/v1/coverage")[0]
        checks.ok(place["silent_since"] is None and "usual_quiet_seconds" in place, f"the place is not silent: {place}")
        late = place["lag_seconds"]
        checks.ok(late["records"] == 1 and 0 < late["p50"] <= late["p95"] <= late["max"], f"how late its records are: {place}")
        checks.ok(s.metrics()[("glasswatch_lag_seconds", (("feed", "http"), ("quantile", "0.95")))] == late["p95"], "and the metric says it, too")
        said = json.loads(s.with_config("doctor", "--live", "--format", "json").stdout)
        checks.ok(said["feeds"][0]["lag_p95_seconds"] == late["p95"], f"and doctor --live: {said}")
        s.stop()
        learnt(s.store, quiet_for=2 * 3600)
        s.start()
        checks.ok(eventually(lambda: receivers.told("coverage.silent"), 20), "silence is told")
        place = s.items("/api/v1/coverage")[0]
        checks.ok(place["silent_since"] and place["usual_quiet_seconds"] == 300, f"the API says it: {place}")
        checks.ok(s.get("/readyz", token=None).status == 200, "it is ready all the same")
        live = s.with_config("doctor", "--live", "--format", "json")
        said = json.loads(live.stdout)
        checks.ok(live.returncode == 1 and said["ready"] and len(said["silent"]) == 1, f"doctor --live says the same: {live}")
        text = s.with_config("doctor", "--live")
        checks.ok("silent: http 111122223333 eu-west-1 since" in text.stdout, f"also to people: {text}")
        checks.ok(s.metrics()[("glasswatch_coverage_silent_places", ())] == 1, "and the metric")
        s.stop()
        s.start()
        checks.ok(s.ingest([federate(story, "bob")]).status // 100 == 2, "another record comes")
        checks.ok(eventually(lambda: receivers.told("coverage.heard"), 90), "that it is heard again is told")
        checks.ok(len(receivers.told("coverage.silent")) == 1, "silence once, over a restart")
        live = s.with_config("doctor", "--live")
        checks.ok(live.returncode == 0 and live.stdout.startswith("ready"), f"doctor --live is content: {live}")
        told = receivers.told("coverage.heard")[0].json["data"]
        checks.ok("records come again" in str(told), f"in words: {told}")


def never_heard(checks):
    """An account that is expected and never came is shown wherever what was heard is shown, as soon as it is waited for."""
    missing, told = "999999999999", lambda r: [m.json["data"] for m in r.told("coverage.silent")]
    config = {**CONFIG, "expected_accounts": ["111122223333", missing]}
    with Receivers() as receivers, Serve(receivers=[receivers.webhook()], config=config, env=receivers.env()) as s:
        checks.ok(s.ingest([federate(Story("never"))]).status // 100 == 2, "a record of another account comes")
        rows = lambda: {p["account_id"]: p for p in s.items("/api/v1/coverage")}
        checks.ok(eventually(lambda: missing in rows(), 90), "the account is in what was heard")
        row = rows()[missing]
        checks.ok(row["never_heard_since"] and not row["silent_since"] and row["records"] == 0 and row["feed"] is None, f"as not heard: {row}")
        checks.ok(rows()["111122223333"]["never_heard_since"] is None, "the other one is heard")
        live = s.with_config("doctor", "--live", "--format", "json")
        said = json.loads(live.stdout)
        checks.ok(live.returncode == 0 and said["never_heard"][0].startswith(missing) and len(said["feeds"]) == 1,
                  f"doctor --live knows it, and that it is not told yet: {live}")
        s.stop()
        db = sqlite3.connect(s.store)
        with db:  # as if a day had passed
            changed = db.execute("UPDATE cursors SET value = ? WHERE name = ?",
                                 (str(micros(time.time() - 2 * DAY)), "silence/missing/" + missing)).rowcount
        db.close()
        checks.ok(changed == 1, "it is waited for")
        s.start()
        checks.ok(eventually(lambda: told(receivers), 20), "it is told")
        checks.ok(missing in str(told(receivers)), f"by its number: {told(receivers)}")
        checks.ok(rows()[missing]["silent_since"] == rows()[missing]["never_heard_since"], "and is silent")
        live = s.with_config("doctor", "--live")
        checks.ok(live.returncode == 1 and f"expected and never heard: {missing} since" in live.stdout, f"doctor --live: {live}")
        report = json.loads(s.with_config("report", "--format", "json").stdout)["completeness"]
        shown = [c for c in report["coverage"] if c["account_id"] == missing]
        checks.ok(len(shown) == 1 and shown[0]["never_heard_since"] == rows()[missing]["never_heard_since"], f"the report agrees: {shown}")
        checks.ok("1 account is expected and was never heard" in report["gaps"], f"and has a gap: {report['gaps']}")
        for form, said in (("csv", f"never_heard,0,,,,,,{missing}"), ("html", f"<td>{missing}</td>")):
            text = s.with_config("report", "--format", form).stdout
            checks.ok(said in text, f"also as {form}: {[line for line in text.splitlines() if missing in line]}")
        past = s.with_config("report", "--format", "json", "--as-of", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        checks.ok(json.loads(past.stdout)["completeness"]["coverage"] is None, "but not one as of a time: it has no history")


def heartbeat(checks):
    """It beats while all works, and stops while a receiver fails."""
    with Receivers() as receivers, Monitor() as monitor:
        config = {**CONFIG, "heartbeat": {"url": "env:GWTEST_BEAT", "every": "1s", "allow_private": True}}
        with Serve(receivers=[receivers.webhook()], config=config, env={**receivers.env(), "GWTEST_BEAT": monitor.url}) as s:
            checks.ok(eventually(lambda: len(monitor.pings) >= 3, 20), f"it beats: {len(monitor.pings)}")
            checks.ok(all(path == "/ping/secret" for _, path in monitor.pings), "where it was told to")
            receivers.always("siem", "500")
            story = Story("heartbeat")
            s.ingest([federate(story)])
            quiet = lambda: monitor.pings and time.monotonic() - monitor.pings[-1][0] > 5
            checks.ok(eventually(quiet, 60), "it stops when messages do not leave")
            receivers.always("siem", "ok")
            count = len(monitor.pings)
            checks.ok(eventually(lambda: len(monitor.pings) > count, 90), "and begins again")
            checks.ok("secret" not in s.stderr(), "the address is a secret")


def hand_over(checks):
    """The digest comes once, to those it is meant for, and says what is open."""
    minute = time.strftime("%H:%M", time.gmtime(time.time() - 60))
    with Receivers() as receivers, Monitor() as monitor:
        config = {**CONFIG, "handover": {"at": minute, "timezone": "UTC", "to": ["desk"]},
                  "heartbeat": {"url": "env:GWTEST_BEAT", "every": "1s", "allow_private": True}}
        env = {**receivers.env(), "GWTEST_BEAT": monitor.url}
        with Serve(receivers=[receivers.webhook(), receivers.webhook("desk")], config=CONFIG, env=env) as s:
            s.ingest([federate(Story("handover"))])
            checks.ok(eventually(lambda: receivers.told("session.opened"), 20), "a session is open")
            s.mute(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600)), watch="prod", reason="drill <b>")
            s.write_config({**s.config, **config})
            s.reload()
            checks.ok(eventually(lambda: receivers.told("handover", "desk"), 20), "the digest comes")
            data = receivers.told("handover", "desk")[0].json["data"]
            text = str(data)
            checks.ok("1 open, 1 unacknowledged" in text and "1 mutes" in text, f"it counts: {text}")
            checks.ok("BreakGlassAdmin" in text and "drill <b>" in text, f"and names: {text}")
            s.stop()
            before = len(monitor.pings)
            s.start()
            # A heartbeat follows each look at the clock: two of them, and the digest would have come again.
            checks.ok(eventually(lambda: len(monitor.pings) >= before + 2, 20), "the clock goes on")
            checks.ok(len(receivers.told("handover", "desk")) == 1, "once, over a restart")
            checks.ok(not receivers.told("handover", "siem"), "and to nobody else")


PARTS = (silence, never_heard, heartbeat, hand_over)


def main():
    require_serve()
    checks = Checks("clock")
    for part in PARTS:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        try:
            part(checks)
        except (OSError, ValueError, KeyError, IndexError, AssertionError, sqlite3.Error) as problem:
            checks.ok(False, f"{part.__name__}: {problem!r}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
