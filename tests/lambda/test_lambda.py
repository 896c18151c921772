"""The function as AWS runs it: every envelope in, Slack out, and the failures that today's functions lose alerts by."""
import json
import os
import time
import unittest
import warnings

from aws.server import StandIn
from lambda_run import (BUCKET, Function, RuntimeApi, awslogs, grant, key_of, log_file, make_table, quiet, sqs)
from receivers_standin import Receivers

warnings.simplefilter("ignore", ResourceWarning)


class Case(unittest.TestCase):
    has_table = False

    def setUp(self):
        self.aws = self.enterContext(StandIn())
        self.receivers = self.enterContext(Receivers())
        self.api = self.enterContext(RuntimeApi())
        self.aws.s3.create(BUCKET)
        self.table = make_table(self.aws) if self.has_table else None

    def tearDown(self):
        self.assertEqual(self.receivers.problems, [])
        self.assertEqual(self.api.violations, [])

    def enterContext(self, manager):  # Python 3.11 has it, too
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def start(self, **more):
        return self.enterContext(Function(self.api, self.aws, self.receivers, self.table, **more))

    def put(self, name, *records, **more):
        key = key_of(name, **more)
        self.aws.s3.put(BUCKET, key, log_file(*records), notify=False)
        return self.aws.s3.message(BUCKET, key)

    def ask(self, event, status="response", **more):
        answer = self.api.invoke(event, **more)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def openings(self):
        """The event ids of sessions that Slack was told of, as often as it was."""
        return sorted(call.text().split("event ")[-1].split()[0] if "event " in call.text() else call.session_id
                      for call in self.receivers.slack_parents())

    def count(self):
        return len(self.receivers.slack_parents())


