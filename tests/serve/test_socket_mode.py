"""Presses by Slack's Socket Mode: what each does, once, and that it is acknowledged when it is stored and not before."""
import os
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
from receivers_standin import Presses
from runner import Checks
from serve import SLOWER, Serve, eventually, require_serve
from slack_standin import APP_TOKEN, Slack
from story import Story
from test_oncall import ACTIONS, buttons, config_of, shown

ALL_BUTTONS = ["gw_acknowledge", "gw_handling", "gw_false_alarm", "gw_reason"]
IN_TIME = 3 * SLOWER  # Slack tells the person that it did not work when nothing came by then


def serve_with(slack, story, receivers=None, **more):
    """A glasswatch whose receiver `team` has Socket Mode, and no signing secret."""
    return Serve(receivers=receivers or [slack.team()], config=config_of(story, default_receivers=["team"]), env=slack.env(), **more)


def use(s, story, who="alice"):
    """Somebody breaks the glass; the session's id."""
    before = {session["id"] for session in s.sessions()}
    s.ingest(story.plant(time.time() - 30, "federate", [who, "prod-payments", "BreakGlassAdmin"]))
    return next(session["id"] for session in s.sessions() if session["id"] not in before)


def outcomes(s):
    return {k: v for k, v in s.metric("glasswatch_slack_presses_total", "outcome").items() if v}


def connected(s):
    return s.metric("glasswatch_slack_socket_connected", "receiver")


def no_secrets(checks, slack, s, what):
    """Neither what opens a connection nor what opened one stands in the log or on a screen."""
    said = s.stderr() + s.stdout() + s.with_config("doctor", "--live").stdout + s.get("/metrics").body.decode()
    found = [secret for secret in (*slack.tickets, APP_TOKEN) if secret in said]
    checks.ok(slack.tickets and not found, f"{what}: no ticket and no token is shown: {found[:2]}")
    checks.ok("ticket=" not in said, f"{what}: nor a URL with one")


def whispers(slack, user):
    return [c for c in slack.of("slack") if c.method == "chat.postEphemeral" and c.json["user"] == user]


def way(checks, slack):
    """It connects by itself, messages have buttons, and there is no way in from outside."""
    story = Story("way")
    with serve_with(slack, story) as s:
        checks.ok(slack.wait_link(), f"it connects: {slack.opens()} {s.stderr()[-500:]}")
        checks.ok(eventually(lambda: connected(s) == {"team": 1}), f"and says so: {connected(s)}")
        ident = use(s, story)
        checks.ok(slack.wait(slack.slack_parents), "the session is told")
        parent = slack.slack_parents()[0]
        checks.ok(buttons(parent) == ALL_BUTTONS, f"with buttons: {buttons(parent)}")
        body, headers = Presses().button("UBOB", ident)
        answer = s.request("POST", ACTIONS, body, token=None, headers=headers)
        checks.ok(answer.status == 404, f"there is no other way in: {answer}")
        checks.ok(s.session(ident)["responses"] == [], "which nobody took")
        live = s.with_config("doctor", "--live")
        checks.ok(live.returncode == 0, f"doctor --live is content: {live}")
        checks.ok(len(slack.opens()) == 1 and len(slack.links) == 1, f"one connection: {slack.links}")
        no_secrets(checks, slack, s, "way")
        tried = s.with_config("receivers", "check")
        checks.ok(tried.returncode == 0 and len(slack.opens()) == 2, f"receivers check tries its token: {tried}")
        slack.script("open", "error invalid_auth")
        tried = s.with_config("receivers", "check")
        checks.ok(tried.returncode == 4 and "apps.connections.open: ok:false invalid_auth" in tried.stdout + tried.stderr, f"and says what is wrong: {tried}")
        checks.ok(len(slack.links) == 1 and connected(s) == {"team": 1}, "without taking the connection away")


