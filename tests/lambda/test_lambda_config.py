"""The function's configuration: from its package, from S3, from Systems Manager; and what a start says that cannot have it."""
import json
import pathlib
import tempfile
import unittest
import warnings

from aws.server import StandIn
from lambda_run import Function, RuntimeApi, awslogs, grant
from receivers_standin import Receivers

warnings.simplefilter("ignore", ResourceWarning)


class Configuration(unittest.TestCase):
    def setUp(self):
        self.aws = self.enterContext(StandIn())
        self.receivers = self.enterContext(Receivers())
        self.api = self.enterContext(RuntimeApi())
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.aws.s3.create("configs")
        hook = {"name": "feed", "type": "slack", "webhook_url": "ssm:/gw/hook"}
        self.text = json.dumps({"version": 1, "receivers": [hook],
                                "watches": [{"name": "w", "roles": ["Emergency"], "receivers": ["feed"]}]})
        self.aws.ssm.put("/gw/hook", f"http://127.0.0.1:{self.receivers.port}/services/T000/B000/x")

    def enterContext(self, manager):  # Python 3.11 has it, too
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def start(self, **more):
        return self.enterContext(Function(self.api, self.aws, self.receivers, GLASSWATCH_WATCH=None,
                                          GLASSWATCH_SLACK_TOKEN=None, **more))

    def check_works(self, **more):
        self.start(**more)
        before = len(self.receivers.of("hook"))
        for n in (1, 2):
            answer = self.api.invoke(awslogs(grant(f"e{n}", role="Emergency", who=f"u-{n}"),
                                             grant(f"o{n}", role="Other", who=f"o-{n}")))
            self.assertEqual(answer.status, "response", answer.body)
        self.assertEqual(len(self.receivers.of("hook")), before + 2)

    def refused(self, **more):
        """What the function says to AWS, and in its log."""
        function = self.start(**more)
        self.assertNotEqual(function.process.wait(timeout=30), 0)
        self.assertEqual(len(self.receivers.of("hook")), 0)
        self.assertIn("cannot start", function.log())
        return json.loads(self.api.init_error.body)["errorMessage"]

    def test_a_file(self):
        (self.folder / "my.yaml").write_text(self.text)
        self.check_works(GLASSWATCH_CONFIG=str(self.folder / "my.yaml"))
        self.assertEqual([c.operation for c in self.aws.calls()], ["GetParameter"])  # the hook

    def test_the_file_of_the_package(self):
        (self.folder / "glasswatch.yaml").write_text(self.text)
        self.check_works(LAMBDA_TASK_ROOT=str(self.folder))

    def test_an_object(self):
        self.aws.s3.put("configs", "a b+c/glasswatch.yaml", self.text.encode(), notify=False)
        self.check_works(GLASSWATCH_CONFIG="s3://configs/a b+c/glasswatch.yaml")
        self.assertEqual(len(self.aws.calls("s3")), 1)

    def test_a_parameter(self):
        self.aws.ssm.put("/gw/config", self.text, secure=False)
        self.check_works(GLASSWATCH_CONFIG="ssm:/gw/config")
        self.assertEqual(len(self.aws.calls("ssm")), 2)  # and the hook

    def test_nothing_is_asked_of_aws_by_a_start_that_needs_nothing(self):
        self.start(GLASSWATCH_RECEIVER="stdout")
        self.assertEqual(self.api.invoke(awslogs(grant("e1"))).status, "response")
        self.assertEqual(self.aws.calls(), [])

    def test_what_is_missing_is_named(self):
        self.assertIn("/nowhere/x.yaml", self.refused(GLASSWATCH_CONFIG="/nowhere/x.yaml"))

    def test_a_missing_object_is_named(self):
        why = self.refused(GLASSWATCH_CONFIG="s3://configs/none")
        self.assertIn("s3://configs/none: cannot be fetched", why)

    def test_a_missing_parameter_is_named(self):
        why = self.refused(GLASSWATCH_CONFIG="ssm:/gw/none")
        self.assertIn("ssm:/gw/none: cannot be fetched", why)
        self.assertIn("ParameterNotFound", why)

    def test_a_name_that_is_none(self):
        self.assertIn("s3://bucket/key was expected", self.refused(GLASSWATCH_CONFIG="s3://configs"))

    def test_mistakes_have_their_place(self):
        self.aws.s3.put("configs", "bad", b"version: 1\nwatchers: []\n", notify=False)
        self.assertIn("s3://configs/bad:2:1: ", self.refused(GLASSWATCH_CONFIG="s3://configs/bad"))

    def test_what_is_too_large(self):
        self.aws.s3.put("configs", "large", b"#" * (1 << 20) + b"\n" * 10, notify=False)
        self.assertIn("s3://configs/large", self.refused(GLASSWATCH_CONFIG="s3://configs/large"))


if __name__ == "__main__":
    unittest.main()
