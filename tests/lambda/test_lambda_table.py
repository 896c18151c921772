"""The function with a state table: what is committed is told exactly once, by this invocation or by a sweep."""
import json
import os
import tempfile
import time
import unittest
import warnings

import test_lambda
from monitor import Monitor
from lambda_run import SWEEP, Function, RuntimeApi, grant, quiet, sqs

warnings.simplefilter("ignore", ResourceWarning)


class FailuresWithTable(test_lambda.Failures):
    """Exactly once: what is committed is told by this invocation, or by a sweep."""
    has_table = True

    def deliver(self, event):
        self.assertEqual(self.ask(event), {"batchItemFailures": []})
        for _ in range(20):
            if self.count():
                break
            time.sleep(1)
            self.ask(SWEEP)

    def test_two_at_a_time(self):
        notices = [self.put(f"f{n}", *(grant(f"e{n}-{i}", who=f"u-{n}-{i}") for i in range(3))) for n in range(4)]
        apis = [self.api, self.enterContext(RuntimeApi())]
        for api in apis:
            self.enterContext(Function(api, self.aws, self.receivers, self.table))
        for notice in notices:
            waits = [api.begin(sqs(notice)) for api in apis]
            for wait in waits:
                answer = wait()
                self.assertEqual(answer.status, "response", answer.body)
                self.assertEqual(answer.json(), {"batchItemFailures": []})
        for _ in range(10):
            apis[0].invoke(SWEEP)
            if self.count() >= 12:
                break
            time.sleep(1)
        self.assertEqual(self.count(), 12)

    def test_killed_before_it_told(self):
        function = self.start()
        self.receivers.always("slack", "hang 30")
        wait = self.api.begin(sqs(self.put("good", grant("e1"))))
        self.receivers.wait(lambda: self.receivers.of("slack", accepted=False))
        function.kill()
        self.receivers.release.set()
        self.receivers.always("slack", "ok")
        del wait
        self.api = self.enterContext(RuntimeApi())
        self.start()
        deadline = time.monotonic() + 45  # the lease of what was being sent
        while not self.count() and time.monotonic() < deadline:
            self.ask(SWEEP)
            time.sleep(1)
        self.assertEqual(self.count(), 1)

    def test_a_table_that_stumbles(self):
        """Throttled, failing, silent: the client tries again, and nothing is told twice."""
        self.start()
        for n, (kind, more) in enumerate((("throttle", {"times": 2}), ("error500", {"times": 2}), ("reset", {"times": 2}),
                                          ("reset", {"times": 2, "after": True}))):
            for operation in ("BatchGetItem", "Query", "TransactWriteItems"):
                self.aws.faults.add("dynamodb", operation, kind, **more)
            self.deliver(sqs(self.put(f"f{n}", grant(f"e{n}", who=f"u-{n}"))))
            self.sweep_until(n + 1)

    def test_a_table_that_is_away(self):
        """What cannot be stored is given back, and told once when it can."""
        function = self.start()
        for operation in ("Query", "TransactWriteItems"):
            self.aws.faults.add("dynamodb", operation, "error500", times=None)
        batch = sqs(self.put("good", grant("e1")))
        answer = self.api.invoke(batch, deadline_seconds=10)
        if answer.status == "response":
            self.assertEqual(answer.json(), {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]})
        self.assertEqual(self.count(), 0)
        self.aws.faults.clear()
        self.assertEqual(self.ask(batch), {"batchItemFailures": []})
        self.sweep_until(1)
        self.assertIsNone(function.process.poll())

    def test_the_answer_of_the_commit_is_lost(self):
        self.start()
        self.aws.faults.add("dynamodb", "TransactWriteItems", "reset", times=None, after=True, where="session.opened")
        batch = sqs(self.put("good", grant("e1")))
        self.api.invoke(batch, deadline_seconds=10)
        self.aws.faults.clear()
        self.assertEqual(self.ask(batch), {"batchItemFailures": []})
        self.sweep_until(1)

    def test_a_missing_table(self):
        function = self.start(GLASSWATCH_STATE_TABLE="no-such-table")
        batch = sqs(self.put("good", grant("e1")))
        answer = self.api.invoke(batch, deadline_seconds=10)
        if answer.status == "response":
            self.assertEqual(len(answer.json()["batchItemFailures"]), 1)
        self.assertIn("ResourceNotFound", function.log())
        self.assertEqual(self.count(), 0)

    def test_nothing_is_asked_before_there_is_work(self):
        self.start()
        self.api.wait_for_next()
        self.assertEqual(self.aws.calls("dynamodb"), [])
        self.ask(sqs(self.put("quiet", quiet("q1"))))
        self.assertLessEqual(len(self.aws.calls("dynamodb")), 3)
        self.assertEqual(self.aws.calls("dynamodb", "DescribeTable"), [])

    def test_escalation(self):
        """A step is told by whichever sweep finds it due, once; the session being over does not end it. No buttons here."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "glasswatch.yaml")
        slack = self.receivers.slack(signing_secret="env:GWTEST_SLACK_SIGNING", team="T000", app="A000")
        with open(path, "w") as file:  # JSON is YAML
            json.dump({"version": 1, "receivers": [slack, self.receivers.pagerduty()], "default_receivers": ["oncall"],
                       "escalation": [{"after": "2s", "to": ["pager"]}]}, file)
        more = {"GLASSWATCH_CONFIG": path, "GLASSWATCH_SLACK_TOKEN": None, "GLASSWATCH_SLACK_CHANNEL": None,
                "GLASSWATCH_SLACK_API_URL": None, **self.receivers.env()}
        apis = [self.api, self.enterContext(RuntimeApi())]
        for api in apis:
            self.enterContext(Function(api, self.aws, self.receivers, self.table, **more))
        self.ask(sqs(self.put("good", grant("e1"))))
        self.assertEqual(self.count(), 1)
        self.assertNotIn('"actions"', self.receivers.slack_parents()[0].body.decode())
        self.assertEqual(self.receivers.pages(), [])
        for _ in range(8):
            time.sleep(1)
            waits = [api.begin(SWEEP) for api in apis]
            for wait in waits:
                self.assertEqual(wait().status, "response")
        session = self.receivers.slack_parents()[0].session_id
        self.assertEqual(self.receivers.pages()[0], ("trigger", session))
        escalated = [c for c in self.receivers.of("v2/enqueue") if c.json["payload"]["class"] == "session.escalated"]
        self.assertEqual(len(escalated), 1)

    def test_heartbeat(self):
        """At the sweep, while receivers take messages; a monitor that fails keeps no alert from being told."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        monitor = self.enterContext(Monitor())
        path = os.path.join(folder, "glasswatch.yaml")
        with open(path, "w") as file:
            json.dump({"version": 1, "receivers": [self.receivers.slack()], "default_receivers": ["oncall"],
                       "heartbeat": {"url": monitor.url, "every": "1s", "allow_private": True}}, file)
        self.start(GLASSWATCH_CONFIG=path, GLASSWATCH_SLACK_TOKEN=None, GLASSWATCH_SLACK_CHANNEL=None,
                   GLASSWATCH_SLACK_API_URL=None, **self.receivers.env())
        self.ask(SWEEP)
        self.assertEqual([p for _, p in monitor.pings], ["/ping/secret"])
        monitor.status = 500
        self.receivers.always("slack", "500")
        self.ask(sqs(self.put("good", grant("e1"))))
        self.receivers.always("slack", "ok")
        self.sweep_until(1)
        self.assertGreater(len(monitor.pings), 1)
        monitor.status = 200
        self.receivers.always("slack", "500")
        self.ask(sqs(self.put("other", grant("e2", who="u-bob"))))
        before = len(monitor.pings)
        time.sleep(1.1)  # longer than a heartbeat's pause
        self.ask(SWEEP)
        self.assertEqual(len(monitor.pings), before)

    def sweep_until(self, count):
        """And once more: what was told is not told again."""
        for _ in range(20):
            if self.count() >= count:
                break
            time.sleep(1)
            self.ask(SWEEP)
        self.ask(SWEEP)
        self.assertEqual(self.count(), count)


if __name__ == "__main__":
    unittest.main()