def people(checks, slack):
    """Who presses decides what it does, as by the other way."""
    story = Story("people")
    slack.emails["UCAROL"] = "carol@example.com"
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        checks.ok(slack.wait(slack.slack_parents), "the session is told")
        checks.ok(slack.press("UALICE", ident, timeout=IN_TIME), "the actor's press is acknowledged to Slack")
        session = s.session(ident)
        checks.ok(session["acknowledged"] is None and session["responses"][-1]["independence"] == "no", f"but acknowledges nothing: {session['responses']}")
        checks.ok(slack.wait(lambda: whispers(slack, "UALICE")), "and the actor is told so")
        checks.ok(all(c.json["channel"] == "C0123456789" for c in whispers(slack, "UALICE")), "where they pressed")

        checks.ok(slack.press("USTRANGER", ident, timeout=IN_TIME), "a stranger's, too")
        session = s.session(ident)
        checks.ok(session["responses"][-1]["by"] == "slack:USTRANGER" and session["responses"][-1]["independence"] == "unknown",
                  f"is kept as unknown: {session['responses']}")
        checks.ok(session["acknowledged"]["independent"] is False, f"and ends nothing: {session['acknowledged']}")
        checks.ok(slack.wait(lambda: whispers(slack, "USTRANGER")), "and the stranger is told so")

        sent = time.monotonic()
        ack = slack.press("UBOB", ident, "gw_handling", timeout=IN_TIME)
        session = s.session(ident)
        checks.ok(ack and ack.at - sent < IN_TIME and ack.payload is None, f"a colleague's: {ack}")
        checks.ok(session["acknowledged"]["by"].startswith("bob") and session["acknowledged"]["independent"]
                  and session["acknowledged"]["kind"] == "handling", f"counts: {session['acknowledged']}")
        checks.ok(session["responses"][-1]["via"] == "slack", f"by way of Slack: {session['responses'][-1]}")
        checks.ok(not whispers(slack, "UBOB"), "and needs no word")
        checks.ok(slack.wait(lambda: [c for c in slack.slack_edits() if "handled by bob" in shown(c)], 30), "the message says so")

        second = use(s, story, "dave")
        checks.ok(slack.press("UCAROL", second, timeout=IN_TIME), "somebody whom Slack knows by the address")
        checks.ok(s.session(second)["acknowledged"]["by"] == "carol@example.com", f"is that person: {s.session(second)['acknowledged']}")
        checks.ok(outcomes(s) == {"own": 1, "accepted": 3}, f"all is counted: {outcomes(s)}")
        no_secrets(checks, slack, s, "people")


def workspaces(checks, slack):
    """Two receivers of one app share its connection; a press goes to the one of its workspace."""
    story = Story("workspaces")
    second = slack.team("second", team="T111", channel="C0SECOND")
    with serve_with(slack, story, [slack.team(), second]) as s:
        slack.wait_link()
        ident = use(s, story)
        checks.ok(slack.press("UALICE", ident, team="T222", timeout=IN_TIME) and s.session(ident)["responses"] == [], "a third is none of ours")
        checks.ok(slack.press("UALICE", ident, timeout=IN_TIME) and len(s.session(ident)["responses"]) == 1, "the first one's counts")
        checks.ok(slack.press("UBOB", ident, team="T111", timeout=IN_TIME) and s.session(ident)["acknowledged"], "and the second one's")
        checks.ok(eventually(lambda: connected(s) == {"team": 1, "second": 1}), f"both are connected: {connected(s)}")
        checks.ok(len(slack.links) == 1, f"by one connection: {slack.links}")


def dialogs(checks, slack):
    """A false alarm and a reason are asked for and sent."""
    story = Story("dialogs")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        views = lambda: [c for c in slack.of("slack") if c.method == "views.open"]
        pressed = slack.button("UBOB", ident, "gw_false_alarm")
        slack.deliver(pressed)
        ack = slack.wait_ack(pressed, IN_TIME)
        checks.ok(ack and slack.wait(views), f"a dialog opens: {ack}")
        view = views()[0].json
        checks.ok(view["trigger_id"] == pressed["payload"]["trigger_id"], "with the trigger of the press")
        checks.ok(view["view"]["private_metadata"] == ident and view["view"]["callback_id"] == "gw_false_alarm", f"about the session: {view}")
        checks.ok(s.session(ident)["responses"] == [], "nothing is said yet")

        ack = slack.submit("UBOB", ident, " ", callback="gw_false_alarm", timeout=IN_TIME)
        checks.ok(ack and (ack.payload or {}).get("response_action") == "errors", f"a false alarm needs a reason: {ack}")
        checks.ok(ack and list(ack.payload["errors"]) == ["note"] and ack.payload["errors"]["note"], f"which the field says: {ack}")
        checks.ok(s.session(ident)["responses"] == [], "and says nothing")
        ack = slack.submit("UBOB", ident, "a drill & <!channel>", "CHG-7", "gw_false_alarm", timeout=IN_TIME)
        said = s.session(ident)["responses"]
        checks.ok(ack and ack.payload is None, f"with a reason the dialog closes: {ack}")
        checks.ok(len(said) == 1 and said[0]["kind"] == "false_alarm" and said[0]["note"] == "a drill & <!channel>" and said[0]["ticket"] == "CHG-7",
                  f"it is kept: {said}")
        checks.ok(s.session(ident)["acknowledged"]["kind"] == "false_alarm", "and acknowledges")

        checks.ok(slack.press("UALICE", ident, "gw_reason", timeout=IN_TIME) and slack.wait(lambda: len(views()) == 2), "the actor is asked for a reason")
        checks.ok(slack.submit("UALICE", ident, "the disk was full", timeout=IN_TIME), "and gives it")
        said = s.session(ident)["responses"]
        checks.ok(len(said) == 2 and said[1]["kind"] == "reason" and said[1]["by"].startswith("alice"), f"which is kept: {said}")
        checks.ok(outcomes(s) == {"asked": 2, "unusable": 1, "accepted": 1, "own": 1}, f"all is counted: {outcomes(s)}")


