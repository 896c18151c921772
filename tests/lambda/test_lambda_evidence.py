"""Evidence: what the function stores and tells, as JSON lines in a bucket; nothing is stored that is not there."""
import json
import unittest
import warnings

from aws.server import StandIn
from lambda_run import Function, RuntimeApi, awslogs, grant, make_table, sqs
from receivers_standin import Receivers

warnings.simplefilter("ignore", ResourceWarning)


class Evidence(unittest.TestCase):
    has_table = False

    def setUp(self):
        self.aws = self.enterContext(StandIn())
        self.receivers = self.enterContext(Receivers())
        self.api = self.enterContext(RuntimeApi())
        self.aws.s3.create("evidence")
        self.table = make_table(self.aws) if self.has_table else None

    def enterContext(self, manager):  # Python 3.11 has it, too
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def start(self, place="s3://evidence/watch"):
        return self.enterContext(Function(self.api, self.aws, self.receivers, self.table, GLASSWATCH_EVIDENCE=place))

    def keys(self):
        return self.aws.s3.keys("evidence")

    def facts(self, *kinds):
        lines = [json.loads(line) for key in self.keys()
                 for line in self.aws.s3.get("evidence", key).decode().splitlines()]
        self.assertTrue(all(line["schema"] == "glasswatch.evidence.v1" for line in lines))
        return [line for line in lines if line["fact"] in kinds]

    def ask(self, event, status="response"):
        answer = self.api.invoke(event)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def test_accesses_sessions_and_deliveries(self):
        self.start()
        self.ask(awslogs(grant("e1", who="u-1")))
        access, session, delivery = self.facts("access")[0], self.facts("session")[0], self.facts("delivery")[0]
        self.assertEqual(access["event"]["event_id"], "e1")
        self.assertEqual(access["session_id"], session["session"]["id"])
        self.assertEqual((delivery["session_id"], delivery["receiver"], delivery["state"]),
                         (session["session_id"], "slack", "delivered"))
        before = self.keys()
        self.assertTrue(any(key.startswith("watch/2026/07/01/") for key in before), before)
        self.ask(awslogs(grant("e1", who="u-1")))  # AWS delivers at least once
        self.assertEqual(len(self.facts("access")), 1)

    def test_another_sandbox_overwrites_what_it_decides_again(self):
        self.start().kill()
        for _ in range(2):
            function = self.start()
            self.ask(awslogs(grant("e1", who="u-1")))
            function.kill()
        self.assertEqual(len(self.facts("access")), 1)

    def test_nothing_is_stored_or_told_while_the_bucket_refuses(self):
        self.start()
        self.aws.faults.add("s3", "PutObject", "refuse", times=None, where="evidence")
        self.ask(awslogs(grant("e1", who="u-1")), status="error")
        self.assertEqual(self.receivers.slack_parents(), [])
        self.assertEqual(self.facts("access"), [])
        self.aws.faults.clear()
        self.ask(awslogs(grant("e1", who="u-1")))  # AWS tries again
        self.assertEqual(len(self.receivers.slack_parents()), 1)
        self.assertEqual(len(self.facts("access")), 1)

    def test_a_delivery_that_cannot_be_written_waits_for_the_next_invocation(self):
        self.start()
        puts = []
        self.aws.faults.add("s3", "PutObject", "refuse", times=None, where=lambda call: puts.append(call) or len(puts) > 1)
        self.ask(awslogs(grant("e1", who="u-1")), status="error")
        self.assertEqual((len(self.facts("access")), len(self.facts("delivery"))), (1, 0))
        self.aws.faults.clear()
        self.ask(awslogs(grant("e1", who="u-1")))  # AWS tries again
        self.assertEqual((len(self.facts("access")), len(self.facts("delivery"))), (1, 1))
        self.assertEqual(len(self.receivers.slack_parents()), 1)

    def test_a_place_that_is_none(self):
        function = self.start("evidence/watch")
        self.assertNotEqual(function.process.wait(timeout=30), 0)
        self.assertIn("GLASSWATCH_EVIDENCE", self.api.init_error.body.decode())


class WithTable(Evidence):
    has_table = True

    def test_another_sandbox_overwrites_what_it_decides_again(self):
        for _ in range(2):  # the second knows it
            function = self.start()
            self.ask(awslogs(grant("e1", who="u-1")))
            function.kill()
        self.assertEqual(len(self.facts("access")), 1)
        self.assertEqual(len(self.receivers.slack_parents()), 1)


if __name__ == "__main__":
    unittest.main()
