"""On call: who acknowledges, what escalates, and what a press in Slack may do."""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import story as stories
from receivers_standin import Presses, Receivers
from runner import Checks
from serve import Serve, eventually, require_serve
from story import ACCOUNTS, Story

ACTIONS = "/slack/actions"
WATCHES = [{"name": "prod", "accounts": ["555566667777"], "roles": ["BreakGlass*"], "severity": "critical"}]


def config_of(story, **more):
    people = [{"name": person.mail, "identity_store_user": person.user_id} for person in story.org.people.values()]
    people[0]["slack"], people[1]["slack"] = "UALICE", "UBOB"
    people[2]["email"] = people[2]["name"]  # known to Slack by the address
    return {"accounts": dict(ACCOUNTS), "people": people, "default_receivers": ["oncall"], "watches": WATCHES, **more}


def slack(receivers, **more):
    return receivers.slack(signing_secret="env:GWTEST_SLACK_SIGNING", team="T000", app="A000", **more)


def press(s, made):
    body, headers = made
    return s.request("POST", ACTIONS, body, token=None, headers=headers)


def buttons(call):
    return [e["action_id"] for b in call.json["blocks"] if b["type"] == "actions" for e in b["elements"]]


def shown(call):
    return str(call.json["blocks"])


def night(checks):
    """Slack is down, the pager takes over, the actor presses, a colleague acknowledges, the session lapses."""
    with Receivers() as receivers:
        story = Story("night")
        receivers.always("slack", "500")
        config = config_of(story, escalation=[{"after": "3s", "to": ["pager"]}, {"after": "1h", "to": ["pager"]}],
                           session_durations={"BreakGlassAdmin": "1m"})
        config["default_receivers"] = ["oncall", "lake"]
        lake = {"name": "lake", "type": "ocsf", "path": "ocsf.jsonl"}
        with Serve(receivers=[slack(receivers), receivers.pagerduty(), lake], config=config, env=receivers.env()) as s:
            # One minute of credentials and fifteen of grace are over in half a minute.
            s.ingest(story.plant(time.time() - 960 + 30, "federate", ["alice", "prod-payments", "BreakGlassAdmin"]))
            session = s.sessions()[0]
            ident, presses = session["id"], Presses()
            checks.ok([e["told_at"] for e in session["escalation"]] == [None, None], f"two steps are ahead: {session['escalation']}")
            checks.ok(receivers.wait(lambda: receivers.pages("trigger"), 20) == [("trigger", ident)], "the pager takes over")
            checks.ok(not receivers.slack_parents(), "while Slack is down")

            own = press(s, presses.button("UALICE", ident))
            checks.ok(own.status == 200, f"the actor's press is heard: {own}")
            session = s.session(ident)
            checks.ok(session["acknowledged"] is None, "and acknowledges nothing")
            checks.ok(session["responses"][-1]["independence"] == "no" and session["responses"][-1]["at"], "it is kept with its time")
            stranger = press(s, presses.button("USTRANGER", ident))
            session = s.session(ident)
            checks.ok(stranger.status == 200 and session["acknowledged"]["independent"] is False
                      and session["responses"][-1]["independence"] == "unknown", f"a stranger's is kept as unknown: {session['responses']}")
            time.sleep(1.5)
            checks.ok(not receivers.pages("acknowledge"), "and silences no pager")

            done = press(s, presses.button("UBOB", ident, "gw_handling"))
            session = s.session(ident)
            checks.ok(done.status == 200 and session["acknowledged"]["by"].startswith("bob") and session["acknowledged"]["independent"]
                      and session["acknowledged"]["kind"] == "handling", f"a colleague's counts: {session['acknowledged']}")
            checks.ok(receivers.wait(lambda: receivers.pages("acknowledge"), 20) == [("acknowledge", ident)], "the pager shows it")
            receivers.always("slack", "ok")
            checks.ok(receivers.wait(lambda: any("handled by bob" in shown(c) for c in receivers.slack_parents()), 90), "so does Slack")
            checks.ok(receivers.wait(lambda: receivers.pages("resolve"), 60) == [("resolve", ident)], "the lapse resolves the incident")
            checks.ok(receivers.wait(lambda: any("OVER" in shown(c) for c in receivers.slack_edits()), 90), "and closes the message")
            session = s.session(ident)
            checks.ok(session["state"] == "lapsed" and session["escalation"][0]["told_at"] and session["escalation"][1]["told_at"] is None,
                      f"the API lists the steps: {session['escalation']}")
            kinds = {a["kind"] for a in s.alerts(session_id=ident)}
            checks.ok({"session.opened", "session.escalated", "session.response", "session.acknowledged", "session.lapsed"} <= kinds,
                      f"and the facts: {kinds}")
            checks.ok(len(receivers.pages("trigger")) == 1, "nobody was paged twice")
            with open(os.path.join(s.folder, "ocsf.jsonl"), encoding="utf-8") as f:
                told = [(o["activity_id"], o["status_id"]) for o in map(json.loads, f) if o["finding_info"]["uid"] == ident]
            checks.ok(told[0] == (1, 1) and (2, 2) in told and told[-1] == (3, 4) and (3, 4) not in told[:-1],
                      f"the finding is opened, in progress and closed: {told}")
            dossier(checks, s, receivers, ident)
            checks.ok(not receivers.problems, str(receivers.problems))


