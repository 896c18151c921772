"""docs/deploy says what the templates make, with which parameters, in which regions; its table has no blank cell."""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
try:
    import cfn
except ImportError:
    print("PyYAML is not installed (Debian: python3-yaml): skipped")
    sys.exit(77)
from runner import Checks

PAGES = os.path.join(ROOT, "docs", "deploy")
NAMES = ("AliasName", "TableName", "RoleName", "QueueName", "FunctionName", "TopicName", "AlarmName", "DestinationName", "StackSetName",
         "FilterName", "LogGroupName", "Name")
# Whose page tells of a template.
PAGE_OF = {"monitor": "README.md", "cloudwatch-logs": "cloudwatch-logs.md", "eventbridge": "eventbridge.md", "s3": "s3.md"}


def page(name):
    with open(os.path.join(PAGES, name), encoding="utf-8") as f:
        return f.read()


def main():
    checks = Checks("pages")
    parameters, alarms = set(), set()
    for path in sorted(glob.glob(os.path.join(ROOT, "deploy", "cloudformation", "**", "*.yaml"), recursive=True)):
        relative = os.path.relpath(path, os.path.join(ROOT, "deploy", "cloudformation"))
        name = PAGE_OF[relative.split("/")[0].removesuffix(".yaml")]
        text, template = page(name), cfn.load(path)
        parameters |= set(template["Parameters"])
        for logical, (kind, properties, _) in cfn.resources(template, OwnRole="Vault", ProbeSchedule="x", BucketName="b").items():
            found = next((properties[n] for n in NAMES if isinstance(properties.get(n), str) and "glasswatch" in properties[n]), None)
            if found:
                checks.ok(f"`{found.replace('eu-west-1', 'REGION')}`" in text, f"{name} names {found} ({kind}, {relative})")
            if kind == "AWS::CloudWatch::Alarm":
                alarms.add(found)
    runbook = page("when-it-fires.md")
    for alarm in sorted(alarms):
        checks.ok(f"`{alarm}`" in runbook or alarm.endswith("dead-letters"), f"when-it-fires.md tells what to do about {alarm}")
    for name in sorted(os.listdir(PAGES)):
        text = page(name)
        shown = "\n".join(re.findall(r"```sh\n.*?```", text, flags=re.S) + re.findall(r"`[A-Z]\w+=[^`]*", text))
        given = set(re.findall(r"(?<![\w-])([A-Z]\w+)=", shown))
        checks.ok(given <= parameters, f"{name}: no such parameters: {given - parameters}")
        for file in re.findall(r"--template-file (?:\\\n\s*)?(\S+)", text):
            checks.ok(os.path.exists(os.path.join(ROOT, file)), f"{name}: {file} exists")
    rows = [[c.strip() for c in row.strip("|").split("|")] for row in page("README.md").splitlines() if row.startswith("| ")]
    table = [row for row in rows if len(row) == 4]
    checks.ok(len(table) >= 20 and all(all(row[1:]) for row in table), "the table of features has no blank cell")
    for what in ("Federate", "GetRoleCredentials", "root", "AssumeRole", "StopLogging"):
        checks.ok(any(what in row[0] and all(cell.startswith("yes") for cell in row[1:]) for row in table),
                  f"the table claims {what} on every way, as test_end_to_end.py shows")
    return checks.finish()


sys.exit(main())
