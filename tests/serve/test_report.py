"""`glasswatch report`: its figures are the store's, its bytes stay the same as of a time, and what attackers write is text."""
import csv
import html.parser
import io
import json
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import hostile
from org import iso
from receivers_standin import Receivers
from runner import Checks
from serve import Serve, eventually, require_serve
from story import ACCOUNTS, Story
from test_injection import plant, unseen

FORMATS = ("html", "csv", "json")
FORMULA = tuple("=+-@\t\r|%")


class Page(html.parser.HTMLParser):
    """What a browser would see: elements, attributes, and the text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.seen, self.odd, self.text, self.open = set(), [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in ((n, v or "") for n, v in attrs):
            good = {"id": value.startswith("s-"), "href": value.startswith("#s-"), "class": value in ("n", "no", "high", "use"),
                    "lang": value == "en", "charset": value == "utf-8",
                    "http-equiv": value == "Content-Security-Policy", "content": value.startswith("default-src 'none'")}
            if not good.get(name):
                self.odd.append(f"{tag} {name}={value!r}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"</{tag}> ends nothing")

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)

    def handle_comment(self, data):
        self.odd.append(f"a comment: {data[:80]!r}")

    def handle_pi(self, data):
        self.odd.append(f"an instruction: {data[:80]!r}")

    def unknown_decl(self, data):
        self.odd.append(f"a declaration: {data[:80]!r}")


ELEMENTS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul",
            "li", "a", "p", "section"}


def report(s, *arguments, code=0):
    run = s.with_config("report", *arguments)
    if run.returncode != code:
        raise AssertionError(f"report {arguments}: {run.returncode}: {run.stderr[:400]}")
    return run.stdout


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def figures(checks, receivers):
    story = Story("report")
    config = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
              "watches": [{"name": "prod", "accounts": ["555566667777", "777788889999"], "roles": ["BreakGlass*"],
                           "severity": "critical"}]}
    began = time.time() - 600
    with Serve(receivers=[receivers.webhook()], config=config, env=receivers.env()) as s:
        role = ["alice", "prod-payments", "BreakGlassAdmin"]
        records = story.plant(began, "federate", role)
        records += story.plant(began + 5, "call", role + ["s3:GetObject"])
        records += story.plant(began + 10, "call", role + ["iam:CreateUser"])
        records += story.plant(began + 20, "call", role + ["s3:ListBuckets", "denied"])
        records += story.plant(began + 30, "federate", ["bob", "staging", "BreakGlassRead"])
        records += story.plant(began + 40, "root-login", ["sandbox"])
        for what in ("s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteObject"):  # in one second: names decide
            records += story.plant(began + 45, "root-call", ["sandbox", what])
        checks.ok(s.ingest(records).ok, "taken in")
        checks.ok(eventually(lambda: len(s.sessions()) == 3, 10), f"three sessions: {len(s.sessions())}")
        mine = s.sessions(account_id="555566667777")[0]
        told = lambda: all(n["state"] == "delivered" for a in s.alerts(session_id=mine["id"]) for n in a["notifications"])
        checks.ok(eventually(told, 70, pause=0.3), "told")
        checks.ok(s.ack(mine["id"], "drill, CHG-7").ok, "acknowledged")
        s.mute("1h", "CHG-7", account_id="777788889999")
        quiet = lambda: not s.metric("glasswatch_alerts_total", "state").get("trying")
        checks.ok(eventually(quiet, 90, pause=0.3), "quiet")
        live = json.loads(report(s, "--format", "json"))  # while the server runs
        mine = s.session(mine["id"])
        use = next(u for u in live["uses"] if u["session"]["id"] == mine["id"])
        checks.ok(use["session"] == mine, f"the session is the API's: {[k for k in mine if use['session'][k] != mine[k]]}")
        checks.ok(use["session"]["counts"]["calls"] == use["stored"]["calls"] == 3, f"calls: {use['stored']}")
        checks.ok(use["stored"]["denied"] == 1 and use["stored"]["high_risk"] == 1, f"{use['stored']}")
        what = [m["what"] for m in use["timeline"]]
        checks.ok({"way in", "high risk", "denied", "told", "acknowledged"} <= set(what), f"timeline: {what}")
        times = [m["at"] for m in use["timeline"]]
        checks.ok(times == sorted(times), "the timeline is in order")
        first = min(n["settled_at"] for a in s.alerts(session_id=mine["id"]) for n in a["notifications"])
        checks.ok(use["first_told_at"] == first and use["told"] == ["siem"], f"told first {use['first_told_at']}, not {first}")
        t = live["totals"]
        checks.ok(t["uses"] == 3 == t["uses.open"] + t["uses.lapsed"] and t["uses.acknowledged"] == 1, f"totals: {t}")
        states = [t["deliveries." + n] for n in ("trying", "delivered", "folded", "muted", "parked", "superseded")]
        checks.ok(t["deliveries"] == sum(states) > 0, f"deliveries add up: {states} of {t['deliveries']}")
        books = live["completeness"]["books"]
        parts = ("matched", "attached", "ignored", "not_watched", "duplicate", "quarantined")
        checks.ok(books["decoded"] == sum(books[p] for p in parts) > 0, f"books balance: {books}")
        heard = live["completeness"]["coverage"]
        checks.ok(heard and heard == [{k: c[k] for k in heard[0]} for c in s.items("/api/v1/coverage")], "coverage is the API's")
        checks.ok(len(live["mutes"]) == 1 and live["mutes"][0]["reason"] == "CHG-7", f"mutes: {live['mutes']}")
        checks.ok(live["completeness"]["config_hashes"] == [mine["config_hash"]], "the configuration is named")
        checks.ok(live["completeness"]["gaps"] and live["version"], "gaps and the version")

        at = live["as_of"]
        as_of = {f: report(s, "--format", f, "--as-of", at) for f in FORMATS}
        then = json.loads(as_of["json"])
        checks.ok(then["completeness"]["books"] is None, "no history, no figure")
        for use in then["uses"]:
            said, one = use["session"], s.session(use["session"]["id"])
            differ = [(k, said[k], one[k]) for k in one if said[k] != one[k]]
            checks.ok(not differ, f"counted from records, a session is what it was: {differ}")
        checks.ok(then["totals"] == t, f"totals as of then are the same: {[k for k in t if then['totals'].get(k) != t[k]]}")

        # What comes later changes none of its bytes.
        time.sleep(0.01)
        more = story.plant(began + 50, "call", role + ["s3:PutObject"]) + story.plant(began + 60, "call", role + ["kms:Decrypt", "denied"])
        more += story.plant(began + 70, "federate", ["carol", "prod-payments", "BreakGlassAdmin"])
        checks.ok(s.ingest(more).ok and eventually(lambda: len(s.sessions()) == 4, 10), "more came")
        other = next(x["id"] for x in s.sessions() if x["id"] != mine["id"] and not x["acknowledged"])
        s.ack(other, "later")
        s.ack(next(x["id"] for x in s.sessions(account_id="777788889999")), "of one that was known then, later")
        s.ack(mine["id"], "once more, later")
        s.post(f"/api/v1/sessions/{mine['id']}/notes", {"text": "later"})
        for form in FORMATS:
            later = report(s, "--format", form, "--as-of", at)
            checks.ok(later == as_of[form], f"{form}: the same bytes after later facts")
            checks.ok(later == report(s, "--format", form, "--as-of", at), f"{form}: the same bytes twice")
        now = json.loads(report(s, "--format", "json"))
        checks.ok(now["totals"]["uses"] == 4 and now["totals"]["uses.acknowledged"] == 3, "and count now")

        for option, value, uses in (("--account", "555566667777", 2), ("--role", "BreakGlassRead", 1), ("--watch", "prod", 3),
                                    ("--session", mine["id"], 1), ("--from", iso(began + 35), 2), ("--to", iso(began + 1), 1)):
            some = json.loads(report(s, "--format", "json", option, value))
            checks.ok(some["totals"]["uses"] == len(some["uses"]) == uses, f"{option} {value}: {some['totals']['uses']}")
        rows = rows_of(report(s, "--format", "csv"))
        checks.ok(sum(r["row"] == "use" for r in rows) == 4, "csv: a row for each use")
        checks.ok([r["acknowledged"] for r in rows if r["row"] == "use" and r["session_id"] == mine["id"]] == ["yes"], "csv: acknowledged")
        page = Page(report(s))
        checks.ok(not page.odd and page.seen <= ELEMENTS, f"html: {page.odd[:3]} {page.seen - ELEMENTS}")
        checks.ok(all(x["id"] in "".join(page.text) for x in s.sessions()), "html: every use")

        for arguments in (["--session", "nobody"], ["--as-of", iso(time.time() + 3600)], ["--format", "pdf"], ["--from", "soon"],
                          ["--from", "2026-02-01", "--to", "2026-01-01"]):
            report(s, *arguments, code=2)
        report(s, "--output", "/nowhere/report.html", code=4)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "july.json")
            checks.ok(report(s, "--format", "json", "--as-of", at, "--output", path) == "", "nothing on standard output")
            with open(path, encoding="utf-8") as f:
                checks.ok(f.read() == as_of["json"], "the file holds what is printed otherwise")
            checks.ok(os.listdir(folder) == ["july.json"] and os.stat(path).st_mode & 0o777 == 0o600, "alone, and nobody else's")


def many_at_once(checks, receivers):
    """Openings beyond the cap are told in a summary: whoever accepted it was told of each."""
    story, began = Story("storm"), time.time() - 600
    config = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
              "watches": [{"name": "prod", "accounts": ["555566667777"], "roles": ["BreakGlass*"], "severity": "critical",
                           "storm": {"opened": 1, "within": "10m"}}]}
    people = ("alice", "bob", "carol", "dave")
    with Serve(receivers=[receivers.webhook()], config=config, env=receivers.env()) as s:
        records = [r for i, who in enumerate(people) for r in story.plant(began + i, "federate", [who, "prod-payments", "BreakGlassAdmin"])]
        checks.ok(s.ingest(records).ok, "taken in")
        quiet = lambda: len(s.sessions()) == len(people) and not s.metric("glasswatch_alerts_total", "state").get("trying")
        checks.ok(eventually(quiet, 90, pause=0.3), "told")
        found = json.loads(report(s, "--format", "json"))
        storms = [a for a in found["alerts"] if a["kind"] == "storm"]
        checks.ok(len(storms) == 1, f"in one summary: {storms}")
        checks.ok(found["totals"]["uses.not_told"] == 0, f"all of them: {found['totals']}")
        at = {u["first_told_at"] for u in found["uses"]}
        checks.ok(len(at) == 2 and storms[0]["notifications"][0]["settled_at"] in at, f"when the summary was accepted: {at}")
        checks.ok(sum(m["id"] == storms[0]["id"] for u in found["uses"] for m in u["timeline"]) == 3, "it is in their timelines")
        one = next(u["session"]["id"] for u in found["uses"] if any(m["id"] == storms[0]["id"] for m in u["timeline"]))
        alone = json.loads(report(s, "--format", "json", "--session", one))["uses"][0]
        checks.ok(alone["told"] == ["siem"] and alone["first_told_at"], f"also in a dossier by itself: {alone['told']}")


def hostile_texts(checks):
    payloads = hostile.PAYLOADS
    watches = [{"name": "all", "accounts": hostile.ACCOUNTS, "severity": "critical", "storm": {"opened": 100000, "within": "1m"},
                "receivers": ["kept"]}]
    with Serve(receivers=[{"name": "kept", "type": "file", "path": "alerts.jsonl"}], config={"watches": watches}) as s:
        plant(checks, s, payloads)
        said = [p for p in payloads.values() if "\ud800" not in p and "\x00" not in p]
        for one, text in zip(s.sessions(limit=1000), said):
            s.ack(one["id"], text)
            s.post(f"/api/v1/sessions/{one['id']}/notes", {"text": text})
        for text in said[:30]:
            s.mute("1h", text, watch=text)
        uses = len(s.sessions(limit=1000))
        text = {form: report(s, "--format", form) for form in FORMATS}
        checks.ok(uses >= 3 * len(payloads), f"{uses} uses")
        page = Page(text["html"])
        checks.ok(not page.odd and not page.open, f"html: {page.odd[:5]} {page.open}")
        checks.ok(page.seen <= ELEMENTS, f"html: elements of somebody's own: {page.seen - ELEMENTS}")
        shown = "".join(page.text)
        missing = [name for n, name in enumerate(payloads) if f"gwx{n}" not in shown]
        checks.ok(not missing, f"html shows nothing of {missing[:5]}")
        checks.ok("<script>alert(1)</script>" in shown, "and shows it as text")
        for form in FORMATS:
            found = unseen(text[form].replace("\r\n", "\n"))
            checks.ok(not found, f"{form}: raw {found}")
        rows = rows_of(text["csv"])
        checks.ok(sum(r["row"] == "use" for r in rows) == uses, "csv: a row for each use")
        odd = [(k, v[:60]) for r in rows for k, v in r.items() if v is None or k is None or v.lstrip(" ").startswith(FORMULA)]
        checks.ok(not odd, f"csv: formulas or torn rows: {odd[:5]}")
        value = json.loads(text["json"])
        checks.ok(len(value["uses"]) == uses and value["totals"]["uses"] == uses, "json: every use")
        checks.ok(value["changes"] and value["denied"] and value["alerts"] and value["quarantine"], "json: and what is about no session")


def main():
    require_serve()
    checks = Checks("report")
    with Receivers() as receivers:
        figures(checks, receivers)
        many_at_once(checks, receivers)
    hostile_texts(checks)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
