"""The connection of Socket Mode: how it is kept, renewed, given up and tried again, and what comes of nonsense on it."""
import json
import os
import re
import signal
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import websocket_standin as ws
from receivers_standin import Presses
from serve import SLOWER, eventually
from story import Story
from test_oncall import ACTIONS, buttons
from test_socket_mode import IN_TIME, connected, no_secrets, run, serve_with, use

AGAIN = 15 * SLOWER  # the first pause after a failure, and a connection


def works(checks, slack, s, ident, what, link=None):
    """A press goes through, by a note of its own."""
    before = len(s.session(ident)["responses"])
    ack = slack.submit("UBOB", ident, f"note {before}", link=link, timeout=IN_TIME)
    return checks.ok(ack and len(s.session(ident)["responses"]) == before + 1, f"{what}: a press counts: {ack} {slack.links} {s.stderr()[-300:]}")


def live(s):
    return s.with_config("doctor", "--live")


def lost(checks, slack):
    """A connection that breaks is opened again."""
    story = Story("lost")
    with serve_with(slack, story) as s:
        first = slack.wait_link()
        ident = use(s, story)
        works(checks, slack, s, ident, "at first")
        slack.drop()
        checks.ok(slack.wait_link(after=first.number, timeout=AGAIN), "after a cut it connects again")
        works(checks, slack, s, ident, "after a cut")
        checks.ok(eventually(lambda: connected(s) == {"team": 1}), f"and says so: {connected(s)}")
        last = slack.links[-1]
        last.close(1012)  # the server restarts
        checks.ok(slack.wait_link(after=last.number, timeout=AGAIN), "after a close it connects again")
        works(checks, slack, s, ident, "after a close")
        checks.ok(slack.wait(lambda: last.ended), "the close was answered")
        no_secrets(checks, slack, s, "lost")


def renewed(checks, slack):
    """A connection that Slack will end is replaced before it ends, and both work while there are two."""
    story = Story("renewed")
    with serve_with(slack, story) as s:
        first = slack.wait_link()
        ident = use(s, story)
        slack.script("open", "slow 1.5")
        slack.disconnect("warning")
        checks.ok(slack.wait(lambda: len(slack.opens()) == 2, AGAIN), "after a warning a second connection is asked for")
        checks.ok(first.is_up, "while the first one is there")
        works(checks, slack, s, ident, "by the first one", first)
        second = slack.wait_link(after=first.number, timeout=AGAIN)
        checks.ok(second and works(checks, slack, s, ident, "by the second one", second), "it is opened")
        checks.ok(first.ended is None or first.ended > second.opened, "before the first one ends")
        if first.is_up:
            works(checks, slack, s, ident, "by the first one again", first)
            first.close()
        checks.ok(slack.wait(lambda: first.ended, 60), "the first one ends")
        works(checks, slack, s, ident, "after the warning", second)
        checks.ok(len(slack.links) == 2 and connected(s) == {"team": 1}, f"one is left: {slack.links}")

        slack.script("open", "slow 1")
        slack.script("link", "hang 8")
        slack.disconnect("warning", second)
        checks.ok(slack.wait(lambda: len(slack.opens()) == 3, AGAIN), "the next one is asked for, and hangs")
        for n in range(4):
            works(checks, slack, s, ident, f"while it hangs, {n}", second)
        third = slack.wait_link(after=second.number, timeout=2 * AGAIN)
        checks.ok(third and slack.wait(lambda: second.ended, 60), "in the end it is there")
        second = third

        second.is_closing = True  # no press is sent by it any more
        slack.disconnect("refresh_requested", second)
        second.close()
        third = slack.wait_link(after=second.number, timeout=AGAIN)
        checks.ok(third and slack.wait(lambda: second.ended), "one that is refreshed is replaced")
        works(checks, slack, s, ident, "after the refresh", third)
        time.sleep(2)
        checks.ok(len(slack.opens()) == 5 and slack.up() == [third], f"and no more than that: {slack.links}")
        no_secrets(checks, slack, s, "renewed")


def pauses(slack):
    at = [c.at for c in slack.opens()]
    return [b - a for a, b in zip(at, at[1:])]


def grow(found):
    """Pauses as they should be: some, none at once, and longer later than at first."""
    return bool(found) and len(found) <= 8 and min(found) > 0.3 and (len(found) < 3 or found[-1] > 1.5 * found[0])


