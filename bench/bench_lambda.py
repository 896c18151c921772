#!/usr/bin/env python3
"""Measures `glasswatch lambda` beside a plain Python function (bench/lambda/handler.py) on the same local Runtime API.

usage: bench/bench_lambda.py [--binary FILE ...] [--starts N] [--rounds N] [--only start,quiet,object,small]

start    From starting the process to its first request for work: wall and CPU (user + system), median of the starts, in turn.
quiet    40,000 quiet records as CloudWatch Logs brings them, 1,000 an invocation: CPU per record, that of starting and of one
         invocation before it taken off; peak resident memory.
object   The same records as one object of S3, 50 MB of JSON: CPU per record, peak resident memory. The Python function gets it
         without a signature.
small    What an invocation costs beside its records: 400 of one quiet record and of 20 as CloudWatch Logs brings them, and 20 of
         ten notifications each, of an object of 20 records: CPU of an invocation, and of an object.

--binary is what a function starts: build/release/glasswatch (default; called with `lambda`), or a package's bootstrap.
Each invocation of `quiet` and `object` is preceded by one with a record that both tell of, and that has to arrive.
"""
import argparse
import base64
import gzip
import http.server
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from aws.runtime_api import RuntimeApi  # noqa: E402
from aws.server import StandIn  # noqa: E402

RECORDS, PER_INVOCATION, BUCKET = 40_000, 1_000, "org-logs"
KEY = "AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-central-1/2026/01/02/%s.json.gz" % (
    "111122223333_CloudTrail_eu-central-1_20260102T0305Z_abcdefghijklmnop")
CALLS = [("s3", "GetObject"), ("kms", "Decrypt"), ("sts", "AssumeRole"), ("ec2", "DescribeInstances"), ("logs", "CreateLogStream"),
         ("dynamodb", "DescribeTable"), ("s3", "PutObject"), ("ssm", "GetParameter")]


def record(rng, name, source, identity):
    return {"eventVersion": "1.11", "userIdentity": identity, "eventTime": "2026-01-02T03:%02d:%02dZ" % (
        rng.randrange(60), rng.randrange(60)), "eventSource": source, "eventName": name, "awsRegion": "eu-central-1",
            "sourceIPAddress": "198.51.100.%d" % rng.randrange(256), "userAgent": "aws-sdk-java/2.20 Linux/5.10 exec-env/AWS_ECS",
            "requestParameters": {"bucketName": "data-%d" % rng.randrange(50), "key": "part/%032x" % rng.getrandbits(128),
                                  "Host": "s3.eu-central-1.amazonaws.com"},
            "responseElements": None, "additionalEventData": {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                                                              "bytesTransferredIn": 0, "bytesTransferredOut": rng.randrange(10 ** 6),
                                                              "AuthenticationMethod": "AuthHeader"},
            "requestID": "%016X" % rng.getrandbits(64), "eventID": str(uuid.UUID(int=rng.getrandbits(128))), "readOnly": True,
            "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": "111122223333", "eventCategory": "Management",
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                           "clientProvidedHostHeader": "s3.eu-central-1.amazonaws.com"}}


def quiet_record(rng):
    service, name = rng.choice(CALLS)
    role = "service-%d" % rng.randrange(40)
    identity = {"type": "AssumedRole", "principalId": "AROAEXAMPLE%08d:task" % rng.randrange(10 ** 8),
                "arn": "arn:aws:sts::111122223333:assumed-role/%s/task" % role, "accountId": "111122223333",
                "accessKeyId": "ASIAEXAMPLE%08d" % rng.randrange(10 ** 8),
                "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE", "arn":
                                                     "arn:aws:iam::111122223333:role/" + role, "accountId": "111122223333",
                                                     "userName": role},
                                   "attributes": {"creationDate": "2026-01-02T02:00:00Z", "mfaAuthenticated": "false"}}}
    return record(rng, name, service + ".amazonaws.com", identity)


def loud_record(rng):
    one = record(rng, "ConsoleLogin", "signin.amazonaws.com",
                 {"type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root",
                  "accountId": "111122223333"})
    one.update(eventType="AwsConsoleSignIn", eventCategory="Management", responseElements={"ConsoleLogin": "Success"},
               requestParameters=None, additionalEventData={"MFAUsed": "Yes", "MobileVersion": "No", "LoginTo": "https://console"})
    return one


def payload(records):
    data = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logStream": "111122223333_CloudTrail",
            "subscriptionFilters": ["all"], "logEvents": [{"id": "%056d" % i, "timestamp": 1767323045000, "message": json.dumps(
                one, separators=(",", ":"))} for i, one in enumerate(records)]}
    return json.dumps({"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode(), 6)).decode()}}).encode()


def notification(size):
    return {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1", "eventName":
                         "ObjectCreated:Put", "eventTime": "2026-01-02T03:05:00.000Z",
                         "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": BUCKET, "arn": "arn:aws:s3:::" + BUCKET,
                                                                     "ownerIdentity": {"principalId": "A"}},
                                "object": {"key": KEY, "size": size, "eTag": "0", "sequencer": "0"}}}]}


