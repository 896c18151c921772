"""`serve` with a queue that names log objects: every form of message, and everything that goes wrong on the way."""
import gzip
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "serve"), HERE]
import checks as scenario_checks
from aws.server import StandIn
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, merge, require_serve
from story import Story
from trail import CONFIG, body, federate, key_of, name_of, source


class World:
    """A bucket, a queue, a receiver and a server, and who is expected."""

    def __init__(self, checks, label, start=True, queue=None, role=None, **config):
        self.checks, self.label = checks, label
        self.aws = StandIn()
        self.queue = queue(self.aws) if queue else self.aws.sqs.create("trail", visibility=30)
        self.aws.s3.create("org-logs")
        self.aws.s3.create("foreign")
        self.receivers = Receivers()
        self.story, self.expected = Story(label), set()
        self.serve = Serve(receivers=[self.receivers.webhook()], env={**self.receivers.env(), **self.aws.environment()},
                           config=merge(CONFIG, {"sources": [source(self.queue, **({"role_arn": role} if role else {}))],
                                                **config}), start=start)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.serve.stderr()[-3000:])
        self.serve.close()
        self.receivers.close()
        self.aws.close()

    def person(self, who, expected=True):
        if expected:
            self.expected.add(who)
        return federate(self.story, who)

    def put(self, record, bucket="org-logs", key=None, notify=None, **where):
        key = key or key_of(record, **where)
        self.aws.s3.put(bucket, key, body(record))
        if notify is not False:
            self.queue.send(self.aws.s3.message(bucket, key, notify))
        return key

    def told(self):
        return [name_of(self.story, c.json["data"]["session"]["principal"]) for c in self.receivers.told("session.opened")]

    def session(self, who):
        return next(s for s in self.serve.sessions() if name_of(self.story, s["principal"]) == who)

    def is_quiet(self):
        counts = self.queue.counts()
        return counts["visible"] == counts["in_flight"] == counts["delayed"] == 0

    def finish(self, quiet=True, timeout=40):
        ok = self.checks.ok
        ok(eventually(lambda: set(self.told()) >= self.expected, timeout * SLOWER),
           f"{self.label}: not told: {self.expected - set(self.told())}; {self.queue.counts()}")
        if quiet:
            ok(eventually(self.is_quiet, timeout * SLOWER), f"{self.label}: the queue is not empty: {self.queue.counts()}")
        ok(sorted(self.told()) == sorted(self.expected), f"{self.label}: told {sorted(self.told())}, expected {sorted(self.expected)}")
        problem = scenario_checks.books(self.serve)
        ok(problem is None, f"{self.label}: books: {problem}")
        ok(not self.receivers.problems, f"{self.label}: {self.receivers.problems[:3]}")


def shapes(checks):
    """Every form of notification, digests first, names with everything that is encoded."""
    with World(checks, "shapes") as w:
        w.queue.send(w.aws.s3.test_event("org-logs"))
        first = w.person("first")
        digest = key_of(first, kind="CloudTrail-Digest")
        w.aws.s3.put("org-logs", digest, gzip.compress(b'{"digestS3Object":"x","logFiles":[]}'))
        w.queue.send(w.aws.s3.message("org-logs", digest))
        w.queue.send(w.aws.s3.message("org-logs", "AWSLogs/"))
        w.put(first)
        for wrap in ("sns", "eventbridge", "cloudtrail", None):
            w.put(w.person(f"by-{wrap}"), notify=wrap, prefix="a b+c=d/ü%2F/")
        both = [w.put(w.person(who), notify=False) for who in ("one", "two")]
        w.queue.send(json.dumps({"s3Bucket": "org-logs", "s3ObjectKey": both}))
        w.queue.send(json.dumps({"Records": [w.person("raw")]}))
        w.put(w.person("copied"), key="copies/any name.gz")
        w.finish()
        deliveries = w.serve.metric("glasswatch_deliveries_total", "outcome")
        checks.ok(deliveries.get("settled") == 12, f"each object and message is settled once: {deliveries}")
        checks.ok(w.session("first")["confirmed_by"], "a log file confirms a session")
        checks.ok(not w.session("raw")["confirmed_by"], "a message does not")
        metrics = w.serve.metric("glasswatch_queue_messages_total", "outcome")
        checks.ok(metrics.get("received") == metrics.get("deleted") == 11, f"metrics tell of the queue: {metrics}")
        checks.ok(not w.aws.calls("s3", "PutObject"), "nothing is written")
        checks.ok(all(digest not in c.subject for c in w.aws.calls("s3", "GetObject")), "digests are not fetched")
        checks.ok(w.serve.stop() == 0, "SIGTERM ends with 0")


