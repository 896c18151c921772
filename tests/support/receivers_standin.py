"""Stand-ins for what alerts are sent to: Slack's Web API, Slack's incoming webhooks, and webhooks of other systems.

One HTTP server on loopback. It keeps every call, and behaves as it is told, call by call:

    standin = Receivers()
    standin.script("slack", "500", "429 1", "hang 5", "drop", "error not_in_channel", "slow 0.5", "ok")
    standin.always("siem", "500")
    standin.always("slack", "body {nonsense")

A scripted behaviour is used up by one call, then what `always` said holds (ok). What Slack's calls answer follows the
pages of chat.postMessage, chat.update and auth.test; webhooks are verified as "Standard Webhooks 1.0" says.
"""
import base64
import hashlib
import hmac
import itertools
import json
import re
import threading
import time
import urllib.parse
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BLOCK = re.compile(r"gw:([^:]+):(.*)")


class Call:
    """One request. `accepted`: it was answered with success, and the answer left this process."""

    def __init__(self, number, route, path, headers, body):
        self.number, self.route, self.path, self.headers, self.body = number, route, path, headers, body
        self.at, self.wall = time.monotonic(), time.time()
        self.behaviour, self.accepted, self.status, self.ts = None, False, None, None
        self.mark = None  # what the test's set_mark() said when it came
        try:
            self.json = json.loads(body.decode("utf-8"))
        except ValueError:
            self.json = None
        if not isinstance(self.json, dict):
            self.json = None

    @property
    def method(self):
        """chat.postMessage, … for Slack's API."""
        return self.path.rsplit("/", 1)[-1]

    def block(self):
        """(kind, session id) of the first block's id; (None, None) where there is none."""
        blocks = (self.json or {}).get("blocks") or [{}]
        m = BLOCK.fullmatch(str(blocks[0].get("block_id", "")))
        return (m[1], m[2]) if m else (None, None)

    @property
    def is_parent(self):
        return self.method == "chat.postMessage" and not (self.json or {}).get("thread_ts")

    @property
    def session_id(self):
        if self.route in ("slack", "hook"):
            return self.block()[1]
        return ((self.json or {}).get("data") or {}).get("session_id")

    @property
    def kind(self):
        return self.block()[0] if self.route in ("slack", "hook") else (self.json or {}).get("type")

    def text(self):
        """Everything that Slack would show, as one text."""
        out = []

        def walk(value):
            if isinstance(value, dict):
                if isinstance(value.get("text"), str):
                    out.append(value["text"])
                for v in value.values():
                    walk(v)
            elif isinstance(value, list):
                for v in value:
                    walk(v)
        walk(self.json)
        return "\n".join(out)

    def __repr__(self):
        return f"<{self.number} {self.route} {self.method} {self.kind} {self.session_id} {self.behaviour} {self.status}>"


