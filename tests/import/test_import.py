"""`glasswatch import`: evidence and archives → a store, without a word to anybody."""
import glob
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest
import warnings

from aws.server import StandIn
from lambda_run import SWEEP, Function, RuntimeApi, awslogs, grant, log_file, make_table
from receivers_standin import Receivers
from runner import SOURCE
from serve import Serve, eventually

warnings.simplefilter("ignore", ResourceWarning)

BINARY = os.environ["GW_BINARY"]
TRAIL = pathlib.Path(SOURCE) / "share" / "sample-trail"
MADE_BY_TIME = ("id", "opened_at", "backfilled", "parent")


def call(ident, key="ASIAEXAMPLE", **more):
    """A call with the credentials of the role session that the portal handed out."""
    arn = "arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_BreakGlassAdmin_0123456789abcdef/alice"
    record = {"eventVersion": "1.11", "eventTime": "2026-07-01T10:05:00Z", "eventSource": "iam.amazonaws.com",
              "userIdentity": {"type": "AssumedRole", "arn": arn, "principalId": "AROAEXAMPLE:alice",
                               "accountId": "222222222222", "accessKeyId": key, "onBehalfOf":
                               {"userId": "u-alice", "identityStoreArn":
                                "arn:aws:identitystore::111111111111:identitystore/d-1"},
                               "sessionContext": {"sessionIssuer": {
                                   "type": "Role", "userName": "AWSReservedSSO_BreakGlassAdmin_0123456789abcdef",
                                   "accountId": "222222222222", "arn": "arn:aws:iam::222222222222:role/aws-reserved/"
                                   "sso.amazonaws.com/AWSReservedSSO_BreakGlassAdmin_0123456789abcdef"},
                                   "attributes": {"creationDate": "2026-07-01T10:00:01Z", "mfaAuthenticated": "true"}}},
              "eventName": "CreateUser", "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7",
              "userAgent": "aws-cli/2", "eventID": ident, "eventType": "AwsApiCall", "readOnly": False,
              "recipientAccountId": "222222222222"}
    record.update(more)
    return record


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gw-import-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {"PATH": "/nowhere"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def enterContext(self, manager):  # Python 3.11 has it, too
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def store(self, name="audit"):
        return f"sqlite:{self.folder / name}.db"

    def run_it(self, *arguments, code=0):
        done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, env=self.environment,
                              timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def import_it(self, *arguments, store="audit", code=0):
        done = self.run_it("import", "--stats", "--store", self.store(store), *arguments, code=code)
        self.run_it("store", "check", "--store", self.store(store))
        counts = json.loads(done.stderr.splitlines()[-1])
        return {k: v for k, v in counts.items() if k not in ("seconds", "exit_codes")}, done

    def sessions(self, store="audit"):
        done = self.run_it("sessions", "list", "--store", self.store(store), "--format", "jsonl", "--limit", 1000)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def outbox(self, state, store="audit"):
        done = self.run_it("outbox", "list", "--store", self.store(store), "--format", "jsonl", "--state", state)
        return [json.loads(line) for line in done.stdout.splitlines()]


class Evidence(Base):
    has_table = True

    def setUp(self):
        super().setUp()
        self.aws = self.enterContext(StandIn())
        self.receivers = self.enterContext(Receivers())
        self.api = self.enterContext(RuntimeApi())
        self.aws.s3.create("evidence")
        table = make_table(self.aws) if self.has_table else None
        function = Function(self.api, self.aws, self.receivers, table, GLASSWATCH_EVIDENCE="s3://evidence/watch")
        self.function = self.enterContext(function)
        self.environment.update(self.aws.environment())

    def ask(self, *records):
        answer = self.api.invoke(awslogs(*records))
        self.assertEqual(answer.status, "response", answer.body)

    def lines(self):
        return [json.loads(line) for key in self.aws.s3.keys("evidence")
                for line in self.aws.s3.get("evidence", key).decode().splitlines()]

    def story(self):
        self.ask(grant("e1", who="u-alice"))
        self.ask(call("c1"))
        self.ask(call("c2", eventName="DeleteTrail", eventSource="cloudtrail.amazonaws.com"))
        self.ask(grant("e2", who="u-bob", eventTime="2026-07-01T11:00:00Z"))
        self.ask(grant("e3", who="u-bob", eventTime="2026-07-01T11:01:00Z", userAgent="\x1b[2J‮gone"))
        self.api.invoke(SWEEP)
        return self.lines()

    def download(self, name="copy", shuffled=False):
        """All lines, in one file for each, whatever their order."""
        place = self.folder / name
        place.mkdir()
        texts = [line for key in self.aws.s3.keys("evidence")
                 for line in self.aws.s3.get("evidence", key).decode().splitlines()]
        if shuffled:
            random.Random(name).shuffle(texts)
        for i, text in enumerate(texts):
            (place / f"{i:04}.jsonl").write_text(text + "\n")
        return place

    def expect_the_story(self, lines, store="audit"):
        latest = {}
        for line in lines:
            if line["fact"] == "session":
                if line["session_id"] not in latest or latest[line["session_id"]]["at"] <= line["at"]:
                    latest[line["session_id"]] = line
        merged = {part for line in lines if line["fact"] == "session" for part in line["absorbed"]}
        told = {i: line["session"] for i, line in latest.items() if i not in merged}
        found = {session["id"]: session for session in self.sessions(store)}
        self.assertEqual(set(found), set(told))
        for ident, session in found.items():
            self.assertEqual({k: v for k, v in session.items() if k != "version"},
                             {k: v for k, v in told[ident].items() if k != "version"})
            shown = self.run_it("sessions", "show", ident, "--store", self.store(store), "--format", "table").stdout
            for line in lines:
                if line["fact"] in ("access", "activity") and line["session_id"] == ident:
                    self.assertIn(line["event"]["event_id"], shown)
            self.assertNotIn("\x1b", shown)
            self.assertNotIn("‮", shown)
        delivered = {line["notification"]["id"]: line["state"] for line in lines if line["fact"] == "delivery"}
        self.assertGreater(len(delivered), 1)
        states = [item for state in set(delivered.values()) for item in self.outbox(state, store)]
        self.assertEqual(len(states), len(delivered), states)
        self.assertEqual(self.outbox("trying", store), [])

    def test_what_was_written_is_read_back_and_again_changes_nothing(self):
        lines = self.story()
        counts, done = self.import_it("s3://evidence/watch")
        self.assertEqual((counts["accesses"], counts["activity"], counts["refused"]), (
            sum(line["fact"] in ("access", "failure", "change", "half") for line in lines),
            sum(line["fact"] == "activity" for line in lines), 0))
        self.assertEqual(counts["deliveries"], sum(line["fact"] == "delivery" for line in lines))
        self.assertIn(f"{counts['sessions']} sessions", done.stdout)
        self.expect_the_story(lines)
        before = self.sessions()
        again, _ = self.import_it("s3://evidence/watch")
        self.assertEqual([again[k] for k in ("accesses", "activity", "sessions", "deliveries", "mutes")], [0] * 5)
        self.assertEqual(again["duplicates"], len(lines))
        self.assertEqual(self.sessions(), before)

    def test_neither_the_order_nor_the_number_of_runs_shows(self):
        lines = self.story()
        place = self.download("shuffled", shuffled=True)
        files = sorted(place.iterdir())
        random.Random(7).shuffle(files)
        for part in (files[::2], files[1::2], files):  # of the halves, what has no session yet is refused
            self.run_it("import", "--store", self.store(), "--max-quarantined", 1000, *part)
        self.expect_the_story(lines)
        self.import_it(place)
        self.import_it("s3://evidence/watch", store="whole")
        without = [{k: v for k, v in s.items() if k != "version"} for s in self.sessions("whole")]
        self.assertEqual([{k: v for k, v in s.items() if k != "version"} for s in self.sessions()], without)

    def test_a_server_on_that_store_tells_nothing(self):
        self.story()
        server = self.enterContext(Serve(receivers=[{"name": "f", "type": "file", "path": str(self.folder / "told")}],
                                         start=False))
        self.run_it("import", "--store", f"sqlite:{server.store}", "s3://evidence/watch")
        server.start()
        self.assertEqual(len(server.sessions()), len({s["id"] for s in server.sessions()}))
        self.assertGreater(len(server.alerts()), 0)
        server.stop()
        self.assertFalse((self.folder / "told").exists() and (self.folder / "told").read_text())

    def test_lines_that_cannot_be_read(self):
        lines = self.story()
        place = self.download()
        bad = place / "bad\x1b[31m.jsonl"
        newer = json.dumps({**lines[0], "schema": "glasswatch.evidence.v2\x1b[2J"}, separators=(",", ":"))
        bad.write_text("\n".join(['{"schema":"glasswatch.evidence.v1","fact":"acc', newer,
                                  '{"schema":"glasswatch.evidence.v1","fact":"gossip","at":"2026-07-01T10:00:00Z"}',
                                  json.dumps(lines[0])]))
        counts, done = self.import_it(place, code=3)
        self.assertEqual(counts["refused"], 3)
        self.assertIn(".jsonl:1: it is no JSON", done.stderr)
        self.assertIn(".jsonl:2: its schema is `glasswatch.evidence.v2", done.stderr)
        self.assertIn(".jsonl:3: this program does not know the fact `gossip`", done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.expect_the_story(lines)
        self.import_it("--max-quarantined", 3, place)
        self.import_it(place, code=3)


    def test_files_as_other_programs_save_them(self):
        lines = self.story()
        text = "".join(path.read_text() for path in sorted(self.download().iterdir())).encode()
        forms = {"plain": text, "gzip": gzip.compress(text), "members": b"".join(map(gzip.compress, text.splitlines(True))),
                 "mark": b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"), "cut": gzip.compress(text) + gzip.compress(text)[:-10]}
        found = {}
        for name, content in forms.items():
            (self.folder / f"{name}.jsonl").write_bytes(content)
            found[name], done = self.import_it(self.folder / f"{name}.jsonl", store=name, code=3 if name == "cut" else 0)
            self.assertEqual(found[name].pop("refused"), 1 if name == "cut" else 0, done.stderr)
            self.assertEqual(self.outbox("trying", name), [])
            self.expect_the_story(lines, name)
            self.assertEqual({**found[name], "duplicates": 0}, {**found["plain"], "duplicates": 0}, name)
        self.assertIn("cut.jsonl: cut-off gzip data", done.stderr)


class EvidenceWithoutTable(Evidence):
    has_table = False


class Trail(Base):
    def scan(self, place):
        done = self.run_it("scan", "--sessions", "--format", "jsonl", "--config", TRAIL / "glasswatch.yaml", place)
        return [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def plain(sessions):
        return sorted(json.dumps({k: v for k, v in s.items() if k not in MADE_BY_TIME}, sort_keys=True)
                      for s in sessions)

    def test_the_sample_trail_gives_the_sessions_of_scan_and_no_alert(self):
        config = TRAIL / "glasswatch.yaml"
        counts, _ = self.import_it("--config", config, TRAIL / "AWSLogs")
        expected = self.scan(TRAIL / "AWSLogs")
        self.assertEqual(counts["sessions"], len(expected))
        found = self.sessions()
        self.assertEqual(self.plain(found), self.plain(expected))
        self.assertTrue(all(s["backfilled"] for s in found))
        shown = self.run_it("sessions", "show", found[0]["id"], "--store", self.store(), "--format", "table").stdout
        self.assertIn("imported", shown)
        again, _ = self.import_it("--config", config, TRAIL / "AWSLogs")
        self.assertEqual((again["accesses"], again["activity"], again["sessions"]), (0, 0, 0))
        self.assertEqual(self.sessions(), found)

    def test_a_server_that_gets_the_same_by_another_feed_tells_nothing(self):
        receiver = {"name": "f", "type": "file", "path": str(self.folder / "told")}
        server = self.enterContext(Serve(receivers=[receiver], start=False))
        self.run_it("import", "--config", server.config_path, "--store", f"sqlite:{server.store}", TRAIL / "AWSLogs")
        server.start()
        before = server.sessions()
        self.assertGreater(len(before), 10)
        for file in sorted(glob.glob(str(TRAIL / "AWSLogs" / "**" / "*.gz"), recursive=True)):
            records = json.loads(gzip.decompress(pathlib.Path(file).read_bytes())).get("Records", [])  # digests have none
            self.assertTrue(server.ingest(records).ok)
        after = server.sessions()
        self.assertEqual([s["id"] for s in after], [s["id"] for s in before])
        self.assertTrue(any("http" in s["feeds"] for s in after))
        self.assertTrue(all(s["backfilled"] for s in after))
        self.assertEqual(server.alerts(), [])
        # What is new is told.
        self.assertTrue(server.ingest([grant("new", eventTime="2026-11-01T10:00:00Z")]).ok)
        self.assertIn("session.opened", [alert["kind"] for alert in eventually(server.alerts)])

    def test_a_live_session_stays_live(self):
        place = self.folder / "log.json.gz"
        place.write_bytes(log_file(grant("e1")))
        inbox = self.folder / "inbox"
        inbox.mkdir()
        shutil.copy(place, inbox)
        config = self.folder / "serve.yaml"
        config.write_text(json.dumps({"store": self.store(), "sources": [{"type": "directory", "path": str(inbox)}]}))
        self.run_it("serve", "--config", config, "--once")
        more = self.folder / "more.json.gz"
        more.write_bytes(log_file(grant("e1"), grant("e2", eventTime="2026-07-01T10:01:00Z")))
        counts, _ = self.import_it("--config", config, more)
        self.assertEqual((counts["accesses"], counts["duplicates"]), (1, 1))
        self.assertEqual([s["backfilled"] for s in self.sessions()], [False])

    def test_what_cannot_be_read(self):
        (self.folder / "no.json").write_text('{"Records":[{"eventVersion":"1.0",}]}')
        counts, done = self.import_it(self.folder / "no.json", self.folder / "none", code=3)
        self.assertGreaterEqual(counts["refused"], 2)
        self.assertIn("no.json", done.stderr)
        self.assertIn("none: No such file", done.stderr)
        self.run_it("import", "--store", self.store(), "-", code=2)
        self.run_it("import", "--store", "memory", self.folder, code=2)

    def test_a_pipe_is_refused_and_not_lost(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        counts, done = self.import_it(pipe, "/dev/null", TRAIL / "AWSLogs", code=3)
        self.assertEqual(counts["refused"], 2)
        self.assertIn("pipe: not a regular file", done.stderr)
        self.assertGreater(counts["accesses"], 0)

    def test_a_store_that_a_server_has(self):
        server = self.enterContext(Serve())
        done = self.run_it("import", "--store", f"sqlite:{server.store}", TRAIL / "AWSLogs", code=4)
        self.assertIn("is in use by process", done.stderr)


if __name__ == "__main__":
    unittest.main()
