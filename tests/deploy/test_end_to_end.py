"""From the record as AWS would deliver it to Slack, by each of the three architectures, with what goes wrong on the way.

What the pages in docs/deploy claim: Federate, GetRoleCredentials, root's ConsoleLogin, a refused AssumeRole and StopLogging arrive by
each, once.
"""
import json
import os
import random
import sys
import unittest
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
if not os.environ.get("GW_BINARY"):
    print("GW_BINARY is not set: skipped")
    sys.exit(77)
from aws.server import StandIn
try:
    import cfn
    import permissions
except ImportError:  # PyYAML; test_templates.py says so
    permissions = None
from feeds import MANAGEMENT, TOLD, Bus, Queue, Stream, cloudwatch_filter, five, noise, subscription, told
from lambda_run import BUCKET, SWEEP, Function, RuntimeApi, awslogs, key_of, log_file, make_table
from receivers_standin import Receivers

warnings.simplefilter("ignore", ResourceWarning)
ALL = sorted(TOLD)
READER = "arn:aws:iam::222233334444:role/glasswatch-reader"
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))


def rights(*names):
    """What the templates' roles allow, set up as here."""
    given = {"SlackTokenSecretArn": "arn:x", "SlackChannel": "C1", "TopicArn": "arn:aws:sns:eu-west-1:1:t"}
    return {a for n in names for a in permissions.actions(cfn.load(os.path.join(ROOT, "deploy", "cloudformation", n)), **given)}


FUNCTION_MAY, READER_MAY = (rights("monitor.yaml", "s3/audit.yaml"), rights("s3/log-archive.yaml")) if permissions else (set(), set())


class Case(unittest.TestCase):
    def setUp(self):
        self.aws, self.receivers, self.api = (self.enter(m) for m in (StandIn(), Receivers(), RuntimeApi()))
        self.aws.s3.create(BUCKET)
        # As monitor.yaml writes it.
        secret = self.aws.secrets.put("glasswatch-slack", self.receivers.env()["GWTEST_SLACK_TOKEN"])
        self.function = self.enter(Function(self.api, self.aws, self.receivers, make_table(self.aws), GLASSWATCH_READ_ROLE_ARN=READER,
                                            GLASSWATCH_SLACK_TOKEN=f"secretsmanager:{secret}"))
        self.random = random.Random(7)

    def enter(self, manager):
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def tearDown(self):
        self.assertEqual(self.receivers.problems, [])
        for call in self.aws.calls() if permissions else []:
            needed = permissions.CALLS[call.service, call.operation]
            self.assertLessEqual(needed, READER_MAY if call.key and call.key.role else FUNCTION_MAY, call)

    def sweep(self):
        self.assertEqual(self.api.invoke(SWEEP).status, "response")

    def assert_told(self, expected=None):
        self.sweep()
        self.assertEqual(told(self.receivers), ALL if expected is None else expected)

    def trail(self):
        records = [*five().values(), *noise()]
        self.random.shuffle(records)
        return records


class CloudWatchLogs(Case):
    def subscribed(self):
        return [r for r in self.trail() if cloudwatch_filter()(r)]

    def test_beside_the_log_group(self):
        for record in self.subscribed():
            self.assertEqual(self.api.invoke(awslogs(record)).status, "response")
            self.assertEqual(self.api.invoke(awslogs(record)).status, "response")  # at least once
        self.assert_told()

    def test_by_a_stream(self):
        stream, records = Stream(self.api), self.subscribed()
        self.assertEqual(len(records), 5)
        stream.put(subscription(["x"]).replace(b"\x1f\x8b", b"\x00\x00", 1))  # damage is quarantined, and blocks no shard
        for record in records:
            stream.put(subscription([record]))
        stream.put(subscription(records))  # all of it again
        self.assertTrue(stream.run())
        self.assert_told()

    def test_a_dead_region(self):
        """The group's region is the only one on this way. Another one's records that the trail brings late, and out of order, are told."""
        late = [r for r in self.subscribed() if r["awsRegion"] == "us-east-1"]
        stream = Stream(self.api)
        stream.put(subscription([r for r in self.subscribed() if r not in late]))
        self.assertTrue(stream.run())
        self.assert_told([name for name in ALL if name != "ConsoleLogin"])
        stream.put(subscription(late))
        self.assertTrue(stream.run())
        self.assert_told()

    def test_redriven_from_the_stream(self):
        """Given up after a day, as the page says: the records are still in the stream, and are read again from a time on."""
        payloads = [subscription([r]) for r in self.subscribed()]
        stream = Stream(self.api)
        stream.put(payloads[0])
        self.assertTrue(stream.run())
        self.aws.faults.add("dynamodb", None, "error500", times=None)
        for payload in payloads[1:]:
            stream.put(payload)
        self.assertFalse(stream.run(tries=2))
        self.aws.faults.clear()
        again = Stream(self.api)
        for payload in payloads:
            again.put(payload)
        self.assertTrue(again.run())
        self.assert_told()

    def test_redriven_beside_the_log_group(self):
        """What failed three times lies in the dead letters with its payload, and is invoked again with it."""
        events = [awslogs(r) for r in self.subscribed()]
        self.aws.faults.add("dynamodb", None, "error500", times=None)
        dead = [{"requestPayload": e} for e in events if self.api.invoke(e).status != "response"]
        self.assertEqual(len(dead), 5)
        self.aws.faults.clear()
        for letter in dead:
            self.assertEqual(self.api.invoke(letter["requestPayload"]).status, "response")
        self.assert_told()

    def test_slack_away_for_a_while(self):
        self.receivers.script("slack", *["500"] * 3)
        stream = Stream(self.api)
        stream.put(subscription(self.subscribed()))
        self.assertTrue(stream.run())
        for _ in range(60):
            if told(self.receivers) == ALL:
                break
            self.receivers.wait(lambda: False, 1)
            self.sweep()
        self.assert_told()


