"""The Lambda package: small, the same every time, and it runs where there is nothing but a kernel."""

import base64
import gzip
import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile
from pathlib import Path

from aws.runtime_api import RuntimeApi

ROOT = Path(os.environ["GW_SOURCE_DIR"])
BINARY = Path(os.environ["GW_BINARY"])
BUILT = BINARY.parent / "packaging"
TOOLS = ("strip", "readelf", "nm", "gcc", "dpkg")
WHEN = "1767323045"
CHROOT = shutil.which("chroot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def make(target):
    made = run(ROOT / "packaging/lambda_zip", BUILT / "glasswatch_bootstrap", BUILT / "glasswatch_lambda", target,
               env={**os.environ, "SOURCE_DATE_EPOCH": WHEN})
    if made.returncode:
        raise AssertionError(made.stderr)


def unpack(archive, folder):
    """As Lambda does, with the modes that the archive says."""
    with zipfile.ZipFile(archive) as opened:
        for one in opened.infolist():
            os.chmod(opened.extract(one, folder), one.external_attr >> 16 & 0o777)


def root_signs_in():
    """As CloudWatch Logs brings it."""
    record = {"eventVersion": "1.11", "userIdentity": {"type": "Root", "principalId": "111122223333", "accountId": "111122223333",
                                                       "arn": "arn:aws:iam::111122223333:root"},
              "eventTime": "2026-01-02T03:04:05Z", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
              "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "Mozilla/5.0", "requestParameters": None,
              "responseElements": {"ConsoleLogin": "Success"}, "eventID": "11111111-2222-4333-8444-555555555555",
              "eventType": "AwsConsoleSignIn", "recipientAccountId": "111122223333"}
    data = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logStream": "s",
            "subscriptionFilters": ["all"],
            "logEvents": [{"id": "1", "timestamp": 1767323045000, "message": json.dumps(record)}]}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.seen.append((self.path, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_):
        pass


class LambdaPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.temp = Path(folder.name)
        cls.zip = cls.temp / "function.zip"
        make(cls.zip)
        cls.version = run(BINARY, "version").stdout

    def cage(self, name, below="."):
        """An empty root with the package in one of its folders, and the program's path in there."""
        cage = self.temp / name
        (cage / below).mkdir(parents=True)
        unpack(self.zip, cage / below)
        return cage, "/" + os.path.normpath(below + "/bootstrap")

    def test_is_small_and_whole(self):
        self.assertLess(self.zip.stat().st_size, 10_000_000)
        with zipfile.ZipFile(self.zip) as archive:
            modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
        self.assertEqual(list(modes), sorted(modes))
        for name in ("bootstrap", "lib/glasswatch"):
            self.assertEqual(modes[name], 0o755)
        for name in ("LICENSE", "lib/libcurl.so.4", "licenses/libc6", "licenses/libssl3"):
            self.assertIn(name, modes)
        folder = self.temp / "whole"
        unpack(self.zip, folder)
        # Every library that any of them asks for is there.
        for file in (folder / "lib").iterdir():
            for needed in re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", file).stdout):
                self.assertTrue((folder / "lib" / needed).exists(), f"{file.name} needs {needed}")

    def test_same_program_same_archive(self):
        again = self.temp / "again.zip"
        make(again)
        self.assertEqual(again.read_bytes(), self.zip.read_bytes())

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_starts_in_an_empty_root_wherever_it_lies(self):
        for name, below in (("here", "."), ("task", "var/task")):
            cage, program = self.cage(name, below)
            started = run(CHROOT, cage, program, "version", env={})
            self.assertEqual((started.stdout, started.stderr), (self.version, ""))
        beside = run("./bootstrap", "version", cwd=self.temp / "task/var/task")
        self.assertEqual(beside.stdout, self.version)

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_says_that_libraries_are_missing(self):
        cage, program = self.cage("without")
        shutil.rmtree(cage / "lib")
        started = run(CHROOT, cage, program, env={})
        self.assertEqual(started.returncode, 127)
        self.assertIn("cannot be started", started.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_serves_invocations_in_an_empty_root(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as hook, RuntimeApi() as api:
            hook.seen, hook.status = [], 200
            threading.Thread(target=hook.serve_forever, daemon=True).start()
            cage, program = self.cage("serving", "var/task")
            (cage / "tmp").mkdir()  # Lambda's own, the one place where a function may write
            env = {**api.environment(), "AWS_REGION": "eu-central-1", "GLASSWATCH_ALLOW_PRIVATE": "1",
                   "GLASSWATCH_SLACK_WEBHOOK_URL": "http://127.0.0.1:%d/hook" % hook.server_address[1]}
            with subprocess.Popen([CHROOT, cage, program], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
                try:
                    api.wait_for_next()
                    answer = api.invoke(root_signs_in())
                    # It asks for more work only when its metrics are written.
                    api.wait_for_next(2)
                finally:
                    child.kill()
                    said, complaints = child.communicate()
            self.assertEqual((answer.status, api.init_error, api.violations), ("response", None, []), complaints)
            self.assertEqual([path for path, _ in hook.seen], ["/hook"], complaints)
            metrics = json.loads(said.splitlines()[0])
            self.assertEqual(metrics["glasswatch_records_decoded_total"], 1)
            self.assertEqual(metrics["glasswatch_records_matched_total"], 1)
            self.assertEqual(metrics["glasswatch_cold_starts_total"], 1)
            hook.shutdown()

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("openssl"), "needs root and openssl")
    def test_speaks_tls_with_the_image_s_certificates(self):
        """With the stubs that stand for unused libraries, and Amazon Linux's place of the certificates."""
        certificate, key = self.temp / "cert.pem", self.temp / "key.pem"
        made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                   "-out", certificate, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1")
        self.assertEqual(made.returncode, 0, made.stderr)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
            server.seen, server.status = [], 200
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            cage, program = self.cage("tls", "var/task")
            (cage / "tmp").mkdir()

            def signs_in():
                with RuntimeApi() as api:
                    env = {**api.environment(), "AWS_REGION": "eu-central-1", "GLASSWATCH_ALLOW_PRIVATE": "1",
                           "GLASSWATCH_SLACK_WEBHOOK_URL": "https://127.0.0.1:%d/hook" % server.server_address[1]}
                    with subprocess.Popen([CHROOT, cage, program], env=env, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL) as child:
                        try:
                            api.wait_for_next()
                            return api.invoke(root_signs_in(), deadline_seconds=20).status
                        finally:
                            child.kill()

            self.assertEqual(signs_in(), "error")
            self.assertEqual(server.seen, [], "sent without a certificate that is trusted")
            bundle = cage / "etc/pki/tls/certs/ca-bundle.crt"
            bundle.parent.mkdir(parents=True)
            shutil.copy(certificate, bundle)
            self.assertEqual(signs_in(), "response")
            self.assertEqual([path for path, _ in server.seen], ["/hook"])
            server.shutdown()


if __name__ == "__main__":
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.environ.get("GW_SANITIZE"):
        print("skipped:", "a sanitizer's build" if not missing else "missing " + ", ".join(missing))
        sys.exit(77)
    unittest.main()