class Receivers:
    """Routes: `slack` under /api/, `hook` (Slack's incoming webhook) under /services/…, any other name under /NAME."""

    def __init__(self):
        self.calls, self.lock = [], threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.scripts, self.defaults = {}, {}
        self.numbers, self.stamps = itertools.count(1), itertools.count(1)
        self.mark, self.parents, self.problems = None, {}, []
        self.emails = {}  # of Slack users, as users.info answers them
        self.closing = threading.Event()
        self.release = threading.Event()  # ends all hanging
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                outer.serve(self)

            def do_GET(self):
                outer.serve(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # the other end was killed: part of the tests

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    # ---- configuration ----
    def slack(self, name="oncall", **more):
        return {"name": name, "type": "slack", "token": "env:GWTEST_SLACK_TOKEN", "channel": "C0123456789",
                "api_url": f"http://127.0.0.1:{self.port}/api/", "allow_private": True, **more}

    def slack_hook(self, name="feed", **more):
        return {"name": name, "type": "slack", "webhook_url": "env:GWTEST_SLACK_HOOK", "allow_private": True, **more}

    def webhook(self, name="siem", **more):
        return {"name": name, "type": "webhook", "url": f"http://127.0.0.1:{self.port}/{name}",
                "secret": "env:GWTEST_HOOK_SECRET", "allow_private": True, **more}

    def pagerduty(self, name="pager", **more):
        return {"name": name, "type": "pagerduty", "routing_key": "env:GWTEST_PD_KEY",
                "api_url": f"http://127.0.0.1:{self.port}/", "allow_private": True, **more}

    def env(self):
        return {"GWTEST_PD_KEY": "0123456789abcdef0123456789abcdef", "GWTEST_SLACK_SIGNING": SIGNING_SECRET,
                "GWTEST_SLACK_TOKEN": "xoxb-1234567890-test", "GWTEST_HOOK_SECRET": "whsec_" + SECRET,
                "GWTEST_SLACK_HOOK": f"http://127.0.0.1:{self.port}/services/T000/B000/secretpart"}

    # ---- behaviour ----
    def script(self, route, *behaviours):
        with self.lock:
            self.scripts.setdefault(route, deque()).extend(behaviours)

    def always(self, route, behaviour):
        with self.lock:
            self.defaults[route] = behaviour
            if behaviour == "ok":
                self.scripts.pop(route, None)

    def set_mark(self, mark):
        with self.lock:
            self.mark = mark

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- what came ----
    def of(self, route=None, accepted=True):
        with self.lock:
            return [c for c in self.calls if (route is None or c.route == route) and (c.accepted or not accepted)]

    def slack_parents(self):
        return [c for c in self.of("slack") if c.is_parent]

    def slack_replies(self):
        return [c for c in self.of("slack") if c.method == "chat.postMessage" and not c.is_parent]

    def slack_edits(self, ts=None):
        return [c for c in self.of("slack") if c.method == "chat.update" and (ts is None or c.json.get("ts") == ts)]

    def pages(self, action=None):
        """Events that PagerDuty accepted: (action, dedup_key)."""
        events = [(c.json["event_action"], c.json["dedup_key"]) for c in self.of("v2/enqueue")]
        return [e for e in events if action is None or e[0] == action]

    def told(self, kind, route="siem"):
        return [c for c in self.of(route) if c.kind == kind]

    def wait(self, question, timeout=10):
        """Waits until `question()` is true; answers the last answer."""
        end = time.monotonic() + timeout
        while True:
            answer = question()
            left = end - time.monotonic()
            if answer or left <= 0:
                return answer
            with self.changed:
                self.changed.wait(min(left, 0.1))

    # ---- the server ----
    @staticmethod
    def route_of(path):
        return "slack" if path.startswith("/api/") else "hook" if path.startswith("/services/") else path.strip("/")

    def next_behaviour(self, route):
        """With the lock held."""
        waiting = self.scripts.get(route)
        return waiting.popleft() if waiting else self.defaults.get(route, "ok")

    def serve(self, h):
        length = int(h.headers.get("Content-Length") or 0)
        body = h.rfile.read(length)
        if len(body) < length:
            return  # the sender died in the middle
        path = h.path.split("?")[0]
        with self.lock:
            headers = {k.lower(): v for k, v in h.headers.items()}
            call = Call(next(self.numbers), self.route_of(path), path, headers, body)
            call.mark = self.mark
            call.behaviour = self.next_behaviour(call.route)
            self.calls.append(call)
            self.changed.notify_all()
        word, _, argument = call.behaviour.partition(" ")
        if word == "hang":
            self.release.wait(float(argument or 60))
            h.close_connection = True
            return
        if word == "drop":  # read, then gone without a word
            h.close_connection = True
            return
        if word == "slow":
            self.release.wait(float(argument))
        if word in ("ok", "slow"):
            status, headers, answer = self.success(call)
        elif word == "body":
            status, headers, answer = 200, {}, argument.encode()
        elif word == "error":
            status, headers, answer = 200, {}, {"ok": False, "error": argument}
        elif word == "429":
            status, headers, answer = 429, {"Retry-After": argument or "1"}, {"ok": False, "error": "ratelimited"}
        else:
            status, headers, answer = int(word), {}, {"ok": False}
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        kind = "text/plain" if isinstance(answer, bytes) else "application/json"
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        good = word in ("ok", "slow") and status < 300 and (isinstance(answer, bytes) or answer["ok"])
        with self.lock:  # set before the answer leaves: whoever has it may be killed at once
            call.status, call.accepted = status, good
        try:
            h.wfile.write(head.encode() + data)
            h.wfile.flush()
        except OSError:
            with self.lock:
                call.accepted = False
            h.close_connection = True
        with self.changed:
            self.changed.notify_all()

    def success(self, call):
        if call.route == "slack":
            return 200, {}, self.slack_answer(call)
        if call.route == "hook":
            return 200, {}, b"ok"
        if call.route == "v2/enqueue":
            good = {"routing_key", "event_action", "dedup_key"} <= set(call.json or {})
            return (202, {}, {"ok": True, "status": "success"}) if good else (400, {}, {"ok": False})
        problem = verify_webhook(call)
        if problem:
            self.problems.append(f"{call}: {problem}")
            return 401, {}, {"ok": False}
        return 200, {}, {"ok": True}

    def slack_answer(self, call):
        if call.headers.get("authorization") != "Bearer " + self.env()["GWTEST_SLACK_TOKEN"]:
            return {"ok": False, "error": "invalid_auth"}
        if call.method == "auth.test":
            return {"ok": True, "team_id": "T000", "user_id": "U000", "bot_id": "B000"}
        if call.method == "users.info":
            user = dict(urllib.parse.parse_qsl(call.body.decode())).get("user")
            return {"ok": True, "user": {"id": user, "profile": {"email": self.emails.get(user)}}}
        if call.method == "views.open":
            return {"ok": bool(call.json.get("trigger_id") and call.json.get("view")), "error": "invalid_arguments"}
        if call.method == "chat.postEphemeral":
            return {"ok": bool(call.json.get("user") and call.json.get("text")), "error": "user_not_in_channel"}
        problem = slack_problem(call.json)
        if problem:
            self.problems.append(f"{call}: {problem}")
            return {"ok": False, "error": problem}
        if call.method == "chat.postMessage":
            thread = call.json.get("thread_ts")
            if thread and thread not in self.parents:
                self.problems.append(f"{call}: reply to {thread!r}, which is no message")
                return {"ok": False, "error": "thread_not_found"}
            with self.lock:
                call.ts = "%d.%06d" % (1782900000 + call.number, next(self.stamps))
                if not thread:
                    self.parents[call.ts] = call
            return {"ok": True, "channel": "C0123456789", "ts": call.ts, "message": {}}
        if call.method == "chat.update":
            call.ts = call.json.get("ts")
            if call.ts not in self.parents:
                self.problems.append(f"{call}: edits {call.ts!r}, which is no message")
                return {"ok": False, "error": "message_not_found"}
            return {"ok": True, "channel": "C0123456789", "ts": call.ts}
        return {"ok": False, "error": "unknown_method"}


def slack_signature(body, stamp, secret=None):
    signed = f"v0:{stamp}:".encode() + body
    return "v0=" + hmac.new((secret or SIGNING_SECRET).encode(), signed, hashlib.sha256).hexdigest()


class Presses:
    """Presses as Slack sends them: a body and its headers, so that one can be captured and sent again."""

    def __init__(self, team="T000", app="A000"):
        self.team, self.app = team, app

    def _pack(self, payload, stamp=None, secret=None):
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(time.time()) if stamp is None else int(stamp))
        return body, {"Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": stamp,
                      "X-Slack-Signature": slack_signature(body, stamp, secret)}

    def button(self, user, session, action="gw_acknowledge", **more):
        return self._pack({"type": "block_actions", "team": {"id": self.team}, "api_app_id": self.app, "user": {"id": user},
                           "trigger_id": "123.456.abc", "channel": {"id": "C0123456789"}, "nonce": time.time_ns(),
                           "actions": [{"type": "button", "action_id": action, "value": session}]}, **more)

    def modal(self, user, session, note, ticket=None, callback="gw_reason", **more):
        values = {"note": {"text": {"value": note}}, "ticket": {"text": {"value": ticket}}}
        return self._pack({"type": "view_submission", "team": {"id": self.team}, "api_app_id": self.app,
                           "user": {"id": user}, "nonce": time.time_ns(),
                           "view": {"callback_id": callback, "private_metadata": session, "state": {"values": values}}}, **more)