class EventBridge(Case):
    def test_all_accounts(self):
        queue = Queue(self.api)
        bus = Bus(queue)
        for record in self.trail():
            bus.record(record)
        self.assertGreaterEqual(len(queue.messages), 5)
        self.assertLess(len(queue.messages), 15)
        queue.messages += [list(m) for m in queue.messages]  # at least once
        self.assertTrue(queue.run())
        self.assert_told()

    def test_a_dead_region(self):
        queue = Queue(self.api)
        bus = Bus(queue)
        bus.dead = {"us-east-1"}
        for record in self.trail():
            bus.record(record)
        self.assertTrue(queue.run())
        self.assert_told([name for name in ALL if name != "ConsoleLogin"])
        bus.dead = set()  # within the 24 hours for which the rule tries
        bus.move()
        self.assertTrue(queue.run())
        self.assert_told()

    def test_redriven(self):
        queue = Queue(self.api)
        bus = Bus(queue)
        self.aws.faults.add("dynamodb", None, "error500", times=None)
        for record in five().values():
            bus.record(record)
        queue.run(rounds=1)
        self.assertEqual(told(self.receivers), [])
        for message in queue.messages:
            message[1] = 9  # what ten failed deliveries come to, without waiting for them
        queue.run(rounds=1)
        self.assertEqual((len(queue.dead) >= 5, queue.messages), (True, []))
        self.aws.faults.clear()
        queue.redrive()
        self.assertTrue(queue.run())
        self.assert_told()


class S3(Case):
    def put(self, record, wrap, there=True):
        key = key_of(record["eventID"].replace("-", ""), account=record["recipientAccountId"], region=record["awsRegion"])
        if there:
            self.aws.s3.put(BUCKET, key, log_file(*noise(5), record), notify=False)
        return self.aws.s3.message(BUCKET, key, wrap)

    def ways(self, wrap):
        self.aws.sts.roles = {READER: ""}
        queue = Queue(self.api)
        for record in five().values():
            queue.put(self.put(record, wrap))
        queue.messages += [list(m) for m in queue.messages]
        digest = key_of("digest", kind="CloudTrail-Digest", account=MANAGEMENT)
        queue.put(self.aws.s3.message(BUCKET, digest, wrap))
        self.assertTrue(queue.run())
        self.assert_told()
        self.assertEqual(len({c.key.role for c in self.aws.calls("s3", "GetObject")}), 1)
        self.assertIn("glasswatch-reader", self.aws.calls("s3", "GetObject")[0].key.role)

    def test_by_a_topic(self):
        self.ways("sns")

    def test_by_eventbridge(self):
        self.ways("eventbridge")

    def test_by_the_trails_own_topic(self):
        self.ways("cloudtrail")

    def test_the_reader_is_let_in_late(self):
        """A key policy, or a trust, that was forgotten: what was told to the queue meanwhile is not lost."""
        self.aws.sts.roles = {}
        queue = Queue(self.api)
        for record in five().values():
            queue.put(self.put(record, "sns"))
        queue.run(rounds=3)
        self.assertEqual((told(self.receivers), len(queue.messages)), ([], 5))
        self.aws.sts.roles = {READER: ""}
        self.assertTrue(queue.run())
        self.assert_told()

    def test_a_dead_region(self):
        """CloudTrail brings a region's objects late; the others' are told meanwhile."""
        self.aws.sts.roles = {READER: ""}
        queue, late = Queue(self.api), []
        for record in five().values():
            message = self.put(record, "sns")
            late.append(message) if record["awsRegion"] == "us-east-1" else queue.put(message)
        self.assertTrue(queue.run())
        self.assert_told([name for name in ALL if name != "ConsoleLogin"])
        for message in late:
            queue.put(message)
        self.assertTrue(queue.run())
        self.assert_told()

    def test_redriven(self):
        self.aws.sts.roles = {READER: ""}
        queue = Queue(self.api)
        for record in five().values():
            queue.put(self.put(record, "sns"))
        self.aws.faults.add("dynamodb", None, "error500", times=None)
        for message in queue.messages:
            message[1] = 9  # what ten failed deliveries come to, without waiting for them
        queue.run(rounds=1)
        self.assertEqual((told(self.receivers), len(queue.dead), queue.messages), ([], 5, []))
        self.aws.faults.clear()
        queue.redrive()
        self.assertTrue(queue.run())
        self.assert_told()

    def test_two_architectures_at_once(self):
        """The same records by EventBridge first and by the bucket later, in another order: told once."""
        self.aws.sts.roles = {READER: ""}
        events, objects = Queue(self.api, 3), Queue(self.api, 4)
        bus = Bus(events)
        for record in self.trail():
            bus.record(record)
        self.assertTrue(events.run())
        for record in five().values():
            objects.put(self.put(record, "sns"))
        self.assertTrue(objects.run())
        self.assert_told()


if __name__ == "__main__":
    unittest.main()