def refused(checks, slack):
    """What is not for us, old, or of no use changes nothing. It is acknowledged all the same: to send it again would not help."""
    story = Story("refused")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        made = {
            "another workspace": slack.button("UBOB", ident, team="T111"),
            "another app": slack.button("UBOB", ident, app="A111"),
            "a dialog of another workspace": slack.modal("UBOB", ident, "a note", team="T111"),
            "a press of six minutes ago": slack.button("UBOB", ident, age=360),
            "another button": slack.button("UBOB", ident, "gw_everything"),
            "another dialog": slack.modal("UBOB", ident, "a note", callback="other"),
            "a session that is none": slack.button("UBOB", "0198633e-0000-7000-8000-000000000000"),
            "a session whose id is none": slack.button("UBOB", "s/1"),
            "a user whose id is none": slack.button("<!channel>", ident),
            "two presses in one": slack.button("UBOB", ident),
            "no press": slack.envelope({"type": "message_action", "team": {"id": "T000"}, "api_app_id": "A000", "user": {"id": "UBOB"}}),
            "a text as payload": slack.envelope("UBOB"),
            "an event": slack.envelope({"type": "event_callback", "event": {"type": "message"}}, "events_api"),
            "a command": slack.envelope({"command": "/glasswatch"}, "slash_commands"),
        }
        made["two presses in one"]["payload"]["actions"] *= 2
        for what, envelope in made.items():
            slack.deliver(envelope)
            ack = slack.wait_ack(envelope, IN_TIME)
            checks.ok(ack and ack.payload is None, f"{what} is acknowledged: {ack}")
            checks.ok(s.session(ident)["responses"] == [], f"{what} does nothing: {s.session(ident)['responses']}")
        got = outcomes(s)
        checks.ok(got.get("elsewhere") == 3 and got.get("stale", 0) >= 1 and got.get("failed") == 1 and not got.get("accepted"), f"counted: {got}")
        checks.ok(len(slack.links) == 1, f"the connection stays: {slack.links}")
        checks.ok(slack.press("UBOB", ident, age=240, timeout=IN_TIME) and s.session(ident)["acknowledged"], "a press of four minutes ago counts")


def twice(checks, slack):
    """Slack delivers again what it believes to be lost: a press counts once, over restarts."""
    story = Story("twice")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        said = lambda: [(r["by"], r["kind"]) for r in s.session(ident)["responses"]]
        envelope = slack.modal("UBOB", ident, "once")
        for count in (1, 2):
            slack.deliver(envelope)
            checks.ok(slack.wait_ack(envelope, IN_TIME, count), f"delivery {count} is acknowledged")
        checks.ok(len(said()) == 1, f"the same envelope counts once: {said()}")
        again = {**slack.envelope(envelope["payload"]), "retry_attempt": 1}
        slack.deliver(again)
        checks.ok(slack.wait_ack(again, IN_TIME) and len(said()) == 1, f"so does the same press in another: {said()}")
        checks.ok(outcomes(s) == {"accepted": 1, "used": 2}, f"counted: {outcomes(s)}")
        edit = slack.button("UBOB", ident)
        slack.deliver(edit)
        slack.wait_ack(edit, IN_TIME)
        for life in ("a restart", "a crash"):
            before, last = said(), slack.links[-1].number
            s.stop() if life == "a restart" else s.kill()
            s.start()
            link = slack.wait_link(after=last)
            for one in (envelope, edit):
                count = len(slack.acks_of(one)) + 1
                checks.ok(link and slack.deliver(one, link) and slack.wait_ack(one, IN_TIME, count), f"after {life} it is acknowledged")
            checks.ok(said() == before, f"after {life} it does not count again: {said()}")
            checks.ok(outcomes(s) == {"used": 2}, f"after {life} it is known: {outcomes(s)}")


