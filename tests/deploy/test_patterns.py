"""deploy/patterns over the sample trail: everything that a session needs comes through, and little else; AWS's limits hold."""
import glob
import gzip
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
from envelopes import DETAIL_TYPES
from patterns import Filter, matches
from runner import Checks

TRAIL = os.path.join(ROOT, "share", "sample-trail", "AWSLogs")
PATTERNS = os.path.join(ROOT, "deploy", "patterns")
MOST = 0.02


def records():
    seen = {}
    for path in sorted(glob.glob(os.path.join(TRAIL, "**", "CloudTrail", "**", "*.json.gz"), recursive=True)):
        with gzip.open(path) as f:
            for record in json.load(f)["Records"]:
                seen.setdefault((record["eventID"], record.get("recipientAccountId")), record)
    return list(seen.values())


def needed():
    """Ids of what the built-in watches tell of, and of all that is attached to a session."""
    ids = set()
    env = {k: v for k, v in os.environ.items() if k != "GLASSWATCH_WATCH"}
    for more in ([], ["--activity"]):
        run = subprocess.run([os.environ["GW_BINARY"], "scan", TRAIL, "--format", "jsonl", *more], capture_output=True,
                             text=True, check=True, env=env)
        ids |= {json.loads(line)["event_id"] for line in run.stdout.splitlines()}
    return ids


def event(record):
    """As EventBridge hands it on; a rule must not depend on what is missing in old records."""
    return {"version": "0", "detail-type": DETAIL_TYPES.get(record.get("eventType"), ""), "detail": record,
            "source": "aws." + record["eventSource"].split(".")[0], "account": record.get("recipientAccountId")}


def check(checks, name, passes, trail, wanted):
    lost = [r for r in trail if r["eventID"] in wanted and not passes(r)]
    rest = [r for r in trail if r["eventID"] not in wanted]
    share = sum(passes(r) for r in rest) / len(rest)
    checks.ok(not lost, f"{name}: {len(lost)} records of sessions are lost",
              [f"{r['eventSource']} {r['eventName']} {r['eventID']}" for r in lost])
    print(f"{name}: all {len(wanted)} needed, and {share:.2%} of {len(rest)} others")
    return share


def check_own_role(checks):
    """The patterns for roles of another name."""
    with open(os.path.join(PATTERNS, "cloudwatch-logs-own-role.txt"), encoding="utf-8") as f:
        found = Filter(f.read().replace("@ROLE@", "Vault"))
    with open(os.path.join(PATTERNS, "eventbridge-own-role.json"), encoding="utf-8") as f:
        rule = json.loads(f.read().replace("@ROLE@", "Vault"))
    issuer = lambda name: {"eventSource": "s3.amazonaws.com", "eventName": "x", "userIdentity": {
        "arn": f"arn:aws:sts::111122223333:assumed-role/{name}/alice", "sessionContext": {"sessionIssuer": {"userName": name}}}}
    taken = lambda path: {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "userIdentity": {},
                          "requestParameters": {"roleArn": f"arn:aws:iam::111122223333:role/{path}"}}
    for record, expected in [(issuer("VaultAdmin"), True), (issuer("AWSReservedSSO_VaultAdmin_0123456789abcdef"), True),
                             (issuer("reader"), False), (taken("VaultAdmin"), True), (taken("ops/VaultAdmin"), True),
                             (taken("aws-reserved/sso.amazonaws.com/AWSReservedSSO_VaultAdmin_0"), True),
                             (taken("reader"), False)]:
        checks.ok(found.tree(record) == expected, f"own role, CloudWatch Logs: {record}")
        checks.ok(matches(rule, event(record)) == expected, f"own role, EventBridge: {record}")


def rendered(*args, watch=None):
    env = {k: v for k, v in os.environ.items() if k != "GLASSWATCH_WATCH"}
    if watch:
        env["GLASSWATCH_WATCH"] = watch
    run = subprocess.run([os.environ["GW_BINARY"], "config", "render", *args], capture_output=True, text=True, env=env)
    return run.stdout if run.returncode == 0 else f"exit code {run.returncode}: {run.stderr}"


def check_rendered(checks):
    """The files are what `config render` prints for the built-in watches, and for roles of one more name."""
    files = {"cloudwatch-logs.txt": rendered("--for", "cloudwatch-filter"),
             "cloudwatch-logs-own-role.txt": rendered("--for", "cloudwatch-filter", "--part", "second", watch="*:@ROLE@*"),
             "eventbridge-own-role.json": rendered("--for", "eventbridge", "--part", "own", watch="*:@ROLE@*")}
    rules = json.loads(rendered("--for", "eventbridge"))
    for name in rules:
        files[f"eventbridge/{name}.json"] = rendered("--for", "eventbridge", "--part", name)
    for name, text in files.items():
        with open(os.path.join(PATTERNS, name), encoding="utf-8") as f:
            checks.ok(f.read() == text, f"{name} is what config render prints")
    there = {os.path.basename(p)[:-5] for p in glob.glob(os.path.join(PATTERNS, "eventbridge", "*.json"))}
    checks.ok(there == set(rules), f"rules {sorted(rules)}, files {sorted(there)}")


def main():
    if not os.environ.get("GW_BINARY"):
        print("GW_BINARY is not set: skipped")
        return 77
    checks = Checks("patterns")
    trail, wanted = records(), needed()
    checks.ok(len(trail) > 3000 and len(wanted) > 100, f"{len(trail)} records, {len(wanted)} needed")

    with open(os.path.join(PATTERNS, "cloudwatch-logs.txt"), encoding="utf-8") as f:
        text = " ".join(f.read().split())
    checks.ok(len(text) <= 1024, f"the filter has {len(text)} characters")
    checks.ok(len(re.findall(r"\$[\w.]*\*", text)) <= 3, "AWS allows three wildcards in selectors")
    for reading in (False, True):
        found = Filter(text, missing_differs=reading)
        checks.ok(found.regexes <= 2, "AWS allows two regular expressions")
        share = check(checks, f"CloudWatch Logs (a missing field {'differs' if reading else 'does not match'})", found.tree,
                      trail, wanted)
        checks.ok(share < (0.04 if reading else MOST), f"{share:.2%} of the rest come through")

    check_own_role(checks)
    check_rendered(checks)

    rules = {}
    for path in sorted(glob.glob(os.path.join(PATTERNS, "eventbridge", "*.json"))):
        with open(path, encoding="utf-8") as f:
            rules[os.path.basename(path)] = json.load(f)
    for name, rule in rules.items():
        size = len(json.dumps(rule, separators=(",", ":")))
        checks.ok(size <= 2048, f"{name} has {size} characters")
    share = check(checks, "EventBridge", lambda r: any(matches(rule, event(r)) for rule in rules.values()), trail, wanted)
    checks.ok(share < MOST, f"EventBridge: {share:.2%} of the rest come through")
    return checks.finish()


sys.exit(main())
