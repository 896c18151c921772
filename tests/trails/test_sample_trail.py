#!/usr/bin/env python3
"""The sample trail is what its generator writes, and a scan of it says exactly what is true about it."""
import filecmp
import gzip
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import json
import make_sample_trail
import runner

SAMPLE = os.path.join(runner.SOURCE, "share", "sample-trail")
BY_HAND = {"README.md", "glasswatch.yaml"}


def tree(root):
    return sorted(os.path.relpath(os.path.join(d, f), root) for d, _, files in os.walk(root) for f in files)


def content(path):
    """Inflated, because compressed bytes depend on the zlib."""
    with open(path, "rb") as f:
        data = f.read()
    return gzip.decompress(data) if path.endswith(".gz") else data


def check_generated(checks):
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        make_sample_trail.write_all(a)
        make_sample_trail.write_all(b)
        names = tree(a)
        checks.ok(names == tree(b) and not filecmp.cmpfiles(a, b, names, shallow=False)[1],
                  "two runs give the same bytes")
        kept = [n for n in tree(SAMPLE) if n not in BY_HAND]
        checks.ok(kept == names, "share/sample-trail holds the generated files",
                  sorted(set(kept) ^ set(names))[:10] + ["run tests/trails/make_sample_trail.py share/sample-trail on an empty folder"])
        differ = [n for n in names if n in kept and content(os.path.join(a, n)) != content(os.path.join(SAMPLE, n))]
        checks.ok(not differ, "share/sample-trail is what the generator writes", differ)
    size = sum(os.path.getsize(os.path.join(SAMPLE, n)) for n in kept)
    checks.ok(size < 1_000_000, f"the sample trail stays below 1 MB: {size} bytes")


def check_scan(checks):
    with open(os.path.join(SAMPLE, "truth.jsonl"), encoding="utf-8") as f:
        truth = [json.loads(line) for line in f]
    names = ["--config", os.path.join(SAMPLE, "glasswatch.yaml"), "--accounts", os.path.join(SAMPLE, "accounts.json"),
             "--people", os.path.join(SAMPLE, "users.json")]
    archive = os.path.join(SAMPLE, "AWSLogs")
    for label, options, rows in (("--all", ["--all"], truth),
                                 ("break-glass only", [], [r for r in truth if r["break_glass"]])):
        one = runner.scan(archive, *options, "--stats", *names, threads=1)
        checks.ok(one.code == 0, f"{label}: exit code {one.code}", one.err.decode("utf-8", "replace").splitlines())
        runner.compare_with_truth(checks, label, one.findings(), rows)
        two = runner.scan(archive, *options, *names, threads=2)
        checks.ok(two.out == one.out, f"{label}: two threads give the same bytes")
        full = runner.scan(archive, *options, *names, threads=2, env={"GLASSWATCH_NO_PREFILTER": "1"})
        checks.ok(full.out == one.out, f"{label}: a full parse gives the same bytes")
    # Without people's names the same people are found, by id or by a name learnt from the trail itself.
    bare = runner.scan(archive, "--config", os.path.join(SAMPLE, "glasswatch.yaml"))
    checks.ok([f["event_id"] for f in bare.findings()] == [f["event_id"] for f in one.findings()],
              "names do not change what is found")
    for f in one.findings():
        if f["event_name"] in ("Federate",
                               "GetRoleCredentials") and not (f["principal"]["name"] or "").endswith("@example.com"):
            checks.ok(False, f"{f['event_name']} {f['event_id']} names nobody: {f['principal']}")
    secret = [line for line in (one.out + bare.out).decode().splitlines() if "c0ffee" in line or "auth_code" in line]
    checks.ok(not secret, "one-time codes of sign-in URLs reach no output", secret)


def main():
    checks = runner.Checks("sample trail")
    check_generated(checks)
    if runner.BINARY:
        runner.require_binary()
        check_scan(checks)
    else:
        print("no GW_BINARY: only the generator was checked")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