def dossier(checks, s, receivers, ident):
    """The digest of the night, and each of its steps with its time in the report."""
    minute = time.strftime("%H:%M", time.gmtime(time.time() - 60))
    s.write_config({**s.config, "handover": {"at": minute, "timezone": "UTC", "to": ["oncall"]}})
    s.reload()
    digest = receivers.wait(lambda: [c for c in receivers.slack_parents() if "0 open, 0 unacknowledged" in shown(c)], 90)
    checks.ok(digest, f"the digest says that nothing is left: {[shown(c)[:200] for c in receivers.slack_parents()][-1:]}")
    run = s.with_config("report", "--session", ident, "--format", "json")
    use = json.loads(run.stdout)["uses"][0]
    steps = [(m["what"], m["by"]) for m in use["timeline"] if m["what"] in ("way in", "refused", "acknowledged", "lapsed")]
    people = [(what, (by or "").split("@")[0]) for what, by in steps if what in ("refused", "acknowledged")]
    checks.ok(people == [("refused", "alice"), ("acknowledged", "slack:USTRANGER"), ("acknowledged", "bob")], f"who said what: {people}")
    checks.ok(steps[0][0] == "way in" and steps[-1][0] == "lapsed", f"from the way in to the end: {steps}")
    told = [m for m in use["timeline"] if m["what"] == "told"]
    kinds = [m["text"].split(" ")[0] for m in told]
    checks.ok(kinds[:2] == ["session.opened", "session.escalated"] and kinds[-1] == "session.lapsed", f"what was told: {kinds}")
    checks.ok(all(m["at"] and " 20" in m["outcome"] for m in told), f"to whom and when: {[m['outcome'] for m in told]}")
    checks.ok("pager delivered" in told[1]["outcome"], f"the pager by the step: {told[1]}")
    checks.ok(use["first_told_at"] and set(use["told"]) == {"oncall", "lake", "pager"}, f"and who was told first: {use['told']}")
    page = s.with_config("report", "--session", ident).stdout
    checks.ok(all(text in page for text in ("refused", "as: handling", "lapsed 20", "session.escalated")), "the page says so, too")


def workspaces(checks):
    """One app in two workspaces has one signing secret: each press goes to the receiver of its own."""
    with Receivers() as receivers:
        story = Story("workspaces")
        second = receivers.slack("second", channel="C0SECOND", signing_secret="env:GWTEST_SLACK_SIGNING", team="T111", app="A000")
        with Serve(receivers=[slack(receivers), second], config=config_of(story), env=receivers.env()) as s:
            s.ingest(story.plant(time.time() - 30, "federate", ["alice", "prod-payments", "BreakGlassAdmin"]))
            ident = s.sessions()[0]["id"]
            checks.ok(press(s, Presses(team="T222").button("UBOB", ident)).status == 403, "a third workspace is none of ours")
            checks.ok(press(s, Presses(team="T111").button("UBOB", ident)).status == 200, "the second one is")
            checks.ok(s.session(ident)["acknowledged"], "and acknowledges")


