"""kill -9 of the worker at random instants, over objects that two queues name, some of them several times and in any order.
`GW_SEED` repeats a run. None is lost: every access event is stored, and its alert told; none is doubled: stored once, and
accepted twice only where the crash fell between the receiver's 2xx and the mark."""
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "serve"), HERE]
import checks as scenario_checks
from aws.server import StandIn
from kill_loop import judge_duplicates, settled
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, require_serve
from story import Story
from trail import CONFIG, body, federate, key_of, source


def fill(aws, queues, rng, objects, every):
    """Objects, every so many of which hold somebody who breaks the glass, and their messages. The event ids."""
    story, wanted, messages = Story("kill"), set(), []
    quiet = dict(federate(story, "nobody"), eventName="ListApplications")
    for n in range(objects):
        records = [dict(quiet, eventID=f"quiet-{n}-{i}") for i in range(3)]
        if n % every == 0:
            records.insert(rng.randrange(3), federate(story, f"p{n}"))
            wanted.add(next(r["eventID"] for r in records if not r["eventID"].startswith("quiet")))
        key = key_of(quiet)
        aws.s3.put("org-logs", key, body(*records))
        wrap = rng.choice((None, "sns", "eventbridge", "cloudtrail"))
        for queue in rng.choice(((0,), (1,), (0, 1), (0, 0))):
            messages.append((queue, aws.s3.message("org-logs", key, wrap)))
    rng.shuffle(messages)
    for queue, text in messages:
        queues[queue].send(text)
    return wanted, len(messages)


def left(queues):
    return sum(sum(q.counts()[k] for k in ("visible", "in_flight", "delayed")) for q in queues)


def loop(objects, kills, every, life):
    require_serve()
    seed = int(os.environ.get("GW_SEED") or time.time_ns() % 1000000)
    rng, checks = random.Random(seed), Checks(f"worker kill (GW_SEED={seed})")
    with StandIn() as aws, Receivers() as receivers:
        aws.s3.create("org-logs")
        queues = [aws.sqs.create(name) for name in ("one", "two")]
        for queue in queues:
            queue.shuffle = random.Random(seed)
        aws.faults.add("s3", "GetObject", "throttle", times=None, chance=0.01)
        aws.faults.add("sqs", "ReceiveMessage", "duplicate", times=None, chance=0.05)
        aws.faults.add("sqs", "DeleteMessageBatch", "entry_failure", times=None, chance=0.05, entries=[0])
        wanted, messages = fill(aws, queues, rng, objects, every)
        with Serve(receivers=[receivers.webhook()], env={**receivers.env(), **aws.environment()}, start=False,
                   config={**CONFIG, "sources": [source(q) for q in queues]}) as s:
            done = 0
            for n in range(kills):
                receivers.set_mark(n)
                s.launch()
                if n % 4:
                    s.wait_ready()
                time.sleep(rng.uniform(*life) * SLOWER)
                checks.ok(s.alive(), f"life {n} ended by itself: {s.stderr(s.lives)[-600:]}" if not s.alive() else "alive")
                s.kill()
                for queue in queues:  # the leases of the dead end
                    queue.expire_leases()
                done += left(queues) > 0
            receivers.set_mark(kills)
            checks.ok(done > kills / 2, f"it was killed while there was something to do {done} times of {kills}")
            begin, before = time.monotonic(), left(queues)
            s.start()
            checks.ok(eventually(lambda: left(queues) == 0, 600 * SLOWER, pause=0.3),
                      f"the queues are read to the end: {[q.counts() for q in queues]}")
            took = time.monotonic() - begin
            print(f"{objects} objects, {messages} messages, {kills} kills; the last {before} messages took {took:.1f} s")
            checks.ok(eventually(lambda: settled(s), 120 * SLOWER, pause=0.3), "everything is told in the end")
            judge(checks, s, receivers, wanted)
            checks.ok(s.stop() == 0, "SIGTERM ends with 0")
            checks.ok(s.with_config("store", "check").returncode == 0, "store check at the end")
    return checks.finish()


def judge(checks, s, receivers, wanted):
    stored = [event["event_id"] for event in s.items("/api/v1/events", limit=1000, kind="access")]
    checks.ok(set(stored) >= wanted, f"{len(wanted - set(stored))} of {len(wanted)} access events are lost")
    checks.ok(len(stored) == len(set(stored)), "an access event is stored twice")
    checks.ok(set(stored) == wanted, f"{len(set(stored) - wanted)} events that nobody wrote")
    told = receivers.told("session.opened")
    sessions = {x["id"] for x in s.sessions()}
    checks.ok(len(sessions) == len(wanted), f"{len(wanted)} people came in, there are {len(sessions)} sessions")
    checks.ok({c.session_id for c in told} == sessions, f"{len(sessions - {c.session_id for c in told})} were never told")
    judge_duplicates(checks, "siem", receivers.of("siem"))
    problem = scenario_checks.books(s)
    checks.ok(problem is None, f"books: {problem}")
    quarantined = s.metric("glasswatch_records_total", "outcome").get("quarantined", 0)
    checks.ok(quarantined == 0, f"{quarantined} records are quarantined")