class Envelopes(Case):
    """Without a state table, as most begin."""

    def test_cloudwatch_logs(self):
        function = self.start()
        self.assertEqual({}, self.ask(awslogs(quiet("q1"), grant("e1"), '{"eventVersion":"1.11","cut', quiet("q2"))))
        self.assertEqual(self.count(), 1)
        parent = self.receivers.slack_parents()[0]
        for text in ("BreakGlassAdmin", "222222222222", "198.51.100.7"):
            self.assertIn(text, parent.text())
        books = function.metrics()
        self.assertEqual(len(books), 1)
        self.ask(awslogs(grant("e1")))  # AWS delivers at least once
        self.assertEqual(self.count(), 1)
        self.ask(awslogs("CWL CONTROL MESSAGE: Checking health", kind="CONTROL_MESSAGE"))
        self.assertEqual(self.count(), 1)

    def test_other_envelopes(self):
        import base64
        import gzip
        self.start()
        inner = gzip.decompress(base64.b64decode(awslogs(grant("e1", who="u-1"))["awslogs"]["data"]))
        kinesis = {"Records": [{"eventID": f"shardId-0:{n}", "eventSource": "aws:kinesis", "kinesis": {
            "sequenceNumber": str(n), "data": base64.b64encode(gzip.compress(inner)).decode()}} for n in (7, 8)]}
        self.assertEqual(self.ask(kinesis), {"batchItemFailures": []})
        self.assertEqual(self.count(), 1)
        record = grant("e2", who="u-2")
        event = {"version": "0", "id": "x", "detail-type": "AWS Service Event via CloudTrail", "source": "aws.sso",
                 "account": "111111111111", "time": record["eventTime"], "region": "eu-west-1", "resources": [],
                 "detail": record}
        self.assertEqual({}, self.ask(event))
        self.assertEqual(self.count(), 2)
        self.assertEqual(self.ask(sqs(json.dumps(dict(event, detail=grant("e3", who="u-3"))),
                                      json.dumps(grant("e4", who="u-4")))), {"batchItemFailures": []})
        self.assertEqual(self.count(), 4)
        notice = self.put("direct", grant("e5", who="u-5"))
        self.assertEqual({}, self.ask(json.loads(notice)))
        self.assertEqual(self.count(), 5)
        note = {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-1:111111111111:t", "Message":
                self.put("sns", grant("e6", who="u-6"))}
        self.assertEqual({}, self.ask({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": note}]}))
        self.assertEqual(self.count(), 6)
        for wrap in ("sns", "eventbridge", "cloudtrail"):
            key = key_of("w" + wrap)
            self.aws.s3.put(BUCKET, key, log_file(grant(wrap, who="u-" + wrap)), notify=False)
            self.assertEqual(self.ask(sqs(self.aws.s3.message(BUCKET, key, wrap))), {"batchItemFailures": []})
        self.assertEqual(self.count(), 9)

    def test_alert_test(self):
        self.start()
        answer = self.ask({"alert_test": {"receiver": "slack"}})
        self.assertEqual((answer["receiver"], answer["state"]), ("slack", "delivered"))
        self.assertEqual(self.count(), 1)
        self.ask({"alert_test": {"receiver": "nobody"}}, status="error")

    def test_a_failed_send_fails_the_invocation(self):
        self.start()
        self.receivers.script("slack", "500")
        self.ask(awslogs(grant("e1")), status="error")
        self.assertEqual(self.count(), 0)
        time.sleep(1.2)
        self.ask(awslogs(grant("e1")))
        self.assertEqual(self.count(), 1)
        self.receivers.script("slack", "error channel_not_found")
        body = sqs(json.dumps(grant("e2", who="u-2")))
        self.assertEqual(len(self.ask(body)["batchItemFailures"]), 1)
        self.assertEqual(self.ask(body), {"batchItemFailures": []})
        self.assertEqual(self.count(), 2)

    def test_starting_without_receivers_is_an_error(self):
        function = self.start(GLASSWATCH_SLACK_TOKEN=None)
        self.assertNotEqual(function.process.wait(timeout=20), 0)
        self.assertIn("receivers", self.api.init_error.body.decode())

    def test_alerts_on_standard_output_when_asked_for(self):
        function = self.start(GLASSWATCH_SLACK_TOKEN=None, GLASSWATCH_RECEIVER="stdout")
        self.ask(awslogs(grant("e1")))
        self.assertIn('"session.opened"', function.output())


class Failures(Case):
    """What loses alerts today. At least once without a table."""

    def test_a_digest_first(self):
        self.start()
        digest = self.put("digest", kind="CloudTrail-Digest")
        self.assertEqual(self.ask(sqs(digest, self.put("good", grant("e1")))), {"batchItemFailures": []})
        self.assertEqual(self.count(), 1)

    def test_a_missing_object_first(self):
        self.start()
        missing = self.aws.s3.message(BUCKET, key_of("missing"))
        batch = sqs(missing, self.put("good", grant("e1")))
        self.assertEqual(self.ask(batch), {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]})
        self.assertEqual(self.count(), 1)
        self.aws.s3.put(BUCKET, key_of("missing"), log_file(grant("e2", who="u-2")), notify=False)
        self.assertEqual(self.ask(sqs(missing, receives=2)), {"batchItemFailures": []})
        self.assertEqual(self.count(), 2)
        gone = self.aws.s3.message(BUCKET, key_of("gone"))
        self.assertEqual(self.ask(sqs(gone, receives=5)), {"batchItemFailures": []})
        self.assertIn("object_missing", self.receivers.slack_parents()[-1].text())

    def test_a_missing_object_without_a_queue(self):
        self.start()
        event = json.loads(self.aws.s3.message(BUCKET, key_of("gone")))
        for _ in range(2):
            self.ask(event, status="error")
        self.assertEqual(self.count(), 0)
        self.ask(event)
        self.assertIn("object_missing", self.receivers.slack_parents()[-1].text())

    def test_a_record_without_an_expected_field_first(self):
        self.start()
        odd = quiet("q1")
        for name in ("userIdentity", "eventName", "recipientAccountId", "eventTime"):
            del odd[name]
        self.assertEqual(self.ask(sqs(self.put("odd", odd, {}, 7, grant("e1")))), {"batchItemFailures": []})
        self.assertEqual(self.count(), 2 if "could not be read" in self.receivers.slack_parents()[0].text() else 1)

    def test_the_same_file_twice(self):
        self.start()
        notice = self.put("good", grant("e1"))
        self.assertEqual(self.ask(sqs(notice, notice)), {"batchItemFailures": []})
        self.assertEqual(self.ask(sqs(notice)), {"batchItemFailures": []})
        self.assertEqual(self.count(), 1)

    def test_slack_says_later(self):
        self.start()
        self.receivers.script("slack", "429 1")
        self.deliver(sqs(self.put("good", grant("e1"))))
        self.assertEqual(self.count(), 1)

    def test_slack_fails_for_long(self):
        self.start()
        self.receivers.script("slack", *["500"] * 4)
        self.deliver(sqs(self.put("good", grant("e1"))))
        self.assertEqual(self.count(), 1)

    def test_a_large_object(self):
        self.start()
        records = [quiet(f"q{i}", pad=os.urandom(400).hex()) for i in range(4000)]
        self.assertEqual(self.ask(sqs(self.put("large", *records, grant("e1")))), {"batchItemFailures": []})
        self.assertEqual(self.count(), 1)

    def test_another_role_reads(self):
        role = "arn:aws:iam::222233334444:role/glasswatch-reader"
        self.aws.sts.roles = {}
        self.start(GLASSWATCH_READ_ROLE_ARN=role)
        first, second = self.put("one", grant("e1")), self.put("two", grant("e2", who="u-2"))
        self.assertEqual(len(self.ask(sqs(first))["batchItemFailures"]), 1)  # the role does not let it in yet
        self.assertEqual((self.count(), self.aws.calls("s3", "GetObject")), (0, []))
        self.aws.sts.roles = {role: ""}
        self.assertEqual(self.ask(sqs(first, second, receives=2)), {"batchItemFailures": []})
        self.assertEqual(self.count(), 2)
        self.assertEqual({c.key.role for c in self.aws.calls("s3", "GetObject")},
                         {"arn:aws:sts::222233334444:role/glasswatch-reader/glasswatch"})
        self.assertEqual([c.status for c in self.aws.calls("sts", "AssumeRole")].count(200), 1)
        self.assertEqual({c.key.role for c in self.aws.calls("sts")}, {""})

    def test_what_must_not_be_fetched(self):
        function = self.start()
        self.aws.s3.create("other")
        self.aws.s3.put("other", key_of("x"), log_file(grant("e1")), notify=False)
        odd = "AWSLogs/o-x/333333333333/CloudTrail/eu-west-1/2026/07/01/333333333333_CloudTrail_eu-west-1_20260701T1005Z_x000000000000000.json.gz"
        self.aws.s3.put(BUCKET, odd, log_file(grant("e2")), notify=False)
        self.assertEqual(self.ask(sqs(self.aws.s3.message("other", key_of("x")), self.aws.s3.message(BUCKET, odd))),
                         {"batchItemFailures": []})
        self.assertEqual(self.count(), 0)
        self.assertEqual([c for c in self.aws.calls("s3", "GetObject") if c.subject.startswith("other")], [])
        self.assertIn("fetch_refused", function.output())

    def deliver(self, event):
        """As a queue does: again and again until nothing of it failed."""
        for attempt in range(1, 7):
            for record in event["Records"]:
                record["attributes"]["ApproximateReceiveCount"] = str(attempt)
            if self.ask(event) == {"batchItemFailures": []}:
                return
            time.sleep(2.5)
        self.fail("never stored")


if __name__ == "__main__":
    unittest.main()