def restart(checks):
    """A step that came due while nothing ran is told after the start, once."""
    with Receivers() as receivers:
        story = Story("restart")
        config = config_of(story, escalation=[{"after": "4s", "to": ["pager"]}])
        with Serve(receivers=[slack(receivers), receivers.pagerduty()], config=config, env=receivers.env()) as s:
            s.ingest(story.plant(time.time() - 30, "federate", ["alice", "prod-payments", "BreakGlassAdmin"]))
            ident = s.sessions()[0]["id"]
            checks.ok(receivers.wait(receivers.slack_parents, 20), "the session is told")
            s.kill()
            checks.ok(not receivers.pages(), "nobody is paged yet")
            time.sleep(4)
            s.start()
            checks.ok(receivers.wait(lambda: receivers.pages("trigger"), 20) == [("trigger", ident)], "the step is told after the start")
            s.kill()
            s.start()
            time.sleep(3)
            checks.ok(len(receivers.pages("trigger")) == 1, "once")


def presses(checks):
    """What is no press of now, by Slack, for us, and new, changes nothing and is counted."""
    with Receivers() as receivers:
        story = Story("presses")
        receivers.emails["UCAROL"] = "carol@example.com"
        with Serve(receivers=[slack(receivers)], config=config_of(story), env=receivers.env()) as s:
            s.ingest(story.plant(time.time() - 30, "federate", ["alice", "prod-payments", "BreakGlassAdmin"]))
            ident, made = s.sessions()[0]["id"], Presses()
            checks.ok(receivers.wait(receivers.slack_parents, 20), "the session is told")
            parent = receivers.slack_parents()[0]
            checks.ok(buttons(parent) == ["gw_acknowledge", "gw_handling", "gw_false_alarm", "gw_reason"], f"with buttons: {buttons(parent)}")
            checks.ok("glasswatch ack" in shown(parent), "and how else to acknowledge")

            good, stamp = made.button("UBOB", ident), time.time()
            refused = {
                "a wrong signature": (made.button("UBOB", ident, secret="another"), 401),
                "another body": ((good[0] + b"x", good[1]), 401),
                "an old timestamp": (made.button("UBOB", ident, stamp=stamp - 302), 401),
                "a timestamp ahead": (made.button("UBOB", ident, stamp=stamp + 310), 401),
                "another workspace": (Presses(team="T111").button("UBOB", ident), 403),
                "another app": (Presses(app="A111").button("UBOB", ident), 403),
                "another button": (made.button("UBOB", ident, "gw_everything"), 400),
            }
            for what, (one, status) in refused.items():
                answer = press(s, one)
                checks.ok(answer.status == status, f"{what}: {answer}")
            unsigned = s.request("POST", ACTIONS, good[0], token=None, headers={"Content-Type": good[1]["Content-Type"]})
            checks.ok(unsigned.status == 401, f"without a signature: {unsigned}")
            checks.ok(s.session(ident)["responses"] == [], "none of them did anything")

            opened = press(s, made.button("UCAROL", ident, "gw_reason"))
            views = [c for c in receivers.of("slack") if c.method == "views.open"]
            checks.ok(opened.status == 200 and len(views) == 1 and views[0].json["view"]["private_metadata"] == ident, f"a modal opens: {opened}")
            checks.ok(press(s, made.modal("UCAROL", ident, "disk full & <!channel>", "CHG-7")).status == 200, "and is sent")
            said = s.session(ident)["responses"][-1]
            checks.ok(said["by"] == "carol@example.com" and said["ticket"] == "CHG-7" and said["kind"] == "reason", f"by whom Slack's address says: {said}")
            checks.ok(s.session(ident)["acknowledged"] is None, "a reason acknowledges nothing")
            empty = press(s, made.modal("UCAROL", ident, " ", callback="gw_false_alarm"))
            checks.ok(empty.status == 200 and "errors" in empty.json(), f"a false alarm needs a reason: {empty}")

            checks.ok(press(s, good).status == 200, "a press")
            checks.ok(s.session(ident)["acknowledged"]["by"] == "bob@example.com", "acknowledges")
            count = len(s.session(ident)["responses"])
            checks.ok(press(s, good).status == 409, "the same again is refused")
            s.stop()
            s.start()
            checks.ok(press(s, good).status == 409, "also after a restart")
            checks.ok(press(s, made.button("UBOB", ident)).status == 200, "a second press of his own is no mistake")
            checks.ok(len(s.session(ident)["responses"]) == count, "and changes nothing")
            checks.ok(s.metric("glasswatch_slack_presses_total", "outcome")["used"] == 1, f"it is counted: {s.metric('glasswatch_slack_presses_total', 'outcome')}")
            edit = receivers.wait(lambda: [c for c in receivers.slack_edits() if "acknowledged by bob" in shown(c)], 30)
            checks.ok(edit and buttons(edit[-1]) == ["gw_reason"], "the message says so and keeps one button")
            checks.ok(receivers.wait(lambda: any("CHG-7" in shown(c) for c in receivers.slack_replies()), 90), "the reason stands in the thread")
            checks.ok("<!channel>" not in str([c.json for c in receivers.of("slack")]), "where it calls nobody")
            checks.ok(not receivers.problems, str(receivers.problems))


