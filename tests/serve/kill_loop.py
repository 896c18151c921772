"""kill -9 under load, at random instants, and what must hold afterwards. `GW_SEED` repeats the instants of a run.

Nothing that got a 2xx is lost; every session was told to every receiver; a fact is accepted twice only when the crash fell
between the receiver's 2xx and the mark: at most one per receiver and crash; the store is sound after every kill.
"""
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import checks as scenario_checks
import load
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, require_serve

RECEIVERS = ("siem", "audit")


def loop(kills):
    require_serve()
    seed = int(os.environ.get("GW_SEED") or time.time_ns() % 1000000)
    rng, checks = random.Random(seed), Checks(f"kill (GW_SEED={seed})")
    with Receivers() as receivers, Serve(receivers=[receivers.webhook(n) for n in RECEIVERS], env=receivers.env(),
                                         config=load.CONFIG, start=False) as s:
        work = load.Load(s.port).start()
        for n in range(kills):
            receivers.set_mark(n)
            for _ in range(rng.randrange(3)):
                receivers.script(rng.choice(RECEIVERS), rng.choice(("500", "drop", "503", "slow 0.2")))
            s.launch()
            if n % 4:  # one in four may die while it starts
                s.wait_ready()
            time.sleep(rng.uniform(0.0, 1.2) * SLOWER)
            checks.ok(s.alive(), f"life {n} ended by itself: {s.stderr(s.lives)[-600:]}" if not s.alive() else "alive")
            s.kill()
            if not os.path.exists(s.store):
                continue  # it died before it made one
            r = s.with_config("store", "check")
            checks.ok(r.returncode == 0, f"store check after kill {n}: {r.returncode} {r.stdout[-300:]} {r.stderr[-300:]}")
        receivers.set_mark(kills)
        s.start()
        checks.ok(work.stop(120), "everything that was begun is acknowledged in the end")
        judge(checks, s, receivers, work)
        checks.ok(s.stop() == 0, "SIGTERM ends with 0")
        checks.ok(s.with_config("store", "check").returncode == 0, "store check at the end")
    return checks.finish()


def settled(s):
    """Nothing waits any more."""
    return all(value == 0 for (name, labels), value in s.metrics().items()
               if name == "glasswatch_alerts_total" and dict(labels)["state"] == "trying")


def judge(checks, s, receivers, work):
    checks.ok(eventually(lambda: settled(s), 120, pause=0.3), "everything is told in the end")
    stored = {}
    for event in s.items("/api/v1/events", limit=1000):
        stored[event["event_id"]] = stored.get(event["event_id"], 0) + 1
    lost = [f"{kind} {i}" for i, kind in work.acknowledged.items() if i not in stored]
    checks.ok(not lost, f"{len(lost)} of {len(work.acknowledged)} acknowledged records are not in the store", lost)
    twice = [i for i, n in stored.items() if n > 1]
    checks.ok(not twice, f"{len(twice)} records are stored twice", twice)
    checks.ok(not work.refused, f"no batch was refused: {work.refused[:2]}")

    sessions = s.items("/api/v1/sessions", limit=1000)
    ways_in = sum(kind == "access" for kind in work.acknowledged.values())
    checks.ok(len(sessions) == ways_in, f"{ways_in} people came in, there are {len(sessions)} sessions")
    for name in RECEIVERS:
        calls = receivers.of(name)
        opened = {c.session_id for c in calls if c.kind == "session.opened"}
        silent = [x["id"] for x in sessions if not opened & {x["id"], *x["aliases"]}]
        checks.ok(not silent, f"{len(silent)} of {len(sessions)} sessions were never told at {name}", silent)
        judge_duplicates(checks, name, calls)
    problem = scenario_checks.books(s)
    checks.ok(problem is None, f"books: {problem}")
    total = sum(s.metric("glasswatch_records_total", "outcome").values())
    checks.ok(work.settled <= total <= work.attempted,
              f"the books hold {total} records; {work.settled} were acknowledged, {work.attempted} sent")
    checks.ok(not receivers.problems, f"the receivers complain: {receivers.problems[:3]}")
    print(f"{s.lives - 1} kills, {work.batches} batches, {len(work.acknowledged)} records to keep, {len(sessions)} sessions")


def judge_duplicates(checks, name, calls):
    """A second acceptance needs a crash after the first one, and a crash excuses one."""
    by_fact, excused = {}, set()
    for c in calls:
        by_fact.setdefault(c.headers["webhook-id"], []).append(c)
    wrong = []
    for fact, told in by_fact.items():
        for before, again in zip(told, told[1:]):
            if again.mark == before.mark or before.mark in excused:
                wrong.append(f"{fact} accepted in life {before.mark}, again in {again.mark}")
            excused.add(before.mark)
    checks.ok(not wrong, f"{name}: accepted twice without a crash in between to excuse it", wrong)
    by_meaning = {}
    for c in calls:
        if c.kind == "session.opened":
            by_meaning.setdefault(c.session_id, set()).add(c.headers["webhook-id"])
    double = [f"{k}: {v}" for k, v in by_meaning.items() if len(v) > 1]
    checks.ok(not double, f"{name}: an opening was told under two ids", double)
    print(f"{name}: {len(calls)} accepted, {len(calls) - len(by_fact)} of them twice")