def shut(checks, slack):
    """Slack does not want it: said in metrics and by doctor, and tried again with growing pauses."""
    for what, answer in (("a wrong token", "error invalid_auth"), ("an error of Slack's", "error internal_error"), ("no answer", "500"),
                         ("nonsense", "body <html>"), ("no URL", 'body {"ok":true}'), ("a number as URL", 'body {"ok":true,"url":7}'),
                         ("a URL that is none", 'body {"ok":true,"url":"file:///etc/passwd"}'),
                         ("a header in the URL", 'body {"ok":true,"url":"ws://127.0.0.1:1/\\r\\nX-Evil: 1"}'),
                         ("nobody there", 'body {"ok":true,"url":"ws://127.0.0.1:1/link/?ticket=GWSECRET"}')):
        story, patient = Story("shut"), what == "a wrong token"
        slack.always("open", answer)
        before = len(slack.opens())
        with serve_with(slack, story) as s:
            checks.ok(slack.wait(lambda: len(slack.opens()) > before, 10), f"{what}: it is tried")
            checks.ok(connected(s) == {"team": 0}, f"{what}: metrics say so: {connected(s)}")
            doubted = lambda: re.search("Slack.*team", live(s).stdout)
            checks.ok(eventually(doubted) and live(s).returncode == 1, f"{what}: doctor --live says so: {live(s)}")
            checks.ok(s.ingest(story.plant(time.time() - 30, "federate", ["alice", "prod-payments", "BreakGlassAdmin"])).ok
                      and slack.wait(slack.slack_parents), f"{what}: sessions are told all the same")
            if patient:
                time.sleep(14)
                checks.ok(grow(pauses(slack)[before:]), f"{what}: with growing pauses: {pauses(slack)[before:]}")
                checks.ok("invalid_auth" in live(s).stdout and "invalid_auth" in s.stderr(), f"{what}: by its name: {live(s).stdout} {s.stderr()[-500:]}")
                last = slack.link_count()
                slack.always("open", "ok")
                checks.ok(slack.wait_link(after=last, timeout=60 * SLOWER), f"{what}: it connects when it may")
                checks.ok(eventually(lambda: connected(s) == {"team": 1}), f"{what}: and says so")
            checks.ok("GWSECRET" not in s.stderr() + live(s).stdout, f"{what}: no ticket is shown")
            checks.ok(s.stop() == 0, f"{what}: it ends")
        slack.calls.clear()


def limited(checks, slack):
    """429: not before Slack said."""
    story = Story("limited")
    slack.script("open", "429 5")
    with serve_with(slack, story) as s:
        link = slack.wait_link(timeout=AGAIN)
        found = pauses(slack)
        checks.ok(link and len(found) == 1 and 4.9 < found[0] < 10 * SLOWER, f"after what Retry-After says: {found}")
        works(checks, slack, s, use(s, story), "then")


def disabled(checks, slack):
    """Socket Mode is switched off in the app's settings: a hello and nothing more is no reason to come back at once."""
    story = Story("disabled")

    def greet(link):
        slack.disconnect("link_disabled", link)
        link.close()
    slack.greet = greet
    with serve_with(slack, story) as s:
        checks.ok(slack.wait(lambda: len(slack.links) == 1), "it connects")
        time.sleep(15)
        checks.ok(len(slack.links) <= 8, f"it is tried with pauses: {len(slack.links)} times")
        checks.ok(len(slack.links) < 4 or grow(pauses(slack)), f"that grow: {pauses(slack)}")
        checks.ok(connected(s) == {"team": 0}, f"metrics say so: {connected(s)}")
        checks.ok(eventually(lambda: re.search("team.*switched off", live(s).stdout)), f"doctor --live says why: {live(s)}")
        checks.ok("switched off" in s.stderr(), f"so does the log: {s.stderr()[-500:]}")
        last, slack.greet = slack.link_count(), lambda link: None
        checks.ok(slack.wait_link(after=last, timeout=90 * SLOWER), "it connects when it is switched on")
        works(checks, slack, s, use(s, story), "then")
        no_secrets(checks, slack, s, "disabled")


def handshakes(checks, slack):
    """Whatever the URL answers: nothing is believed that is no WebSocket, and it is tried again."""
    for answer in ("403", "500", "200", "accept", "drop"):
        slack.script("link", answer)
        last = slack.link_count()
        with serve_with(slack, Story("handshakes")) as s:
            link = slack.wait_link(after=last + (answer == "accept"), timeout=AGAIN)
            checks.ok(link and s.alive(), f"after {answer} it connects: {slack.links}")
            checks.ok(s.stop() == 0, f"after {answer} it ends")


