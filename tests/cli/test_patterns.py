"""The patterns of share/patterns, in both languages: each within AWS's limits, and right about records that must and must not match."""
import json
import os
import subprocess
import sys

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from runner import Checks

FOLDER = os.path.join(ROOT, "share", "patterns")


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        return f.read()


def cases_of(patterns, records):
    for case in records:
        pattern = patterns[(case["set"], case["name"])]
        name = f"{case['set']}/{case['name']}"
        yield {"id": name, "pattern": pattern["eventbridge"], "event": case["record"], "matches": case["matches"]}
        message = json.dumps(case["record"], separators=(",", ":"))
        yield {"id": name, "pattern": pattern["cloudwatch"], "message": message, "matches": case["matches"]}


def main():
    checks = Checks("patterns")
    patterns = {}
    for name in ("cis", "break-glass"):
        for pattern in json.loads(read(name + ".json")):
            checks.ok(set(pattern) == {"name", "about", "cloudwatch", "eventbridge"}, f"{name}: {pattern['name']} has {set(pattern)}")
            patterns[(name, pattern["name"])] = pattern
    records = [json.loads(line) for line in read("cases.jsonl").splitlines()]
    for key in patterns:
        answers = {case["matches"] for case in records if (case["set"], case["name"]) == key}
        checks.ok(answers == {True, False}, f"{key} has no case for each answer")
    lines = [json.dumps(case) for case in cases_of(patterns, records)]
    run = subprocess.run([os.environ["GW_BINARY"], "pattern", "test", "-"], input="\n".join(lines), capture_output=True, text=True)
    for line, said in zip(lines, run.stdout.splitlines()):
        checks.ok(json.loads(said)["ok"], f"{said}\n{line}")
    checks.ok(run.returncode == 0 and len(run.stdout.splitlines()) == len(lines), run.stderr)
    for (name, pattern), one in patterns.items():
        # What matches is found in an archive by either language.
        found = {}
        for language, text in (("cloudwatch", one["cloudwatch"]), ("eventbridge", json.dumps(one["eventbridge"]))):
            trail = os.path.join(ROOT, "share", "sample-trail", "AWSLogs")
            match = subprocess.run([os.environ["GW_BINARY"], "match", text, trail], capture_output=True, text=True)
            checks.ok(match.returncode == 0, f"{name}/{pattern}: {match.stderr}")
            found[language] = match.stdout
        checks.ok(found["cloudwatch"] == found["eventbridge"], f"{name}/{pattern}: the two languages find other records")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
