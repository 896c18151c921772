"""What a SIEM reads: `serve` tells syslog over TLS and objects of OCSF in S3."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import runner
from aws.server import StandIn
from lambda_run import grant
from serve import Serve, eventually, require_serve

HEADER = re.compile(r"<34>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ glasswatch - session\.opened \[origin software=\"glasswatch\" "
                    r"swVersion=\"[^\"]+\"\]\[glasswatch@32473 id=\"[0-9a-f-]{36}\" alert=\"([0-9a-f-]{36})\" severity=\"critical\" "
                    r"session=\"([0-9a-f-]{36})\" ")


class Collector:
    """A syslog server with a certificate of its own."""

    def __init__(self, folder):
        self.cert = os.path.join(folder, "c.pem")
        key = os.path.join(folder, "k.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=logs", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.cert],
                       check=True, capture_output=True)
        self.process = subprocess.Popen([sys.executable, os.path.join(runner.SOURCE, "tests/support/syslog_standin.py"),
                                         "--cert", self.cert, "--key", key], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = self.line()["port"]

    def line(self):
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.communicate()


class Siem(unittest.TestCase):
    def test_one_fact_reaches_syslog_and_a_bucket(self):
        with StandIn() as aws, tempfile.TemporaryDirectory() as folder:
            aws.s3.create("findings")
            collector = Collector(folder)
            self.addCleanup(collector.close)
            receivers = [{"name": "siem", "type": "syslog", "address": f"127.0.0.1:{collector.port}", "allow_private": True,
                          "tls": {"ca": collector.cert}},
                         {"name": "lake", "type": "ocsf", "path": "s3://findings/gw"}]
            config = {"watches": [{"name": "w", "roles": ["BreakGlass*"], "severity": "critical", "receivers": ["siem", "lake"]}]}
            with Serve(receivers=receivers, config=config, env=aws.environment()) as serve:
                self.assertTrue(serve.ingest([grant("e1", who="u-1")]).ok)
                frame = collector.line()["frame"]
                header = HEADER.match(frame)
                self.assertTrue(header, frame)
                alert, session = header.groups()
                self.assertEqual(session, serve.sessions()[0]["id"])
                self.assertTrue(eventually(lambda: aws.s3.keys("findings")), serve.stderr())
                [key] = aws.s3.keys("findings")
                self.assertRegex(key, r"^gw/region=[a-z0-9-]+/accountId=\d{12}/eventDay=\d{8}/" + alert + r"\.json$")
                finding = json.loads(aws.s3.get("findings", key))
                self.assertEqual((finding["type_uid"], finding["finding_info"]["uid"]), (200401, session))
                checked = serve.with_config("receivers", "check")
                self.assertEqual(checked.returncode, 0, checked)


if __name__ == "__main__":
    require_serve()
    unittest.main()
