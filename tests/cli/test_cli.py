"""The program as scripts and people meet it: exit codes, streams, formats, help, completion."""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("GW_BINARY")
TRAIL = os.path.join(ROOT, "share", "sample-trail", "AWSLogs")
failures = 0
checks = 0


def check(good, message):
    global failures, checks
    checks += 1
    if not good:
        failures += 1
        print("FAIL " + message)


def run(*arguments, stdin=None, env=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GLASSWATCH_")}
    environment.update(env or {})
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, input=stdin, env=environment, cwd=ROOT)


def record(**changes):
    r = {"eventVersion": "1.08", "userIdentity": {"type": "Root", "principalId": "1", "arn": "arn:aws:iam::444455556666:root",
         "accountId": "444455556666"}, "eventTime": "2026-03-01T02:03:04Z", "eventSource": "signin.amazonaws.com",
         "eventName": "ConsoleLogin", "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.9",
         "responseElements": {"ConsoleLogin": "Success"}, "eventID": "e1", "recipientAccountId": "444455556666"}
    r.update(changes)
    return json.dumps(r)


def exit_codes():
    good = record()
    check(run("scan", "-", stdin=good).returncode == 0, "a finding is no failure: exit 0")
    check(run("scan", "-", "--fail-on", "critical", stdin=good).returncode == 1, "--fail-on reached: exit 1")
    check(run("scan", "-", "--fail-on", "critical", stdin=record(userIdentity={"type": "AWSService"})).returncode == 0,
          "--fail-on not reached: exit 0")
    broken = good + "\n{broken\n" + good + "\n"
    check(run("scan", "-", stdin=broken).returncode == 3, "quarantine: exit 3")
    check(run("scan", "-", "--max-quarantined", "1", stdin=broken).returncode == 0, "--max-quarantined tolerates")
    both = run("scan", "-", "--fail-on", "high", "--stats", stdin=broken)
    check(both.returncode == 3 and json.loads(both.stderr.splitlines()[-1])["exit_codes"] == [1, 3], "the highest of those that apply")
    for arguments in (["scan"], ["scan", "-", "--format", "xml"], ["scan", "-", "--mechanism", "x"], ["scan", "-", "--watch", "x"],
                      ["scan", "-", "--config", "/nowhere"], ["scan", "-", "--from", "yesterday"], ["nonsense"], [],
                      ["scan", "-", "--account", "1"], ["scan", "-", "--dedupe", "x"], ["scan", "-", "--nonsense"],
                      ["completion", "tcsh"], ["config", "check", "/nowhere"]):
        r = run(*arguments, stdin=good)
        check(r.returncode == 2 and r.stderr and not r.stdout, f"{arguments}: exit 2 with a message, got {r.returncode}")
    missing = run("scan", "/nowhere")
    check(missing.returncode == 3 and "/nowhere" in missing.stderr, "a path that is not there: exit 3, named")
    check(run("scan", "-", stdin=good, env={"GLASSWATCH_WATCH": "nonsense"}).returncode == 2, "a bad GLASSWATCH_WATCH: exit 2")