class Web(http.server.ThreadingHTTPServer):
    """Takes what the functions post, and gives them the object."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.posts, self.object = 0, b""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d/" % self.server_address[1]


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(self.server.object)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.posts += 1
        self.answer(b"ok")

    def log_message(self, *_):
        pass


class Function:
    """One sandbox: started, measured, and ended by SIGKILL as Lambda does it."""

    def __init__(self, command, web, aws):
        self.api = RuntimeApi()
        env = {"PATH": os.environ.get("PATH", ""), "HOME": "/tmp", **aws.environment(), **self.api.environment(),
               "GLASSWATCH_SLACK_WEBHOOK_URL": web.url + "hook", "GLASSWATCH_ALLOW_PRIVATE": "1", "GLASSWATCH_BUCKETS": BUCKET,
               "OBJECTS_URL": web.url}
        begin = time.monotonic()
        self.child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.wall = self.api.wait_for_next() - begin
        except TimeoutError:
            self.child.kill()
            sys.exit("bench: %s asked for no work: %s" % (command[0], self.child.stderr.read().decode()[-500:]))
        # What it says is not wanted, but has to go somewhere.
        threading.Thread(target=self.child.stderr.read, daemon=True).start()

    def invoke(self, event):
        answer = self.api.invoke(event, deadline_seconds=600, timeout=600)
        if answer.status != "response":
            sys.exit("bench: the function failed: " + answer.body.decode()[:500])
        return answer

    def end(self):
        """CPU seconds of its life, and peak resident MiB."""
        with open("/proc/%d/status" % self.child.pid, encoding="ascii") as f:
            peak = next(int(line.split()[1]) for line in f if line.startswith(("VmHWM", "VmRSS"))) / 1024
        self.child.kill()
        _, _, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = -9
        self.api.__exit__()
        return usage.ru_utime + usage.ru_stime, peak


def measure_start(commands, count, web, aws):
    walls, cpus = [[] for _ in commands], [[] for _ in commands]
    for _ in range(count):
        for i, command in enumerate(commands):
            one = Function(command, web, aws)
            cpu, _ = one.end()
            walls[i].append(one.wall * 1e3)
            cpus[i].append(cpu * 1e3)
    return [(statistics.median(w), statistics.median(c)) for w, c in zip(walls, cpus)]


def measure_work(commands, rounds, loud, events, pieces, web, aws):
    """Per command: microseconds of CPU for each of the pieces that the events are made of, peak MiB."""
    out = []
    for command in commands:
        costs, peaks = [], []
        for _ in range(rounds):
            cpu = []
            for work in ([], events):
                one = Function(command, web, aws)
                posts = web.posts
                one.invoke(loud)
                if web.posts == posts:
                    sys.exit("bench: %s did not tell what it should" % command[0])
                for event in work:
                    one.invoke(event)
                used, peak = one.end()
                cpu.append(used)
            costs.append((cpu[1] - cpu[0]) / pieces * 1e6)
            peaks.append(peak)
        out.append((statistics.median(costs), max(peaks)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", nargs="+", default=[os.path.join(ROOT, "build", "release", "glasswatch"), "lambda"])
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="start,quiet,object,small")
    args = parser.parse_args()
    only = args.only.split(",")
    commands = [args.binary, [sys.executable, os.path.join(ROOT, "bench", "lambda", "handler.py")]]
    rng = random.Random(7)
    web = Web()
    loud = payload([loud_record(rng)])
    with StandIn(region="eu-central-1") as aws:
        if "start" in only:
            ours, python = measure_start(commands, args.starts, web, aws)
            print("start to first next, wall: %.1f ms, Python %.1f ms: %.1f times (goal >= 6)" % (
                ours[0], python[0], python[0] / ours[0]))
            print("start to first next, CPU:  %.1f ms, Python %.1f ms: %.1f times (goal < 20 ms)" % (
                ours[1], python[1], python[1] / ours[1]))
        if not {"quiet", "object", "small"} & set(only):
            return
        records = [quiet_record(rng) for _ in range(RECORDS)]
        if "quiet" in only:
            events = [payload(records[i:i + PER_INVOCATION]) for i in range(0, RECORDS, PER_INVOCATION)]
            ours, python = measure_work(commands, args.rounds, loud, events, RECORDS, web, aws)
            print("CPU per quiet record: %.2f us, Python %.1f us: %.1f times (goal >= 20)" % (ours[0], python[0], python[0] / ours[0]))
            print("peak resident after 40 invocations: %.1f MiB (goal < 24), Python %.1f MiB" % (ours[1], python[1]))
        if "object" in only:
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            web.object = gzip.compress(text, 6)
            aws.s3.create(BUCKET)
            aws.s3.put(BUCKET, KEY, web.object, notify=False)
            ours, python = measure_work(commands, args.rounds, loud, [notification(len(web.object))], RECORDS, web, aws)
            print("an object of %.0f MB of JSON, CPU per record: %.2f us, Python %.1f us: %.1f times (goal >= 20)" % (
                len(text) / 1e6, ours[0], python[0], python[0] / ours[0]))
            print("peak resident after it: %.1f MiB (goal < 24), Python %.1f MiB" % (ours[1], python[1]))
        if "small" in only:
            for count in (1, 20):
                events = [payload(records[i * count:(i + 1) * count]) for i in range(400)]
                ours, python = measure_work(commands, args.rounds, loud, events, len(events), web, aws)
                print("an invocation of %d quiet records, CPU: %.2f ms, Python %.2f ms" % (count, ours[0] / 1e3, python[0] / 1e3))
            web.object = gzip.compress(json.dumps({"Records": records[:20]}, separators=(",", ":")).encode(), 6)
            aws.s3.create(BUCKET)
            aws.s3.put(BUCKET, KEY, web.object, notify=False)
            ten = {"Records": notification(len(web.object))["Records"] * 10}
            ours, python = measure_work(commands, args.rounds, loud, [ten] * 20, 200, web, aws)
            print("an object of 20 records, CPU: %.2f ms, Python %.2f ms" % (ours[0] / 1e3, python[0] / 1e3))


if __name__ == "__main__":
    main()