def hostile(ident):
    """(what, what send_raw takes): the other end is not Slack, or has gone mad."""
    valid = ws.frame(ws.TEXT, b'{"type":"hello"}')
    press = lambda **more: json.dumps({**json.loads(json.dumps(PRESS).replace("IDENT", ident)), **more})
    passing = [  # a connection may survive it
        ("no JSON", "{"), ("an array", "[]"), ("a number", "7"), ("an empty text", ""), ("a binary message", b"\x00\xff"),
        ("no type", '{"envelope_id":"x"}'), ("an unknown type", '{"type":"\\u001b[31mevil\\nGWFAKE line"}'), ("a second hello", '{"type":"hello"}'),
        ("a press without an id", press(envelope_id=None)), ("an id that is a number", press(envelope_id=7)),
        ("an id that is an object", press(envelope_id={"a": 1})), ("an id of many letters", press(envelope_id="x" * 100_000)),
        ("an id that breaks out", press(envelope_id='x","payload":{"a":1},"y":"\r\nGWFAKE \x1b[2J')),
        ("a deep payload", '{"type":"interactive","envelope_id":"deep","payload":' + '{"a":' * 5000 + "1" + "}" * 5000 + "}"),
        ("a disconnect for no reason", '{"type":"disconnect"}'), ("a disconnect for a number", '{"type":"disconnect","reason":7}'),
        ("a disconnect for anything", '{"type":"disconnect","reason":"\\u001b[31mevil\\nGWFAKE"}'),
        ("a thousand pings", ws.frame(ws.PING, b"x" * 125) * 1000, -1),
        ("fragments", b"".join(ws.frame(0 if i else ws.TEXT, b"{", fin=False) for i in range(300)) + ws.frame(0, b"}"), -1)]
    ending = [  # RFC 6455 has it end
        ("a masked frame", ws.frame(ws.TEXT, b"{}", mask=b"abcd"), -1), ("a reserved bit", ws.frame(ws.TEXT, b"{}", reserved=4), -1),
        ("an opcode that is none", ws.frame(3), -1), ("a long ping", ws.frame(ws.PING, b"x" * 126), -1),
        ("a text that is no UTF-8", ws.frame(ws.TEXT, b'{"type":"\xff"}'), -1), ("a fragment of nothing", ws.frame(0, b"x"), -1),
        ("a close of one byte", ws.frame(ws.CLOSE, b"x"), -1), ("a length beyond all", ws.frame(ws.BINARY, b"x", length=1 << 62), -1),
        ("two megabytes", "x" * (2 << 20)), ("a message that never ends", (ws.frame(ws.TEXT, b"x" * 1000, fin=False) +
                                                                    ws.frame(0, b"x" * 1000, fin=False) * 2000), -1),
        ("a frame behind a close", ws.frame(ws.CLOSE, ws.close_payload(1000)) + valid, -1)]
    return passing, ending


PRESS = {"type": "interactive", "envelope_id": "x", "accepts_response_payload": True,
         "payload": {"type": "block_actions", "team": {"id": "T000"}, "api_app_id": "A000", "user": {"id": "UMALLORY"}, "trigger_id": "1.2.abc",
                     "channel": {"id": "C0123456789"},
                     "actions": [{"type": "button", "action_id": "gw_acknowledge", "value": "IDENT", "action_ts": str(int(time.time()))}]}}


def nonsense(checks, slack):
    """What comes over the connection is not believed: the daemon lives, and the next press counts."""
    story = Story("nonsense")
    with serve_with(slack, story) as s:
        link = slack.wait_link()
        ident = use(s, story)
        passing, ending = hostile(ident)
        for what, *raw in passing:
            number, acks, opens = link.number, len(slack.acks), len(slack.opens())
            slack.send_raw(raw[0], link, *raw[1:])
            slack.wait(lambda: link.ended or len(slack.opens()) > opens, 2 if what.startswith("a disconnect") else 0.3)
            checks.ok(s.alive() and s.session(ident)["responses"] == [], f"{what}: nothing comes of it: {s.session(ident)['responses']}")
            checks.ok(all(len(a.envelope_id) < 200_000 for a in slack.acks[acks:]), f"{what}: {slack.acks[acks:]}")
            if link.ended or len(slack.opens()) > opens:
                link = slack.wait_link(after=number, timeout=75 * SLOWER) or link
        checks.ok(slack.wait_link(timeout=75 * SLOWER), f"it is connected: {slack.links}")
        works(checks, slack, s, ident, "after all that")
        checks.ok(not re.search(r"\x1b|(?m:^GWFAKE)", s.stderr() + live(s).stdout), f"nothing of it writes the log: {s.stderr()[-500:]}")
        no_secrets(checks, slack, s, "nonsense")
        checks.ok(not slack.problems, f"Slack complains: {slack.problems[:3]}")
    for what, *raw in ending:
        last = slack.link_count()
        with serve_with(slack, Story("nonsense " + what)) as s:
            link = slack.wait_link(after=last)
            slack.send_raw(raw[0], link, *raw[1:])
            checks.ok(slack.wait(lambda: link.ended, 10), f"{what}: the connection ends")
            checks.ok(slack.wait_link(after=link.number, timeout=AGAIN) and s.alive(), f"{what}: the next one works")
            slack.problems[:] = [p for p in slack.problems if "acknowledges nothing" in p]  # after a break anything may be half


