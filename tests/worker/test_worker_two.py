"""Two workers on one queue with one store: each object is told of once, however often both get its message."""
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "serve"), HERE]
import checks as scenario_checks
from aws.server import StandIn
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, merge, require_serve
from story import Story
from trail import CONFIG, body, federate, key_of, name_of, source

OBJECTS = 200


def main():
    require_serve()
    checks = Checks("two workers on one queue")
    with StandIn() as aws, Receivers() as receivers:
        aws.s3.create("org-logs")
        queue = aws.sqs.create("trail", visibility=30)
        queue.shuffle = random.Random(3)
        # Both get many messages: at once, and one after the other.
        aws.faults.add("sqs", "ReceiveMessage", "duplicate", times=None, chance=0.3)
        aws.faults.add("s3", "GetObject", "throttle", times=None, chance=0.02)
        story = Story("two")
        quiet = dict(federate(story, "nobody"), eventName="ListApplications")
        wanted, records = set(), 0
        for n in range(OBJECTS):
            told = [dict(quiet, eventID=f"quiet-{n}-{i}") for i in range(3)]
            if n % 10 == 0:
                told.append(federate(story, f"p{n}"))
                wanted.add(f"p{n}")
            records += len(told)
            key = key_of(quiet)
            aws.s3.put("org-logs", key, body(*told))
            for _ in range(1 + n % 2):
                queue.send(aws.s3.message("org-logs", key))
        config = merge(CONFIG, {"sources": [source(queue), source(queue)]})
        with Serve(receivers=[receivers.webhook()], env={**receivers.env(), **aws.environment()}, config=config) as s:
            def quiet_queue():
                return not any(queue.counts()[k] for k in ("visible", "in_flight", "delayed"))
            checks.ok(eventually(quiet_queue, 90 * SLOWER), f"the queue is read to its end: {queue.counts()}")

            def names():
                return [name_of(story, c.json["data"]["session"]["principal"]) for c in receivers.told("session.opened")]
            checks.ok(eventually(lambda: set(names()) >= wanted, 30 * SLOWER), f"not told: {wanted - set(names())}")
            checks.ok(sorted(names()) == sorted(wanted), f"each is told of once: {sorted(names())}")
            stored = [e["access"]["event_id"] if "access" in e else e["event_id"] for e in s.events(kind="access")]
            checks.ok(len(stored) == len(set(stored)) == len(wanted), f"each access is stored once: {len(stored)} of {len(wanted)}")
            books = s.metric("glasswatch_records_total", "outcome")
            checks.ok(sum(books.values()) >= records, f"all records were read: {books}")
            problem = scenario_checks.books(s)
            checks.ok(problem is None, f"books: {problem}")
            sources = s.metric("glasswatch_queue_messages_total", "queue")
            print(f"{OBJECTS} objects, {records} records, messages by queue: {sources}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