def counted(checks):
    """Each refusal has its counter."""
    with Receivers() as receivers:
        story = Story("counted")
        with Serve(receivers=[slack(receivers)], config=config_of(story), env=receivers.env()) as s:
            press(s, Presses().button("UBOB", "s-1", secret="another"))
            press(s, Presses().button("UBOB", "s-1", stamp=time.time() - 400))
            press(s, Presses(team="T111").button("UBOB", "s-1"))
            press(s, Presses().button("UBOB", "s/1"))
            checks.ok(press(s, Presses().button("UBOB", "s-1")).status == 404, "a session that is none")
            got = {k: v for k, v in s.metric("glasswatch_slack_presses_total", "outcome").items() if v}
            checks.ok(got == {"forged": 1, "stale": 1, "elsewhere": 1, "unusable": 1, "failed": 1}, f"counted: {got}")


def drill(checks):
    """Sixty people in a planned window and a script that is denied 10,000 times: three pages at most, and nothing is lost."""
    people, stories.PEOPLE = stories.PEOPLE, tuple(f"person{n:02d}" for n in range(60))
    try:
        story = Story("drill")
    finally:
        stories.PEOPLE = people
    at = int(time.time()) - 60
    stamp = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
    planned = [{"watch": "*", "people": ["*"], "from": stamp(at - 3600), "until": stamp(at + 7200), "ticket": "CHG-60", "owner": "security"}]
    with Receivers() as receivers:
        config = config_of(story, planned=planned, default_receivers=["oncall", "pager"], escalation=[{"after": "2s", "to": ["pager"]}])
        with Serve(receivers=[slack(receivers), receivers.pagerduty()], config=config, env=receivers.env()) as s:
            names = list(story.org.people)
            for who in names:
                s.ingest(story.plant(at, "federate", [who, "prod-payments", "BreakGlassAdmin"]))
            for start in range(0, 10_000, 2_500):
                records = []
                for _ in range(2_500):
                    records += story.plant(at, "denied", [names[0], "sandbox", "DeveloperAccess", "prod-payments", "BreakGlassOperator"])
                s.ingest(records)
            time.sleep(5)
            checks.ok(len(s.sessions()) == 60, f"sixty sessions: {len(s.sessions())}")
            alerts = s.alerts()
            opened = [a for a in alerts if a["kind"] == "session.opened"]
            checks.ok(len(opened) == 60, f"sixty openings are stored: {len(opened)}")
            pagers = [n for a in opened for n in a["notifications"] if n["receiver"] == "pager"]
            checks.ok(len(pagers) == 60 and all(n["state"] == "folded" and n["reason"] for n in pagers), "each says what became of it at the pager")
            checks.ok(receivers.wait(lambda: receivers.pages("trigger"), 20), "the denials are paged")
            pages = set(receivers.pages("trigger"))
            checks.ok(len(pages) <= 3, f"three pages at most: {pages}")
            s.stop()
            totals = json.loads(s.with_config("report", "--format", "json").stdout)["totals"]
            checks.ok(totals["uses"] == 60 and totals["uses.planned"] == 60, f"the report has each use: {totals['uses']}")
            checks.ok(totals["denied_attempts"] == 10_000, f"and each attempt: {totals['denied_attempts']}")
            states = [totals["deliveries." + n] for n in ("trying", "delivered", "folded", "muted", "parked", "superseded")]
            checks.ok(totals["deliveries"] == sum(states), f"and what became of each alert: {states}")
            s.start()
            checks.ok(len(set(receivers.pages("trigger"))) <= 3, f"still three pages at most: {receivers.pages('trigger')}")
            checks.ok(s.metric("glasswatch_records_total", "outcome")["matched"] >= 10_060, f"and every record counts: {s.metric('glasswatch_records_total', 'outcome')}")


PARTS = (night, restart, presses, workspaces, counted, drill)


def main():
    require_serve()
    checks = Checks("oncall")
    for part in PARTS:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        try:
            part(checks)
        except (OSError, ValueError, KeyError, IndexError, AssertionError) as problem:
            checks.ok(False, f"{part.__name__}: {problem!r}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