def wrongs(checks):
    """What must not be believed or must not be lost."""
    def queue(aws):
        dead = aws.sqs.create("dead")
        return aws.sqs.create("trail", visibility=30, dead_letter=dead, max_receives=2)

    with World(checks, "wrongs", queue=queue) as w:
        w.queue.send("this is no JSON")
        gone = key_of(w.person("never", expected=False))
        w.queue.send(w.aws.s3.message("org-logs", gone))
        late_record = w.person("late")
        late = key_of(late_record)
        w.queue.send(w.aws.s3.message("org-logs", late))
        w.put(w.person("twice"))
        key = w.put(w.person("again"))
        w.queue.send(w.aws.s3.message("org-logs", key))
        w.put(w.person("foreign", expected=False), bucket="foreign")
        w.put(w.person("liar", expected=False), account="999999999999")
        w.put(w.person("elsewhere", expected=False), region="sa-east-1")
        checks.ok(eventually(lambda: len(w.aws.calls("s3", "GetObject")) >= 6, 20), "all are looked for")
        w.aws.s3.put("org-logs", late, body(late_record))
        w.finish()
        checks.ok(w.aws.sqs.queues["dead"].counts()["visible"] == 0, "nothing is hidden among the dead letters")
        refused = w.serve.metric("glasswatch_fetch_refused_total", "reason")
        checks.ok(refused == {"bucket_not_configured": 1}, f"the foreign bucket is refused: {refused}")
        checks.ok(not any("/foreign/" in c.target for c in w.aws.calls("s3")), "and never called")
        records = w.serve.metric("glasswatch_records_total", "outcome")
        checks.ok(records.get("quarantined") == 2, f"records of another account or region are quarantined: {records}")
        checks.ok(records.get("duplicate") == 1, f"the same file twice is a duplicate: {records}")
        r = w.serve.with_config("quarantine", "list")
        for text in ("object_missing", "not a JSON value", "fetch_refused: bucket_not_configured",
                     "another region", "is not that of the log file"):
            checks.ok(text in r.stdout, f"quarantine says `{text}`: {r.stdout[-1500:]} {r.stderr[-300:]}")
        item = next(i for i in w.serve.items("/api/v1/quarantine") if i["reason"].startswith("object_missing"))
        r = w.serve.with_config("quarantine", "replay", item["id"])
        checks.ok(r.returncode != 0 and "names an object in S3" in r.stderr, f"a name is not replayed: {r.returncode} {r.stderr[-300:]}")
        kinds = [c.kind for c in w.receivers.of("siem")]
        checks.ok(kinds.count("undecodable") == 1, f"the missing object is told: {kinds}")


def reader(checks):
    """Another role reads the objects, and only those."""
    role = "arn:aws:iam::222233334444:role/glasswatch-reader"
    with World(checks, "reader", role=role) as w:
        w.aws.sts.roles = {role: ""}
        for who in ("one", "two"):
            w.put(w.person(who))
        w.finish()
        readers = {c.key.role for c in w.aws.calls("s3", "GetObject")}
        checks.ok(len(readers) == 1 and "glasswatch-reader" in readers.pop(), "the role reads")
        checks.ok({c.key.role for c in w.aws.calls("sqs")} == {""}, "the queue is read without it")
        checks.ok(len(w.aws.calls("sts", "AssumeRole")) == 1, "and is assumed once")


