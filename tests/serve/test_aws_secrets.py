"""Secrets of `serve` kept by AWS: a token of its own interface, and a webhook that is replaced while it runs."""
import unittest

from aws.server import StandIn
from lambda_run import grant
from receivers_standin import Receivers
from serve import Serve, require_serve, token_of


class AwsSecrets(unittest.TestCase):
    def test_a_token_and_a_webhook_that_is_replaced(self):
        with StandIn() as aws, Receivers() as receivers:
            hook = lambda name: f"http://127.0.0.1:{receivers.port}/services/T000/B000/{name}"
            paths = lambda accepted=True: [c.path.rsplit("/", 1)[-1] for c in receivers.of("hook", accepted)]
            aws.ssm.put("/gw/ingest", token_of("ingest"))
            aws.secrets.put("gw/hook", hook("old"))
            slack = receivers.slack_hook(webhook_url="secretsmanager:gw/hook")
            config = {"watches": [{"name": "w", "roles": ["BreakGlass*"], "receivers": ["feed"]}], "http": {
                "tokens": [Serve.token_line("ingest", token="ssm:/gw/ingest"), Serve.token_line("admin")]}}
            with Serve(receivers=[slack], config=config, env=aws.environment()) as serve:
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                self.assertTrue(receivers.wait(lambda: paths() == ["old"]), serve.stderr())
                aws.secrets.put("gw/hook", hook("new"))
                receivers.script("hook", "404")  # what Slack answers for a hook that is no more
                self.assertTrue(serve.ingest([grant("e2", who="u-2")]).ok)
                self.assertTrue(receivers.wait(lambda: paths() == ["old", "new"]), serve.stderr())
                self.assertEqual(paths(accepted=False), ["old", "old", "new"])
                self.assertEqual(len(aws.calls("secretsmanager")), 2)
                self.assertEqual(len(aws.calls("ssm")), 1)
                self.assertNotIn("/services/", serve.stderr())

    def test_a_token_that_cannot_be_had_ends_the_start_and_is_named(self):
        with StandIn() as aws:
            config = {"http": {"tokens": [Serve.token_line("ingest", token="ssm:/gw/none")]}}
            with Serve(config=config, env=aws.environment(), start=False) as serve:
                self.assertNotEqual(serve.launch().wait(timeout=30), 0)
                self.assertIn("ssm:/gw/none", serve.stderr())


if __name__ == "__main__":
    require_serve()
    unittest.main()
