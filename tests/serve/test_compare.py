"""Shadow mode beside an older tool: everything is recorded, files alone are told, and `compare` names what only one told."""
import csv
import io
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
from org import iso
from receivers_standin import Receivers
from runner import Checks
from serve import Serve, eventually, merge, require_serve
from story import ACCOUNTS, Story

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem", "chat"], "mode": "shadow",
          "watches": [{"name": "prod", "accounts": ["555566667777", "777788889999"], "roles": ["BreakGlass*"],
                       "severity": "critical", "receivers": ["siem"]}]}
NEVER = "9f3c0000-0000-4000-8000-00000000dead"


def compare(s, listed, *arguments, code):
    path = os.path.join(s.folder, "other")
    with open(path, "w", encoding="utf-8") as f:
        f.write(listed)
    run = s.with_config("compare", "--with", path, *arguments)
    if run.returncode != code:
        raise AssertionError(f"compare {arguments}: {run.returncode}: {run.stdout[:400]} {run.stderr[:400]}")
    return run


def differences(s, listed, *arguments, code=1):
    lines = compare(s, listed, "--format", "jsonl", *arguments, code=code).stdout.splitlines()
    return {(d["only"], d["event_id"]): d for d in map(json.loads, lines)}


def main():
    require_serve()
    checks = Checks("compare")
    story = Story("compare")
    began = time.time() - 1800
    with Receivers() as receivers:
        kept = {"name": "kept", "type": "file", "path": "alerts.jsonl"}
        with Serve(receivers=[receivers.webhook("siem"), receivers.webhook("chat"), kept], config=CONFIG, env=receivers.env()) as s:
            alice = story.plant(began, "federate", ["alice", "prod-payments", "BreakGlassAdmin"])
            call = story.plant(began + 5, "call", ["alice", "prod-payments", "BreakGlassAdmin", "iam:CreateUser"])
            bob = story.plant(began + 900, "federate", ["bob", "staging", "BreakGlassRead"])
            root = story.plant(began + 950, "root-login", ["sandbox"])
            for record in root:  # no trail writes it so, whoever forges one may: it is the same id
                record["eventID"] = record["eventID"].upper()
            quiet = story.plant(began + 960, "federate", ["carol", "sandbox", "ReadOnly"])
            change = story.plant(began + 970, "change", ["dave", "sandbox", "Admin", "cloudtrail:StopLogging"])
            checks.ok(s.ingest(alice + call + bob + root + quiet + change).ok, "taken in")
            quiet_now = lambda: not s.metric("glasswatch_alerts_total", "state").get("trying")
            told = lambda: len(s.sessions()) >= 3 and quiet_now()
            checks.ok(eventually(told, 30, pause=0.2), "told")
            with open(os.path.join(s.folder, "alerts.jsonl"), encoding="utf-8") as f:
                kinds = [json.loads(line)["type"] for line in f]
            checks.ok({"session.opened", "session.high_risk", "tamper"} <= set(kinds), f"the file is told all: {kinds}")
            checks.ok(not receivers.of("siem", accepted=False) and not receivers.of("chat", accepted=False), "nobody else is told anything")

            id_of = lambda records: next(r["eventID"] for r in records if r["eventID"] in stored)
            stored = {e["event_id"]: e for e in s.events()}
            ways_in = {i for i, e in stored.items() if e["kind"] in ("access", "change", "failure")}
            found = differences(s, "")
            checks.ok({i for _, i in found} == ways_in and {o for o, _ in found} == {"glasswatch"},
                      f"all of ours: {set(i for _, i in found) ^ ways_in}")
            one = found[("glasswatch", id_of(alice))]
            checks.ok(one["watch"] == "prod" and one["role"] == "BreakGlassAdmin" and one["session_id"], f"ours says why: {one}")
            same = compare(s, "\n".join(ways_in), code=0)
            checks.ok(same.stdout == "" and f"{len(ways_in)} events both" in same.stderr, f"no difference: {same.stderr}")
            theirs = sorted(ways_in - {id_of(bob)}) + [NEVER, id_of(call), quiet[0]["eventID"]]
            export = json.dumps([{"type": "message", "client_msg_id": "9f3c0000-0000-4000-8000-00000000beef",
                                  "text": f"login {i.upper()}"} for i in theirs])
            for text in ("\n".join(theirs), export, "\n".join(json.dumps({"eventID": i}) for i in theirs)):
                found = {k: d["reason"] for k, d in differences(s, text).items()}
                want = {("glasswatch", id_of(bob)): "told", ("other", NEVER): "never_seen", ("other", id_of(call)): "in_session",
                        ("other", quiet[0]["eventID"]): "never_seen"}
                checks.ok(found == want, f"{found}")
            rows = list(csv.DictReader(io.StringIO(compare(s, "\n".join(theirs), "--format", "csv", code=1).stdout, newline="")))
            checks.ok(len(rows) == 4 and rows[0]["only"] == "glasswatch", f"csv: {rows}")
            table = compare(s, "\n".join(theirs), "--format", "table", code=1).stdout
            checks.ok(table.startswith("ONLY") and NEVER in table, f"table: {table[:200]}")
            half = differences(s, "\n".join(theirs), "--to", iso(began + 60))
            checks.ok(set(half) == {("other", NEVER), ("other", id_of(call)), ("other", quiet[0]["eventID"])}, f"a period: {set(half)}")
            for odd, words in (("/nowhere", "No such file"), (s.folder, "Is a directory"), ("\x1b[31mx", "\\u{1b}[31mx")):
                run = s.with_config("compare", "--with", odd)
                checks.ok(run.returncode == 3 and words in run.stderr and "\x1b" not in run.stderr and not run.stdout, f"{odd!r}: {run}")
            marked = compare(s, "\ufeffeventID\r\n" + "\r\n".join(sorted(ways_in) * 2) + "\r\n", code=0)
            checks.ok(f"{len(ways_in)} events both" in marked.stderr, f"as a spreadsheet saves it, twice: {marked.stderr}")
            compare(s, "", "--format", "pdf", code=2)
            compare(s, "", "--from", "soon", code=2)

            # A mute keeps an opening quiet: it was not told.
            s.stop()
            s.write_config(merge(s.config, {"mode": "alert", "watches": [{**CONFIG["watches"][0], "severity": "high"}]}))
            s.start()
            checks.ok(s.mute("1h", "drill", account_id="777788889999").ok, "muted")
            erin = story.plant(began + 1000, "federate", ["erin", "staging", "BreakGlassMore"])
            s.ingest(erin)
            checks.ok(eventually(lambda: s.metric("glasswatch_alerts_total", "state").get("muted"), 30), "an opening was muted")
            found = differences(s, "\n".join(theirs) + "\n" + erin[0]["eventID"])
            checks.ok(found.get(("other", erin[0]["eventID"]), {}).get("reason") == "muted", f"muted: {found.keys()}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
