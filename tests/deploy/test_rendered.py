"""What `config render` prints lets through every record that `scan` tells of with the same configuration, or attaches to a session;
`config check --deployed` says what a filter or rule lacks."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "tests", "support")]
from runner import Checks, SHARED_DATA

TRAIL = os.path.join(ROOT, "share", "sample-trail", "AWSLogs")
DETECTIONS = os.path.join(SHARED_DATA, "detections.jsonl")
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("GLASSWATCH_")}
CONFIGS = {
    "built-in": "version: 1\n",
    "roles": """version: 1
watches:
  - {name: admins, roles: ["AdministratorAccess", "Billing*"]}
""",
    "roles of accounts": """version: 1
watches:
  - {name: admins, accounts: ["222233334444", "7777*"], roles: ["*Access", "OrganizationAdmin"]}
""",
    "an account": """version: 1
watches:
  - {name: payments, accounts: ["444455556666"]}
builtin: {emergency-users: {disabled: true}}
""",
    "principals": """version: 1
watches:
  - {name: users, principals: ["arn:aws:iam::*:user/*"]}
  - {name: deployer, principals: ["arn:aws:iam::*:role/*deploy*"]}
builtin: {tamper: {disabled: true}}
""",
    "mechanisms": """version: 1
watches:
  - {name: federated, mechanisms: [saml_federation, web_identity, aws_login, session_token, identity_center_signin]}
""",
    "root alone": """version: 1
builtin: {emergency-users: {disabled: true}, emergency-roles: {disabled: true}, tamper: {disabled: true},
          emergency-path: {disabled: true}, assume-root: {disabled: true}}
""",
}


def run(*args):
    return subprocess.run([os.environ["GW_BINARY"], *args], capture_output=True, text=True, env=ENVIRONMENT)


def needed(config, trail):
    ids = set()
    for more in ([], ["--activity"]):
        out = run("scan", trail, "--config", config, "--format", "jsonl", *more)
        ids |= {json.loads(line)["event_id"] for line in out.stdout.splitlines()}
    return ids


def matched(patterns, syntax, trail):
    ids = set()
    for pattern in patterns:
        out = run("match", "--syntax", syntax, pattern, trail)
        ids |= {json.loads(line)["eventID"] for line in out.stdout.splitlines()}
        if out.returncode == 2:
            raise ValueError(out.stderr)
    return ids


def rendered(config):
    """{syntax: patterns}"""
    out = {}
    filters = run("config", "render", "--for", "cloudwatch-filter", "--config", config)
    rules = run("config", "render", "--for", "eventbridge", "--config", config)
    if filters.returncode == 0:
        out["cloudwatch"] = filters.stdout.splitlines()
    if rules.returncode == 0:
        out["eventbridge"] = [json.dumps(rule, separators=(",", ":")) for rule in json.loads(rules.stdout).values()]
    return out


def check_superset(checks, folder):
    trails = {"the sample trail": TRAIL}
    if os.path.exists(DETECTIONS):
        trails["the detections"] = os.path.join(folder, "detections.jsonl")
        with open(DETECTIONS, encoding="utf-8") as f, open(trails["the detections"], "w", encoding="utf-8") as out:
            for number, line in enumerate(f):
                event = json.loads(line)["event"]
                if isinstance(event, dict):
                    out.write(json.dumps({**event, "eventID": f"d-{number}"}) + "\n")
    for name, text in CONFIGS.items():
        config = os.path.join(folder, "c.yaml")
        with open(config, "w", encoding="utf-8") as f:
            f.write(text)
        patterns = rendered(config)
        checks.ok(set(patterns) == {"cloudwatch", "eventbridge"}, f"{name}: rendered for {sorted(patterns)}")
        for where, trail in trails.items():
            wanted = needed(config, trail)
            for syntax, parts in patterns.items():
                lost = wanted - matched(parts, syntax, trail)
                # Vendors' samples have shapes that AWS does not write, and calls for which a filter of 1,024 characters has no room.
                most = 0 if trail == TRAIL else len(wanted) // 20
                print(f"{name}, {where}, {syntax}: {len(lost)} of {len(wanted)} are lost")
                checks.ok(len(wanted) > 5 and len(lost) <= most, f"{name}, {where}, {syntax}: lost {sorted(lost)[:20]}")


def check_deployed(checks, folder):
    config, export = os.path.join(folder, "c.yaml"), os.path.join(folder, "export.json")
    with open(config, "w", encoding="utf-8") as f:
        f.write(CONFIGS["roles"])
    parts = rendered(config)
    rules = json.loads(run("config", "render", "--for", "eventbridge", "--config", config).stdout)
    every = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

    def rule_list(state=every, skip=None):
        return json.dumps({"Rules": [{"Name": "glasswatch-" + n, "EventPattern": json.dumps(r), "State": state}
                                     for n, r in rules.items() if n != skip] +
                                    [{"Name": "nightly", "ScheduleExpression": "rate(1 day)", "State": "ENABLED"}]})

    def filters(*texts, name="glasswatch"):
        return json.dumps({"subscriptionFilters": [{"filterName": name, "filterPattern": t, "logGroupName": "g"} for t in texts]})

    blanks = parts["cloudwatch"][0].replace("||", " || ").replace("&&", "\n && ")
    for what, text, code, words in [
        ("both filters", filters(*parts["cloudwatch"]), 0, "OK"),
        ("other blanks, other order", filters(*reversed([blanks, *parts["cloudwatch"][1:]])), 0, "OK"),
        ("what render prints", "\n".join(parts["cloudwatch"]) + "\n", 0, "OK"),
        ("everything", filters(""), 0, "what nobody needs"),
        ("the first filter alone", filters(parts["cloudwatch"][0]), 1, "AssumeRole into AdministratorAccess"),
        ("a narrowed filter", filters('{ $.eventName = "Federate" }'), 1, "what root reads"),
        ("rules", rule_list(), 0, "OK"),
        ("rules by name", json.dumps(rules), 0, "OK"),
        ("a rule is missing", rule_list(skip="changes"), 1, "StopLogging (cloudtrail.amazonaws.com)"),
        ("the wrong state", rule_list("ENABLED"), 1, every + ":\n"),
        ("switched off", rule_list("DISABLED"), 1, "is disabled"),
        ("one rule", json.dumps({"Name": "glasswatch-x", "EventPattern": json.dumps({"source": [{"prefix": "aws."}]}),
                                 "State": every}), 0, "OK"),
        ("a bare pattern", json.dumps({"detail": {"eventName": ["Federate"]}}), 1, "AssumeRoot"),
        ("no pattern", json.dumps({"subscriptionFilters": []}), 2, "holds no filter"),
        ("damage", filters("{ $.x = "), 2, "expected"),
    ]:
        with open(export, "w", encoding="utf-8") as f:
            f.write(text)
        out = run("config", "check", "--deployed", export, config)
        checks.ok(out.returncode == code and words in out.stdout + out.stderr,
                  f"{what}: exit code {out.returncode}, {(out.stdout + out.stderr)[-300:]}")
    out = run("config", "check", "--deployed", os.path.join(folder, "none.json"), config)
    checks.ok(out.returncode == 2, f"no file: exit code {out.returncode}")


def main():
    if not os.environ.get("GW_BINARY"):
        print("GW_BINARY is not set: skipped")
        return 77
    checks = Checks("rendered")
    with tempfile.TemporaryDirectory() as folder:
        check_superset(checks, folder)
        check_deployed(checks, folder)
    return checks.finish()


sys.exit(main())