def streams():
    stats = run("scan", "-", "--stats", "--all", stdin=record() + "\n" + record() + "\n" + record(eventID="e2", eventName="ListUsers") + "\n")
    line = json.loads(stats.stderr.splitlines()[-1])
    check(list(line) == ["mode", "files", "bytes_in", "bytes_out", "decoded", "matched", "attached", "ignored", "not_watched",
                         "duplicate", "quarantined", "failed_files", "exit_codes", "seconds"], "--stats has the contract's keys")
    check(line["decoded"] == line["matched"] + line["ignored"] + line["not_watched"] + line["duplicate"] + line["quarantined"],
          "the books balance")
    check(line["duplicate"] == 1 and line["attached"] is None, "copies are counted; what was not counted is null")
    finding = json.loads(run("scan", "-", stdin=record()).stdout)
    check(finding["schema"] == "glasswatch.access.v1" and finding["watch"] == "builtin/root", "JSON lines where no terminal is")
    array = json.loads(run("scan", "-", "--format", "json", stdin=record()).stdout)
    check(len(array) == 1 and json.loads(run("scan", "-", "--format", "json", stdin="{}").stdout) == [], "json is one array")
    hostile = record(userAgent="=cmd|' /C calc'!A0", eventID="+1\x1b[2J")
    rows = list(csv.reader(io.StringIO(run("scan", "-", "--format", "csv", stdin=hostile).stdout, newline="")))
    check(len(rows) == 2 and len(rows[0]) == len(rows[1]), "csv has a header and a row of the same width")
    check(not any(cell[:1] in "=+-@" and cell for cell in rows[1]), "csv cells are no formulas")
    table = run("scan", "-", "--format", "table", stdin=hostile).stdout
    check("\x1b" not in table and "root_console" in table, "a table without a terminal has no escapes")
    check(run("scan", "-", "--progress", "always", stdin=record()).stderr != "", "--progress always")
    check(run("scan", "-", stdin=record()).stderr == "", "nothing on standard error when all is well")


def closed_pipe():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "many.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for i in range(20000):
                f.write(record(eventID=f"e{i}") + "\n")
        child = subprocess.Popen([BINARY, "scan", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.readline()
        child.stdout.close()
        err = child.stderr.read()
        check(child.wait() == 0 and err == b"", f"a closed pipe ends quietly, got {child.returncode} {err[:100]}")


def help_and_completion():
    for command in (["--help"], ["scan", "--help"], ["doctor", "--help"], ["config", "--help"], ["config", "check", "--help"],
                    ["config", "example", "--help"], ["config", "schema", "--help"], ["version", "--help"], ["completion", "--help"]):
        r = run(*command)
        check(r.returncode == 0 and "glasswatch" in r.stdout and not r.stderr, f"{command} prints help")
        if command != ["--help"]:
            check("xample" in r.stdout or command == ["config", "--help"], f"{command} has an example")
    options = set(re.findall(r"--[a-z][a-z-]+", run("scan", "--help").stdout)) - {"--identity-store-id"}
    for shell in ("bash", "fish"):
        script = run("completion", shell).stdout
        for option in options - {"--help"}:
            check(option in script or f"-l {option[2:]}" in script or option[2:] in script.split(), f"{shell} completes {option}")
    check(run("completion", "zsh").returncode == 0, "zsh completion")
    check(re.fullmatch(r"glasswatch \d+\.\d+\.\d+\n", run("version").stdout), "version")


def names_and_doctor():
    share = os.path.join(ROOT, "share", "sample-trail")
    named = run("scan", "--accounts", share + "/accounts.json", "--people", share + "/users.json", TRAIL).stdout.splitlines()
    check(any(json.loads(line)["account_name"] == "prod-payments" for line in named), "--accounts puts names to ids")
    doctor = run("doctor", TRAIL, "--format", "json")
    report = json.loads(doctor.stdout)
    check(doctor.returncode == 0 and report["records"] > 3000 and len(report["seen"]) == 24, "doctor counts what is there")
    visible = {m["mechanism"]: m["visible"] for m in report["mechanisms"]}
    check(all(visible.values()), "every mechanism is visible in the sample trail")
    blind = json.loads(run("doctor", "-", "--format", "json", stdin=record(awsRegion="eu-west-1")).stdout)
    hidden = {m["mechanism"] for m in blind["mechanisms"] if not m["visible"]}
    check({"identity_center_cli", "assume_role", "root_console"} <= hidden, "doctor names what a feed cannot show")


if not BINARY or not os.path.exists(BINARY):
    print("skipped: GW_BINARY is not set")
    sys.exit(77)
for part in (exit_codes, streams, closed_pipe, help_and_completion, names_and_doctor):
    part()
print(f"cli: {checks} checks, {failures} failed")
sys.exit(1 if failures else 0)
