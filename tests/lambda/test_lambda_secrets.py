"""Secrets of the function kept by Systems Manager and Secrets Manager: fetched when first used, and again once refused."""
import json
import unittest
import warnings

from aws.server import StandIn
from lambda_run import Function, RuntimeApi, awslogs, grant
from receivers_standin import Receivers

warnings.simplefilter("ignore", ResourceWarning)


class Secrets(unittest.TestCase):
    def setUp(self):
        self.aws = self.enterContext(StandIn())
        self.receivers = self.enterContext(Receivers())
        self.api = self.enterContext(RuntimeApi())

    def enterContext(self, manager):  # Python 3.11 has it, too
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def start(self, **more):
        return self.enterContext(Function(self.api, self.aws, self.receivers, **more))

    def start_with_hook(self, reference):
        return self.start(GLASSWATCH_SLACK_TOKEN=None, GLASSWATCH_SLACK_WEBHOOK_URL=reference)

    def ask(self, event, status="response"):
        answer = self.api.invoke(event)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def hook(self, name):
        return f"http://127.0.0.1:{self.receivers.port}/services/T000/B000/{name}"

    def paths(self, accepted=True):
        return [call.path.rsplit("/", 1)[-1] for call in self.receivers.of("hook", accepted)]

    def test_a_webhook_in_ssm_that_is_rotated_while_the_function_runs(self):
        self.aws.ssm.put("/glasswatch/hook", self.hook("old"))
        self.start_with_hook("ssm:/glasswatch/hook")
        self.assertEqual(self.aws.calls("ssm"), [])
        self.ask(awslogs(grant("e1", who="u-1")))
        self.ask(awslogs(grant("e2", who="u-2")))
        self.assertEqual(self.paths(), ["old", "old"])
        self.assertEqual(len(self.aws.calls("ssm")), 1)
        self.aws.ssm.put("/glasswatch/hook", self.hook("new"))
        self.receivers.script("hook", "403")  # the old one is gone
        self.ask(awslogs(grant("e3", who="u-3")))
        self.assertEqual(self.paths(), ["old", "old", "new"])
        self.assertEqual(self.paths(accepted=False), ["old", "old", "old", "new"])
        self.assertEqual(len(self.aws.calls("ssm")), 2)
        self.ask(awslogs(grant("e3", who="u-3")))  # AWS delivers at least once
        self.ask(awslogs(grant("e4", who="u-4")))
        self.assertEqual(self.paths(), ["old", "old", "new", "new"])
        self.assertEqual(len(self.aws.calls("ssm")), 2)

    def test_a_refusal_with_the_newest_secret_is_told_once_and_fetched_once(self):
        self.aws.ssm.put("/glasswatch/hook", self.hook("only"))
        function = self.start_with_hook("ssm:/glasswatch/hook")
        self.receivers.script("hook", "404")
        self.ask(awslogs(grant("e1")), status="error")
        self.assertEqual(self.paths(accepted=False), ["only"])
        self.assertEqual(len(self.aws.calls("ssm")), 2)
        self.ask(awslogs(grant("e1")))  # AWS tries again
        self.assertEqual(self.paths(), ["only"])
        for text in (function.log(), function.output()):
            self.assertNotIn("/services/", text)

    def test_a_token_in_secrets_manager_that_is_rotated(self):
        token = self.receivers.env()["GWTEST_SLACK_TOKEN"]
        arn = self.aws.secrets.put("glasswatch/slack", json.dumps({"token": token, "other": 1}))
        self.start(GLASSWATCH_SLACK_TOKEN=f"secretsmanager:{arn}#token")
        self.ask(awslogs(grant("e1", who="u-1")))
        self.aws.secrets.put("glasswatch/slack", json.dumps({"token": "xoxb-new", "other": 1}))
        self.receivers.env = lambda: {"GWTEST_SLACK_TOKEN": "xoxb-new"}  # all that Slack accepts now
        self.ask(awslogs(grant("e2", who="u-2")))
        self.assertEqual(len(self.receivers.slack_parents()), 2)
        self.assertEqual(len(self.aws.calls("secretsmanager")), 2)

    def test_a_secret_that_is_not_there_fails_the_invocation_and_is_named(self):
        function = self.start_with_hook("ssm:/glasswatch/missing")
        answer = self.ask(awslogs(grant("e1")), status="error")
        self.assertIn("ssm:/glasswatch/missing", answer.body.decode() + function.log())
        self.aws.ssm.put("/glasswatch/missing", self.hook("here"))
        self.ask(awslogs(grant("e1")))
        self.assertEqual(self.paths(), ["here"])


if __name__ == "__main__":
    unittest.main()