def stored_first(checks, slack):
    """Acknowledged is what is stored. While the store cannot be written nothing is, and what comes again then counts."""
    story = Story("stored")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        checks.ok(slack.wait(slack.slack_parents), "the session is told")
        responses = lambda: s.session(ident)["responses"]
        other = sqlite3.connect(s.store, isolation_level=None, timeout=20)
        other.execute("BEGIN IMMEDIATE")  # nobody else writes now
        envelope = slack.button("UBOB", ident)
        slack.deliver(envelope)
        checks.ok(slack.wait_ack(envelope, 1.5) is None and responses() == [], "before it is stored it is not acknowledged")
        other.execute("ROLLBACK")
        checks.ok(slack.wait_ack(envelope, 5 * SLOWER) and len(responses()) == 1, f"then it is: {responses()}")

        other.execute("BEGIN IMMEDIATE")
        lost = slack.modal("UBOB", ident, "while nothing could be stored")
        slack.deliver(lost)
        checks.ok(slack.wait_ack(lost, 2) is None, "what is not stored yet is not acknowledged")
        slack.deliver(lost)
        checks.ok(slack.wait_ack(lost, 10) is None, "nor when it is delivered again, nor when it could not be stored")
        other.execute("ROLLBACK")
        other.close()
        slack.wait(lambda: False, 1)
        acks = slack.acks_of(lost)
        checks.ok(bool(acks) == (len(responses()) == 2), f"acknowledged is what is stored: {acks} {responses()}")
        slack.deliver(lost)
        checks.ok(slack.wait_ack(lost, IN_TIME, len(acks) + 1) and len(responses()) == 2, f"when it comes again it counts, once: {responses()}")
        checks.ok(slack.press("UBOB", ident, "gw_handling", timeout=IN_TIME), "and the next ones do")
        checks.ok(len(slack.links) == 1, f"by the same connection: {slack.links}")


def slack_hangs(checks, slack):
    """What Slack's API does not answer holds up no acknowledgement."""
    story = Story("hangs")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        checks.ok(slack.wait(slack.slack_parents), "the session is told")
        slack.always("slack", "hang 20")
        for user in ("UALICE", "UCAROL", "UBOB"):  # who is whispered to, looked up, and neither
            ack = slack.press(user, ident, timeout=IN_TIME)
            checks.ok(ack, f"{user}'s press is acknowledged")
        said = [(r["by"].split("@")[0], r["independence"]) for r in s.session(ident)["responses"]]
        checks.ok(said == [("alice", "no"), ("slack:UCAROL", "unknown"), ("bob", "yes")], f"and stored: {said}")
        asked = slack.button("UBOB", ident, "gw_reason")
        slack.deliver(asked)
        slack.wait(lambda: outcomes(s).get("failed"), 10)
        checks.ok(outcomes(s) == {"own": 1, "accepted": 2, "failed": 1}, f"a dialog that does not open is counted: {outcomes(s)}")
        slack.always("slack", "ok")
        slack.release.set()


def killed(checks, slack):
    """kill -9 between delivery and acknowledgement: delivered again after the start it stands in the session once."""
    story = Story("killed")
    with serve_with(slack, story) as s:
        slack.wait_link()
        ident = use(s, story)
        for n, moment in enumerate(("before it is stored", "when it is stored", "at once"), 1):
            said = lambda: [r["note"] for r in s.session(ident)["responses"]]
            envelope, other = slack.modal("UBOB", ident, f"note {n}"), None
            if n == 1:
                other = sqlite3.connect(s.store, isolation_level=None, timeout=20)
                other.execute("BEGIN IMMEDIATE")
            slack.deliver(envelope)
            if n == 1:
                checks.ok(slack.wait_ack(envelope, 0.5) is None, f"{moment}: not acknowledged yet")
            elif n == 2:
                checks.ok(eventually(lambda: len(said()) == n, pause=0), f"{moment}: {said()}")
            last = slack.links[-1].number
            s.kill()
            if other:
                other.close()
            s.start()
            link = slack.wait_link(after=last)
            count = len(slack.acks_of(envelope)) + 1
            checks.ok(n != 1 or said() == [], f"{moment}: nothing was stored: {said()}")
            checks.ok(link and slack.deliver(envelope, link) and slack.wait_ack(envelope, IN_TIME, count), f"{moment}: acknowledged after the start")
            checks.ok(said() == [f"note {i}" for i in range(1, n + 1)], f"{moment}: it stands there once: {said()}")
            known = {1: ["accepted"], 2: ["used"]}.get(n, ["accepted", "used"])
            checks.ok(list(outcomes(s)) in [[one] for one in known], f"{moment}: it is taken for what it is: {outcomes(s)}")
        s.stop()
        checks.ok(s.with_config("store", "check").returncode == 0, "the store is sound")


PARTS = (way, people, workspaces, dialogs, refused, twice, stored_first, slack_hangs, killed)


def run(name, parts):
    require_serve()
    checks = Checks(name)
    for part in parts:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        with Slack() as slack:
            try:
                part(checks, slack)
            except (OSError, ValueError, KeyError, IndexError, TypeError, StopIteration, AssertionError, sqlite3.Error) as problem:
                checks.ok(False, f"{part.__name__}: {problem!r} in line {problem.__traceback__.tb_next.tb_lineno}")
            checks.ok(not slack.problems, f"{part.__name__}: Slack complains: {slack.problems[:3]}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(run("socket_mode", PARTS))