def ends(checks, slack):
    """SIGTERM closes the connection and ends in time, whatever the connection is at."""
    story = Story("ends")
    with serve_with(slack, story) as s:
        link, ident = slack.wait_link(), use(s, story)
        begun = time.monotonic()
        checks.ok(s.stop() == 0 and time.monotonic() - begun < 10 * SLOWER, f"SIGTERM ends it: {time.monotonic() - begun:.1f} s")
        checks.ok(slack.wait(lambda: link.ended, 5) and link.closed_by_client in (1000, 1001), f"with a close frame: {link.closed_by_client}")
        s.start()
        link = slack.wait_link(after=link.number)
        other = sqlite3.connect(s.store, isolation_level=None, timeout=20)
        other.execute("BEGIN IMMEDIATE")
        envelope = slack.modal("UBOB", ident, "at the last moment")
        slack.deliver(envelope, link)
        checks.ok(slack.wait_ack(envelope, 0.5) is None, "a press is being stored")
        s.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        other.execute("ROLLBACK")
        other.close()
        checks.ok(slack.wait_ack(envelope, IN_TIME) and slack.wait(lambda: link.closed_by_client, 5), f"it is acknowledged before the end: {slack.acks}")
        checks.ok(s.process.wait(20 * SLOWER) == 0, "and ends well")
        s.start()
        checks.ok([r["note"] for r in s.session(ident)["responses"]] == ["at the last moment"], "it was stored")
        s.stop()
        for what, route, behaviour in (("the call hangs", "open", "hang 30"), ("the handshake hangs", "link", "hang 30"), ("it pauses", "open", "500")):
            slack.always(route, behaviour)
            before = len(slack.opens())
            s.start()
            checks.ok(slack.wait(lambda: len(slack.opens()) > before, 10), f"{what}: it is tried")
            time.sleep(0.5)
            begun = time.monotonic()
            checks.ok(s.stop() == 0 and time.monotonic() - begun < 15 * SLOWER, f"SIGTERM while {what}: {time.monotonic() - begun:.1f} s")
            slack.always(route, "ok")


def reloads(checks, slack):
    """SIGHUP leaves a connection whose app is the same, closes one whose app_token is gone, and opens one that is new."""
    story = Story("reloads")
    with serve_with(slack, story) as s:
        link = slack.wait_link()
        ident, config = use(s, story), s.config

        def reload(receiver):
            count = s.stderr().count('"reloaded"')
            s.write_config({**config, "receivers": [receiver]})
            s.reload()
            return checks.ok(eventually(lambda: s.stderr().count('"reloaded"') > count), f"reloaded: {s.stderr()[-500:]}")
        reload(slack.team(mention="here"))
        works(checks, slack, s, ident, "after a reload")
        time.sleep(1)
        checks.ok(link.is_up and len(slack.links) == 1, f"the connection is the same: {slack.links}")
        reload(slack.team(team="T111"))
        checks.ok(slack.press("UCAROL", ident, timeout=IN_TIME) and len(s.session(ident)["responses"]) == 1, "presses go by the new configuration")
        reload(slack.slack("team"))
        checks.ok(slack.wait(lambda: link.ended, 10) and link.closed_by_client in (1000, 1001), "without app_token it is closed")
        checks.ok("team" not in connected(s), f"and is not expected: {connected(s)}")
        slack.wait(lambda: slack.slack_parents(), 20)
        before = len(slack.slack_parents())
        use(s, story, "dave")
        checks.ok(slack.wait(lambda: len(slack.slack_parents()) > before), "sessions are told")
        bare = slack.slack_parents()[-1]
        checks.ok(not any(b["type"] == "actions" for b in bare.json["blocks"]), f"without buttons: {buttons(bare)}")
        reload(slack.team())
        again = slack.wait_link(after=link.number, timeout=10)
        checks.ok(again and len(slack.links) == 2, "with app_token it is opened again")
        works(checks, slack, s, ident, "then")
        reload(slack.team(signing_secret="env:GWTEST_SLACK_SIGNING"))
        body, headers = Presses().modal("UBOB", ident, "by the other way")
        checks.ok(s.request("POST", ACTIONS, body, token=None, headers=headers).status == 200, "with a signing secret both ways are open")
        works(checks, slack, s, ident, "by Socket Mode, too")


PARTS = (lost, renewed, shut, limited, disabled, handshakes, nonsense, ends, reloads)

if __name__ == "__main__":
    sys.exit(run("socket_links", PARTS))
