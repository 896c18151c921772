"""Names from directories in `serve`: they come, they are kept, and nothing ever waits for them."""
import json
import os
import socket
import threading
import time
import unittest

from aws.server import StandIn
from lambda_run import ACCOUNT, grant
from serve import SLOWER, Serve, eventually, require_serve

ROLE = "arn:aws:iam::111122223333:role/glasswatch-read"
PLACE = {"role_arn": ROLE, "region": "eu-central-1"}
DIRECTORY = {"organizations": {"role_arn": ROLE}, "identity_store": {**PLACE, "id": "d-1"}, "sso_admin": PLACE}
FILLED = {"accounts", "units", "users", "permission_sets"}
# What AWS is to a program that cannot reach it.
VARIABLES = ("AWS_ENDPOINT_URL_ORGANIZATIONS", "AWS_ENDPOINT_URL_IDENTITYSTORE", "AWS_ENDPOINT_URL_SSO_ADMIN",
             "AWS_ENDPOINT_URL_STS")


class Hole:
    """Takes connections; says nothing, or the same bytes to everybody."""

    def __init__(self, answer=b""):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.answer, self.kept = answer, []
        threading.Thread(target=self.run, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.kept.append(connection)
            if self.answer:
                try:
                    connection.recv(65536)
                    connection.sendall(self.answer)
                    connection.close()
                except OSError:
                    pass

    def close(self):
        self.listener.close()
        for connection in self.kept:
            connection.close()


def refusing():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{s.getsockname()[1]}"


def environment(url=None, aws=None):
    if aws:
        return aws.environment()
    return {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "NO_PROXY": "127.0.0.1", **{name: url for name in VARIABLES}}


def filled(aws, name="alice@example.com"):
    d = aws.directories
    d.unit("ou-ab12-prod")
    d.unit("ou-ab12-pay", "ou-ab12-prod")
    d.account(ACCOUNT, "prod-payments", "ou-ab12-pay")
    d.account("333333333333", "sandbox")
    d.account("444444444444", "gone", state="CLOSED")
    d.users.update({"u-1": name, "u-2": "bob", "u-3": "carol"})
    d.sets.update({"BreakGlassAdmin": "PT4H", "ReadOnly": "PT1H"})


def config(**more):
    return {"directory": {**DIRECTORY, **more}, "receivers": [{"name": "out", "type": "stdout"}],
            "watches": [{"name": "w", "accounts": ["ou:ou-ab12-prod"], "roles": ["BreakGlass*"], "receivers": ["out"]}]}


def directory(serve):
    return {p["part"]: p for p in serve.items("/api/v1/directory")}


def has_read(serve):
    return eventually(lambda: all(p["read_at"] for p in directory(serve).values()) and
                      set(directory(serve)) == FILLED, 30)


def told(serve, count=1, timeout=15):
    """Seconds until so many alerts came out."""
    begin = time.monotonic()
    assert eventually(lambda: serve.stdout(serve.lives).count("session.opened") >= count or
                      serve.stdout(serve.lives).count("\n") >= count, timeout, pause=0.01), serve.stderr()
    return time.monotonic() - begin


def only_session(serve):
    sessions = serve.sessions()
    assert len(sessions) == 1, sessions
    return sessions[0]


class Directories(unittest.TestCase):
    def test_names_come_are_kept_and_outlive_the_directories(self):
        with StandIn() as aws:
            filled(aws)
            with Serve(config=config(), env=aws.environment()) as serve:
                self.assertTrue(has_read(serve), serve.stderr())
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                told(serve)
                session = only_session(serve)
                self.assertEqual(session["principal"]["name"], "alice@example.com")
                self.assertEqual(session["principal"]["name_source"], "directory")
                self.assertEqual(session["account_name"], "prod-payments")
                self.assertEqual(session["expiry_grade"], "configured")
                self.assertEqual(session["expires_at"], "2026-07-01T14:00:00Z")
                self.assertIn("alice@example.com", serve.stdout())
                self.assertIn("w", session["watches"])
                cache = serve.store + "-directory.json"
                self.assertEqual(os.stat(cache).st_mode & 0o777, 0o600)
                with open(cache, encoding="utf-8") as f:
                    self.assertEqual(json.load(f)["schema"], "glasswatch.directory.v1")
                roles = {c.request["RoleArn"] for c in aws.calls("sts", "AssumeRole")}
                self.assertEqual(roles, {ROLE})
                metrics = serve.metrics()
                self.assertEqual(metrics[("glasswatch_directory_entries", (("part", "users"),))], 3)
                self.assertEqual(serve.stop(), 0)
                serve.env.update({name: refusing() for name in VARIABLES})
                serve.start()
                self.assertTrue(serve.ingest([grant("e2", who="u-2")]).ok)
                told(serve)
                names = {s["principal"]["name"] for s in serve.sessions()}
                self.assertEqual(names, {"alice@example.com", "bob"})

    def test_alerts_do_not_wait_for_directories_that_do_not_answer(self):
        garbage = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 9\r\n\r\n<garbage>"
        hang, nonsense = Hole(), Hole(garbage)
        for what, url in (("refused", refusing()), ("hanging", hang.url), ("garbage", nonsense.url)):
            with self.subTest(what), Serve(config=config(), env=environment(url)) as serve:
                seconds = []
                for n in range(3):
                    begin = time.monotonic()
                    self.assertTrue(serve.ingest([grant(f"e{n}", who=f"u-{n}")]).ok)
                    told(serve, n + 1)
                    seconds.append(time.monotonic() - begin)
                self.assertLess(max(seconds), 3 * SLOWER, what)
                self.assertEqual({s["account_name"] for s in serve.sessions()}, {None})
                # An OU that is not resolved is watched.
                self.assertTrue(all("w" in s["watches"] for s in serve.sessions()))
                self.assertEqual({s["expiry_grade"] for s in serve.sessions()}, {"default"})
                self.assertEqual(serve.get("/readyz", token=None).status, 200)
                begin = time.monotonic()
                self.assertEqual(serve.stop(), 0)
                self.assertLess(time.monotonic() - begin, 8 * SLOWER, what)
        hang.close()
        nonsense.close()

    def test_what_is_refused_is_told_once_with_the_permission_that_is_missing(self):
        with StandIn() as aws:
            filled(aws)
            aws.faults.add("organizations", "ListAccounts", "refuse", times=None, code="AccessDeniedException", status=400)
            aws.faults.add("organizations", "ListRoots", "throttle", times=2)
            with Serve(config=config(), env=aws.environment()) as serve:
                self.assertTrue(eventually(lambda: directory(serve)["permission_sets"]["read_at"], 30), serve.stderr())
                parts = directory(serve)
                self.assertEqual(parts["accounts"]["missing_permission"], "organizations:ListAccounts")
                self.assertIn("AccessDenied", parts["accounts"]["problem"])
                self.assertIsNone(parts["units"]["problem"])
                self.assertEqual(parts["units"]["entries"], 3)
                self.assertEqual(serve.stderr().count("organizations:ListAccounts"), 1)
                live = serve.command("doctor", "--live", "--url", f"http://127.0.0.1:{serve.port}")
                self.assertIn("missing organizations:ListAccounts", live.stdout, live.stderr)
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                told(serve)
                self.assertEqual(only_session(serve)["principal"]["name"], "alice@example.com")
                self.assertIsNone(only_session(serve)["account_name"])

    def test_a_role_that_may_not_be_assumed(self):
        with StandIn() as aws:
            aws.sts.roles = {}
            with Serve(config=config(), env=aws.environment()) as serve:
                self.assertTrue(eventually(
                    lambda: directory(serve)["users"]["missing_permission"] == "sts:AssumeRole", 30), serve.stderr())

    def test_a_damaged_file_is_told_and_done_without(self):
        with Serve(config=config(), env=environment(refusing()), start=False) as serve:
            with open(serve.store + "-directory.json", "wb") as f:
                f.write(b'{"schema":"glasswatch.directory.v1","users":{"u-1":' + os.urandom(64))
            serve.start()
            self.assertIn("the names that were kept cannot be used", serve.stderr())
            self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
            told(serve)

    def test_what_is_configured_or_learnt_goes_before_the_directory(self):
        with StandIn() as aws:
            filled(aws)
            more = {**config(), "people": [{"name": "carol (people)", "identity_store_user": "u-3"}],
                    "accounts": {ACCOUNT: "by configuration"}, "session_durations": {"BreakGlass*": "2h"}}
            with Serve(config=more, env=aws.environment()) as serve:
                self.assertTrue(has_read(serve), serve.stderr())
                self.assertTrue(serve.ingest([grant("e1", who="u-3")]).ok)
                told(serve)
                session = only_session(serve)
                self.assertEqual(session["principal"]["name"], "carol (people)")
                self.assertEqual(session["account_name"], "by configuration")
                self.assertEqual(session["expires_at"], "2026-07-01T12:00:00Z")

    def test_an_account_outside_the_unit_is_not_watched_and_hostile_names_are_shown_harmlessly(self):
        with StandIn() as aws:
            filled(aws, name="<!channel> \u202eeve\x1b[31m")
            aws.directories.accounts[ACCOUNT]["parent"] = aws.directories.root
            outside = config()
            outside["builtin"] = {"emergency-roles": {"disabled": True}}
            with Serve(config=outside, env=aws.environment()) as serve:
                self.assertTrue(has_read(serve), serve.stderr())
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                self.assertEqual(serve.sessions(), [])
                aws.directories.accounts.clear()
            aws.directories.account(ACCOUNT, "prod", "ou-ab12-pay")
            with Serve(config=outside, env=aws.environment()) as serve:
                self.assertTrue(has_read(serve), serve.stderr())
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                told(serve)
                self.assertNotIn("\x1b", serve.stdout())
                self.assertNotIn("\u202e", serve.stdout())


if __name__ == "__main__":
    require_serve()
    unittest.main()
