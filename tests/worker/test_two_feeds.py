"""Two feeds, one truth: what EventBridge brings at once and the trail's object brings later is told once, and what only one of
them carried can be listed."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "serve"), HERE]
import envelopes
from layout import dumps
from runner import Checks
from serve import eventually, require_serve
from test_worker import World
from trail import body, key_of


def by_eventbridge(w, record):
    answer = w.serve.ingest_eventbridge(dumps(envelopes.eventbridge_event(record)).encode())
    w.checks.ok(answer.ok, f"EventBridge's event is taken: {answer}")


def by_object(w, *records, key=None):
    """One log object of the trail that holds all of them."""
    key = key or key_of(records[0])
    w.aws.s3.put("org-logs", key, body(*records))
    w.queue.send(w.aws.s3.message("org-logs", key))
    return "s3://org-logs/" + key


def listed(w, **query):
    """Events of these filters: event id → feeds."""
    return {e["event_id"]: e["feeds"] for e in w.serve.events(**query)}


def ids(*records):
    return {r["eventID"] for r in records}


def fast_then_complete(checks):
    """EventBridge first. The object confirms the session, and brings what EventBridge did not."""
    with World(checks, "fast, then complete") as w:
        first, alone = w.person("both"), w.person("by object")
        by_eventbridge(w, first)
        checks.ok(eventually(lambda: w.told() == ["both"], 20), f"EventBridge's event is told at once: {w.told()}")
        session = w.session("both")
        checks.ok(session["feeds"] == ["eventbridge"] and not session["confirmed_by"],
                  f"before the trail has it, it is not confirmed: {session['feeds']} {session['confirmed_by']}")
        checks.ok(set(listed(w, only_feed="eventbridge")) == ids(first), "and carried by EventBridge alone")

        source = by_object(w, first, alone)
        checks.ok(eventually(lambda: w.session("both")["confirmed_by"] == source, 20),
                  f"the second copy of the event confirms the session: {w.session('both')['confirmed_by']}")
        call = dict(first, eventID="only-in-the-object", eventName="GetRoleCredentials")
        by_object(w, call, key=key_of(call, prefix="later/"))
        w.finish()  # each person is told once, and the queue is empty
        checks.ok(eventually(lambda: call["eventID"] in listed(w), 20), "a later object brings one more record")
        checks.ok(w.session("both")["confirmed_by"] == source, f"still confirmed by it: {w.session('both')['confirmed_by']}")
        checks.ok(sorted(w.session("both")["feeds"]) == ["eventbridge", "s3"], f"feeds: {w.session('both')['feeds']}")
        checks.ok(w.session("by object")["feeds"] == ["s3"], "what the object alone holds opens a session of its own")

        feeds = listed(w)
        checks.ok(sorted(feeds[first["eventID"]]) == ["eventbridge", "s3"], f"both carried the event: {feeds}")
        checks.ok(feeds[alone["eventID"]] == feeds[call["eventID"]] == ["s3"], f"one carried the others: {feeds}")
        checks.ok(set(listed(w, only_feed="s3")) == ids(call, alone), f"only_feed=s3: {listed(w, only_feed='s3')}")
        checks.ok(listed(w, only_feed="eventbridge") == {}, "nothing is EventBridge's alone any more")
        activity = w.serve.activity(w.session("both")["id"], only_feed="s3")
        checks.ok({e["event_id"] for e in activity} <= ids(call), f"of one session: {activity}")
        records = w.serve.metric("glasswatch_records_total", "outcome")
        checks.ok(records.get("duplicate") == 1, f"the second copy is a duplicate: {records}")
        shows(w, w.session("both")["id"], source, ["1 by s3"], {first["eventID"]: "eventbridge, s3", call["eventID"]: "s3"})
        alerts = [a for a in w.serve.alerts() if a["session_id"] == w.session("both")["id"]]
        checks.ok([a["kind"] for a in alerts].count("session.opened") == 1, f"one opening: {[a['kind'] for a in alerts]}")


def complete_then_fast(checks):
    """The other way round, and twice each: the same in the end."""
    with World(checks, "complete, then fast") as w:
        record, missed = w.person("both"), w.person("missed")
        source = by_object(w, record)
        checks.ok(eventually(lambda: w.told() == ["both"], 20), f"the object is told: {w.told()}")
        for _ in range(2):
            by_eventbridge(w, record)
            by_object(w, record, key=source.removeprefix("s3://org-logs/"))
        by_eventbridge(w, missed)  # its object never comes
        w.finish()
        checks.ok(w.session("both")["confirmed_by"] == source, f"confirmed from the start: {w.session('both')}")
        checks.ok(set(listed(w, only_feed="eventbridge")) == ids(missed), "the trail lacks what EventBridge alone carried")
        checks.ok(listed(w, only_feed="s3") == {}, "and nothing is the trail's alone")
        checks.ok(not w.session("missed")["confirmed_by"], "what no object holds is not confirmed")
        shows(w, w.session("both")["id"], source, ["none"], {record["eventID"]: "eventbridge, s3"})


def shows(w, session, source, alone, feeds):
    """`sessions show` names the object, each event's feeds, and how many only one feed carried."""
    r = w.serve.with_config("sessions", "show", session, "--format", "table")
    ok = w.checks.ok
    ok(r.returncode == 0 and source in r.stdout, f"sessions show names {source}: {r.returncode} {r.stdout} {r.stderr}")
    ok("Carried by one feed only: " + ", ".join(alone) + "\n" in r.stdout, f"it closes with {alone}: {r.stdout}")
    for event, of in feeds.items():
        line = next((l for l in r.stdout.splitlines() if event in l), "")
        ok(f" {of} " in line, f"{event} is by {of}: {line!r}")


if __name__ == "__main__":
    require_serve()
    all_checks = Checks("two feeds")
    for part in (fast_then_complete, complete_then_fast):
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part(all_checks)
    sys.exit(all_checks.finish())