def faults(checks):
    """AWS at its worst: every alert comes, once."""
    with World(checks, "faults") as w:
        add = w.aws.faults.add
        for operation in ("ReceiveMessage", "DeleteMessageBatch"):
            for kind in ("throttle", "error500", "reset"):
                add("sqs", operation, kind)
        add("sqs", "DeleteMessageBatch", "entry_failure", entries=[0])
        add("sqs", "ReceiveMessage", "duplicate", times=3)
        add("sqs", "ReceiveMessage", "reset", after=True)
        add("s3", "GetObject", "throttle", times=3)
        add("s3", "GetObject", "error500", times=3)
        add("s3", "GetObject", "reset", times=3)
        add("s3", "GetObject", "truncated", times=3)
        add("s3", "GetObject", "slow", times=3, seconds=0.5)
        for n in range(30):
            w.put(w.person(f"p{n}"))
        time.sleep(1)
        w.queue.expire_leases()  # also those of messages that are worked on
        eventually(lambda: len(w.told()) >= 15, 30)
        w.queue.expire_leases()
        add("s3", "GetObject", "refuse")
        w.put(w.person("refused"))
        eventually(lambda: any(c.code == "AccessDenied" for c in w.aws.calls("s3")), 20)
        time.sleep(1)
        w.queue.expire_leases()
        w.finish(timeout=60)


def outage(checks):
    """While S3 is away nothing is given up, readiness says so, and the stop does not wait for anybody."""
    with World(checks, "outage", start=False) as w:
        fault = w.aws.faults.add("s3", None, "error500", times=None)
        for n in range(3):
            w.put(w.person(f"p{n}"))
        w.serve.start()
        checks.ok(eventually(lambda: w.serve.get("/readyz", token=None).status == 503, 20), "it says that it is not ready")
        begin = time.monotonic()
        checks.ok(w.serve.stop() == 0, "SIGTERM ends with 0")
        checks.ok(time.monotonic() - begin < 12 * SLOWER, f"in good time: {time.monotonic() - begin:.1f} s")
        checks.ok(w.queue.counts()["visible"] == 3, f"what was held is given back: {w.queue.counts()}")
        w.aws.faults.clear()
        checks.ok(fault.used > 0, "the outage was met")
        w.serve.start()
        begin = time.monotonic()
        w.finish()
        checks.ok(w.serve.stop() == 0 and time.monotonic() - begin < 15 * SLOWER, "a long poll delays no stop")


def large(checks):
    """An object that does not fit memory, and reading the queue once."""
    with World(checks, "large", start=False) as w:
        noise = [dict(w.person("noise", expected=False), eventID=f"n-{n}", eventName="ListApplications",
                      requestParameters={"x": os.urandom(2000).hex()}) for n in range(5000)]
        record = w.person("large")
        w.aws.s3.put("org-logs", key_of(record), body(*noise, record))
        w.queue.send(w.aws.s3.message("org-logs", w.aws.s3.keys("org-logs")[0]))
        size = len(w.aws.s3.get("org-logs", w.aws.s3.keys("org-logs")[0]))
        checks.ok(size > 8 << 20, f"the object is large: {size}")
        code = w.serve.launch("--once").wait(60 * SLOWER)
        checks.ok(code == 0, f"serve --once ends with 0: {code} {w.serve.stderr()[-500:]}")
        checks.ok(w.is_quiet(), f"the queue is empty: {w.queue.counts()}")
        checks.ok(w.told() == ["large"], f"told {w.told()}")
        left = os.listdir(w.serve.store + "-spool")
        checks.ok(left == [], f"no file stays behind: {left}")


if __name__ == "__main__":
    require_serve()
    all_checks = Checks("worker")
    for part in (shapes, wrongs, reader, faults, outage, large):
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part(all_checks)
    sys.exit(all_checks.finish())