def slack_problem(message):
    """Slack's limits (Block Kit reference); the name of Slack's error, or None."""
    if not isinstance(message, dict):
        return "invalid_json"
    if not message.get("channel"):
        return "channel_not_found"
    if not message.get("text"):
        return "no_text"
    if len(message["text"]) > 4000:
        return "msg_too_long"
    blocks, ids, total = message.get("blocks") or [], set(), 0
    if len(blocks) > 50:
        return "invalid_blocks"
    for b in blocks:
        texts = [f.get("text", "") for f in b.get("fields", [])]
        if b.get("block_id") in ids or len(b.get("block_id", "")) > 255 or len(texts) > 10:
            return "invalid_blocks"
        ids.update({b["block_id"]} if "block_id" in b else ())
        if any(not t or len(t) > 2000 for t in texts) or len(b.get("elements", [])) > (25 if b.get("type") == "actions" else 10):
            return "invalid_blocks"
        text = b.get("text", {}).get("text", "x") if isinstance(b.get("text"), dict) else "x"
        if not text or len(text) > (150 if b.get("type") == "header" else 3000):
            return "invalid_blocks"
        total += len(text) + sum(map(len, texts))
    return "msg_blocks_too_long" if total > 13200 else None


def verify_webhook(call):
    """Standard Webhooks: three headers, HMAC-SHA256 over id.timestamp.body; None when it holds."""
    ident, stamp = call.headers.get("webhook-id"), call.headers.get("webhook-timestamp")
    signatures = call.headers.get("webhook-signature", "").split()
    if not ident or not (stamp or "").isdigit() or not signatures:
        return "a header is missing"
    if abs(time.time() - int(stamp)) > 300:
        return "its timestamp is old"
    signed = f"{ident}.{stamp}.".encode() + call.body
    want = "v1," + base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(want, s) for s in signatures):
        return "its signature is wrong"
    if call.json is None or not {"type", "timestamp", "data"} <= set(call.json):
        return "its body is not {type, timestamp, data}"
    return None
