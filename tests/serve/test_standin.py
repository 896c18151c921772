"""The tests' own tools: the stand-ins behave as scripted, and each check of hostile text can fail."""
import base64
import hashlib
import hmac
import http.client
import io
import json
import os
import sys
import time
import unittest
from contextlib import redirect_stdout

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import kill_loop
import receivers_standin
import test_injection
from runner import Checks

SLACK = {"Authorization": "Bearer xoxb-1234567890-test", "Content-Type": "application/json"}


def message(text="who did what", **more):
    return {"channel": "C1", "text": "a sentence", "unfurl_links": False, "unfurl_media": False,
            "blocks": [{"type": "section", "block_id": "gw:session.opened:s1",
                        "text": {"type": "mrkdwn", "text": text, "verbatim": True}}], **more}


class Standin(unittest.TestCase):
    def setUp(self):
        self.receivers = receivers_standin.Receivers()
        self.addCleanup(self.receivers.close)

    def post(self, path, body, headers, timeout=5):
        c = http.client.HTTPConnection("127.0.0.1", self.receivers.port, timeout=timeout)
        self.addCleanup(c.close)
        c.request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)
        r = c.getresponse()
        return r.status, r.headers, r.read()

    def test_slack_keeps_threads(self):
        answer = json.loads(self.post("/api/chat.postMessage", message(), SLACK)[2])
        self.assertTrue(answer["ok"])
        self.assertTrue(json.loads(self.post("/api/chat.update", message(ts=answer["ts"]), SLACK)[2])["ok"])
        self.assertTrue(json.loads(self.post("/api/chat.postMessage", message(thread_ts=answer["ts"]), SLACK)[2])["ok"])
        self.assertEqual(json.loads(self.post("/api/chat.update", message(ts="1.2"), SLACK)[2])["error"], "message_not_found")
        self.assertEqual(json.loads(self.post("/api/auth.test", {}, {})[2])["error"], "invalid_auth")
        self.assertEqual(len(self.receivers.slack_parents()), 1)
        self.assertEqual(self.receivers.slack_parents()[0].block(), ("session.opened", "s1"))
        self.assertEqual(len(self.receivers.slack_edits(answer["ts"])), 1)
        self.assertEqual(len(self.receivers.problems), 1)

    def test_slack_limits(self):
        block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
        for wrong, error in ((message(text="x" * 3001), "invalid_blocks"), (message(blocks=[block] * 5), "msg_blocks_too_long"),
                             (message(blocks=[block] * 51), "invalid_blocks"), ({**message(), "text": ""}, "no_text"),
                             (message(blocks=[{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]), "invalid_blocks")):
            self.assertEqual(receivers_standin.slack_problem(wrong), error)
        self.assertIsNone(receivers_standin.slack_problem(message()))

    def test_webhooks_are_verified(self):
        body = json.dumps({"type": "a", "timestamp": "t", "data": {}}).encode()
        secret = base64.b64decode(receivers_standin.SECRET)

        def headers(stamp, signed):
            digest = hmac.new(secret, f"m1.{stamp}.".encode() + signed, hashlib.sha256).digest()
            return {"webhook-id": "m1", "webhook-timestamp": str(stamp), "webhook-signature": "v1,x v1," + base64.b64encode(digest).decode()}

        now = int(time.time())
        self.assertEqual(self.post("/siem", body, headers(now, body))[0], 200)
        self.assertEqual(self.post("/siem", body, headers(now, body + b" "))[0], 401)
        self.assertEqual(self.post("/siem", body, headers(now - 400, body))[0], 401)
        self.assertEqual(self.post("/siem", body, {})[0], 401)
        self.assertEqual(len(self.receivers.of("siem")), 1)

    def test_behaviours(self):
        self.receivers.script("slack", "500", "429 7", "error not_in_channel", "drop", "slow 0.05", "hang 0.05")
        self.assertEqual(self.post("/api/chat.postMessage", message(), SLACK)[0], 500)
        self.assertEqual(self.post("/api/chat.postMessage", message(), SLACK)[1]["Retry-After"], "7")
        self.assertEqual(json.loads(self.post("/api/chat.postMessage", message(), SLACK)[2])["error"], "not_in_channel")
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.post("/api/chat.postMessage", message(), SLACK)
        self.assertEqual(self.post("/api/chat.postMessage", message(), SLACK)[0], 200)
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.post("/api/chat.postMessage", message(), SLACK)
        self.assertEqual([c.accepted for c in self.receivers.of(accepted=False)], [False] * 4 + [True, False])


class Call:
    def __init__(self, body, mark=None, ident=None, kind="session.opened", session_id="s"):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.kind, self.method, self.mark, self.session_id = kind, "chat.postMessage", mark, session_id
        self.headers = {"webhook-id": ident}


class ChecksCanFail(unittest.TestCase):
    def failures(self, function, *arguments):
        checks = Checks("x")
        with redirect_stdout(io.StringIO()):
            function(checks, *arguments)
        return checks.failed

    def test_slack(self):
        good = message("who &lt;!channel&gt; did\nwhat <https://wiki.example.com/x|runbook>")
        self.assertEqual(self.failures(test_injection.check_slack, Call(good)), 0)
        for text in ("<!channel>", "<@U1>", "a <https://evil.example|b>", "a\u202eb", "a\u200bb", "a\x1b[2Jb", "x &am", "a\nGWFAKE: b",
                     "*GWBOLD*", "`GWCODE`"):
            self.assertEqual(self.failures(test_injection.check_slack, Call(message(text))), 1, text)
        loose = message("see http://evil.example/")
        del loose["blocks"][0]["text"]["verbatim"]
        self.assertEqual(self.failures(test_injection.check_slack, Call(loose)), 1)
        self.assertEqual(self.failures(test_injection.check_slack, Call(message(unfurl_links=True))), 1)
        self.assertEqual(self.failures(test_injection.check_slack, Call(b'{"text":"a","text":"b"}')), 1)

    def test_json_and_lines(self):
        self.assertEqual(self.failures(test_injection.check_json, "x", b'{"a":"\\u001b"}'), 0)
        for data in (b'{"a":"\x7f"}', '{"a":"\u202e"}'.encode(), b'{"a":1,"a":2}', b'{"a":'):
            self.assertEqual(self.failures(test_injection.check_json, "x", data), 1, data)
        self.assertEqual(self.failures(test_injection.check_lines, "x", b'{"a":1}\n{"b":2}\n', True), 0)
        for data in (b'{"a":1}\nGWFAKE\n', b'{"a":"\x1b"}\n', b"{}\n{\n"):
            self.assertEqual(self.failures(test_injection.check_lines, "x", data, True), 1, data)

    def test_duplicates(self):
        twice = lambda *marks: [Call({}, m, "n1") for m in marks]
        for calls, failed in ((twice(0), 0), (twice(0, 1), 0), (twice(0, 0), 1), (twice(2, 2), 1),
                              (twice(0, 1) + [Call({}, m, "n2", session_id="t") for m in (0, 1)], 1),
                              ([Call({}, 0, "n1"), Call({}, 1, "n2")], 1)):
            got = self.failures(kill_loop.judge_duplicates, "siem", calls)
            self.assertEqual(min(got, 1), failed, [(c.mark, c.headers) for c in calls])


if __name__ == "__main__":
    unittest.main()
