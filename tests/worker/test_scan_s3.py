"""`scan s3://…`: the same findings, in the same order, as of the same tree on disk; and what is left out is not listed."""
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "serve"), HERE]
import runner
from aws.server import StandIn
from layout import write
from runner import Checks
from story import Story
from trail import body, federate, key_of

DAY = 86400


def scan(aws, *arguments):
    r = subprocess.run([runner.BINARY, "scan", "--stats", *arguments], capture_output=True, text=True, timeout=60,
                       env={**os.environ, **aws.environment()})
    findings = [json.loads(line) for line in r.stdout.splitlines()]
    stats = [json.loads(line) for line in r.stderr.splitlines() if line.startswith("{")]
    return r, [f["event_id"] for f in findings], findings, stats[0] if stats else {}


def plant(aws, folder):
    """Two accounts, three regions, twenty days, digests and another service's logs; on disk as in the bucket."""
    story, now = Story("scan"), int(time.time()) // DAY * DAY
    for n in range(120):
        record = dict(federate(story, f"p{n}"), awsRegion=("eu-west-1", "eu-west-2", "us-east-1")[n % 3],
                      recipientAccountId=("111122223333", "222233334444")[n // 3 % 2])
        at = now - n % 20 * DAY - 600
        record["eventTime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        kind = "CloudTrail-Digest" if n % 10 == 9 else "CloudTrail"
        key = key_of(record, at=at + 300, kind=kind)
        data = body(record) if kind == "CloudTrail" else b'{"digestS3Object":"x","logFiles":[]}'
        aws.s3.put("org-logs", key, data)
        write(os.path.join(folder, key), data)
    for key, data in (("AWSLogs/o-ab12cd34ef/111122223333/Config/eu-west-1/2026/1/2/x.json.gz", b"config"),
                      ("AWSLogs/o-ab12cd34ef/", b""), ("copies/a/b.json", body(federate(story, "copied"))),
                      ("copies/a-b.json", body(federate(story, "beside"))), ("copies/a b+c%2F.json", body(federate(story, "odd")))):
        aws.s3.put("org-logs", key, data)
        if data and data != b"config":
            write(os.path.join(folder, key), data)
    return now


def main():
    runner.require_binary()
    checks = Checks("scan s3")
    with StandIn() as aws, tempfile.TemporaryDirectory() as folder:
        aws.s3.create("org-logs")
        now = plant(aws, folder)
        iso = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
        for label, options in (("all", []), ("a region", ["--region", "eu-west-2"]), ("an account", ["--account", "222233334444"]),
                               ("since", ["--from", iso(now - 5 * DAY)]),
                               ("a range", ["--from", iso(now - 9 * DAY), "--to", iso(now - 7 * DAY)]),
                               ("one thread", ["--threads", "1"]), ("both", ["--from", iso(now - 3 * DAY), "--region", "us-east-1"])):
            aws.clear_log()
            r, got, findings, stats = scan(aws, "--all", *options, "s3://org-logs")
            _, wanted, _, _ = scan(aws, "--all", *options, folder)
            checks.ok(r.returncode == 0, f"{label}: exit {r.returncode} {r.stderr[-500:]}")
            checks.ok(got == wanted and wanted, f"{label}: {len(got)} findings, {len(wanted)} on disk; in the same order: {sorted(got) == sorted(wanted)}")
            fetched = len(aws.calls("s3", "GetObject"))
            print(f"{label}: {fetched} objects and {len(aws.calls('s3', 'ListObjectsV2'))} lists for {len(got)} findings")
            if options[:1] in (["--from"], ["--region"]):
                checks.ok(fetched < 70, f"{label}: {fetched} objects are fetched")
            called = [c.target for c in aws.calls("s3")]
            checks.ok(not any("Digest%2F" in t or "Config%2F" in t for t in called), f"{label}: digests and other logs are not listed")
            checks.ok(findings[0]["origin"]["path"].startswith("s3://org-logs/"), f"{label}: the origin is the address")
        for path, number in (("s3://org-logs/copies/a b+c%2F.json", 1), ("s3://org-logs/copies/", 3), ("s3://org-logs/copies", 3),
                             ("s3://org-logs/copies/a-", 1), ("s3://org-logs/AWSLogs/o-ab12cd34ef/111122223333/", 56)):
            r, got, _, _ = scan(aws, "--all", path)
            checks.ok(r.returncode == 0 and len(got) == number, f"{path}: {len(got)} findings, exit {r.returncode} {r.stderr[-300:]}")
        for path in ("s3://org-logs/none/", "s3://nobodys-bucket/x", "s3://org-logs/copies/a b+c/.json"):
            r, got, _, stats = scan(aws, path, "s3://org-logs/copies/")
            checks.ok(r.returncode == 3 and stats.get("failed_files") == 1, f"{path}: exit {r.returncode}, {stats}")
            checks.ok(len(got) == 3, f"{path}: and the rest is read: {len(got)}")
        aws.faults.add("s3", None, "throttle", times=30, chance=0.2)
        aws.faults.add("s3", "GetObject", "reset", times=3)
        aws.faults.add("s3", "GetObject", "truncated", times=3)
        r, got, _, _ = scan(aws, "--all", "s3://org-logs")
        checks.ok(r.returncode == 0 and len(got) == 111, f"throttled: exit {r.returncode}, {len(got)} findings {r.stderr[-500:]}")
        aws.faults.clear()
        aws.faults.add("s3", "GetObject", "refuse", times=2)
        r, got, _, stats = scan(aws, "--all", "s3://org-logs")
        checks.ok(r.returncode == 3 and stats["failed_files"] == 2 and len(got) == 109, f"refused: exit {r.returncode}, {len(got)}, {stats}")
        checks.ok("AccessDenied" in r.stderr, f"and told: {r.stderr[-500:]}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
