"""A stand-in of Slack with Socket Mode: its Web API (receivers_standin) and the server of its WebSockets, on one port.

    with Slack() as slack:                          a Receivers, so that scripts, calls and messages are as there
        link = slack.wait_link()                    the program has called apps.connections.open and opened its URL
        ack = slack.press("UBOB", session)          None when none came in time
        slack.disconnect("warning")
        slack.script("open", "429 1", "error invalid_auth", "body nonsense", "drop")
        slack.script("link", "403", "accept", "drop", "hang 5")  what the URL answers; accept: a wrong Sec-WebSocket-Accept

Frames and envelopes follow "Using Socket Mode" and "apps.connections.open": a URL is good for one connection, the first message is a
hello, an envelope is acknowledged by its id on the connection that brought it. What the program does against that, or against RFC
6455, is in `problems`.
"""
import itertools
import json
import secrets
import socket
import time
import urllib.parse
import uuid

import websocket_standin as ws
from receivers_standin import Receivers

APP_TOKEN = "xapp-1-A000-1234567890-0123456789abcdef"
TEAM, APP, CHANNEL = "T000", "A000", "C0123456789"


class Ack:
    def __init__(self, envelope_id, payload, link):
        self.envelope_id, self.payload, self.link, self.at = envelope_id, payload, link, time.monotonic()

    def __repr__(self):
        return f"<ack {self.envelope_id} {self.payload!r} on {self.link}>"


class Link:
    """One connection. `ended`: gone, and `closed_by_client` the code of the close frame that the client was the first to send."""

    def __init__(self, number, sock, rfile):
        self.number, self.socket = number, ws.Socket(sock, rfile)
        self.opened, self.ended, self.closed_by_client = time.monotonic(), None, None
        self.is_hanging = self.is_closing = False
        self.pings, self.pongs = [], []

    @property
    def is_up(self):
        return self.ended is None and not self.is_closing

    def send_json(self, value):
        return self.socket.send(ws.TEXT, json.dumps(value).encode())

    def close(self, code=1000):
        """Begins the closing handshake."""
        self.is_closing = True
        self.socket.send(ws.CLOSE, ws.close_payload(code))

    def __repr__(self):
        return f"<link {self.number}{'' if self.is_up else ' down'}>"


class Slack(Receivers):
    def __init__(self):
        self.links, self.acks, self.tickets, self.spent = [], [], [], set()
        self.greet = lambda link: None  # what comes after the hello
        self.link_numbers = itertools.count(1)
        super().__init__()

    # ---- configuration ----
    def team(self, name="team", **more):
        """The receiver with Socket Mode."""
        return self.slack(name, **{"app_token": "env:SLACK_APP_TOKEN", "team": TEAM, "app": APP, **more})

    def env(self):
        return {**super().env(), "SLACK_APP_TOKEN": APP_TOKEN}

    @staticmethod
    def route_of(path):
        return "open" if path == "/api/apps.connections.open" else "link" if path == "/link/" else Receivers.route_of(path)

    def close(self):
        for link in self.up():
            link.socket.cut()
        super().close()

    # ---- what came ----
    def opens(self):
        """Calls of apps.connections.open, whatever they were answered."""
        return self.of("open", accepted=False)

    def up(self):
        with self.lock:
            return [link for link in self.links if link.is_up]

    def link_count(self):
        with self.lock:
            return len(self.links)

    def wait_link(self, after=0, timeout=20):
        """The newest connection that is up, when there is one with a number above `after`."""
        fits = lambda: [link for link in self.up() if link.number > after]
        found = self.wait(fits, timeout)
        return found[-1] if found else None

    def acks_of(self, envelope):
        ident = envelope if isinstance(envelope, str) else envelope["envelope_id"]
        with self.lock:
            return [a for a in self.acks if a.envelope_id == ident]

    def wait_ack(self, envelope, timeout=3, count=1):
        found = self.wait(lambda: len(self.acks_of(envelope)) >= count and self.acks_of(envelope), timeout)
        return found[-1] if found else None

    # ---- what people do ----
    def button(self, user, session, action="gw_acknowledge", *, team=TEAM, app=APP, channel=CHANNEL, age=0, trigger=None, **more):
        """The envelope of a press, which can be sent more than once. `age`: seconds since it was pressed."""
        stamp = time.time() - age
        return self.envelope({
            "type": "block_actions", "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
            "api_app_id": app, "token": "Shh_its_a_seekrit", "trigger_id": trigger or self.trigger(),
            "container": {"type": "message", "message_ts": "1782900001.000001", "channel_id": channel, "is_ephemeral": False},
            "team": {"id": team, "domain": "example"}, "enterprise": None, "is_enterprise_install": False,
            "channel": {"id": channel, "name": "oncall"}, "message": {"type": "message", "text": "a sentence", "ts": "1782900001.000001"},
            "response_url": f"https://hooks.slack.com/actions/{team}/1/{secrets.token_hex(8)}", "state": {"values": {}},
            "actions": [{"type": "button", "action_id": action, "block_id": "gw:buttons:" + session, "value": session,
                         "text": {"type": "plain_text", "text": "Press", "emoji": True}, "action_ts": f"{stamp:.6f}"}], **more})

    def modal(self, user, session, note, ticket=None, callback="gw_reason", *, team=TEAM, app=APP, trigger=None, **more):
        """The envelope of a dialog that is sent."""
        text = lambda value: {"text": {"type": "plain_text_input", "value": value}}
        return self.envelope({
            "type": "view_submission", "team": {"id": team, "domain": "example"},
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team}, "api_app_id": app,
            "token": "Shh_its_a_seekrit", "trigger_id": trigger or self.trigger(), "enterprise": None,
            "is_enterprise_install": False, "response_urls": [],
            "view": {"id": "V" + secrets.token_hex(5).upper(), "team_id": team, "app_id": app, "type": "modal", "callback_id": callback,
                     "private_metadata": session, "hash": "1782900001.abc", "blocks": [], "previous_view_id": None,
                     "state": {"values": {"note": text(note), "ticket": text(ticket)}}}, **more})

    @staticmethod
    def envelope(payload, kind="interactive"):
        return {"envelope_id": str(uuid.uuid4()), "type": kind, "accepts_response_payload": True, "payload": payload}

    @staticmethod
    def trigger():
        return f"{secrets.randbelow(10 ** 13)}.{secrets.randbelow(10 ** 12)}.{secrets.token_hex(16)}"

    def deliver(self, envelope, link=None):
        """Sends it, by default on the newest connection; False when there is none."""
        links = [link] if link else self.up()[-1:]
        return bool(links) and links[-1].send_json(envelope)

    def press(self, *words, link=None, timeout=3, **more):
        """The acknowledgement of a button's envelope, or None."""
        envelope = self.button(*words, **more)
        return self.wait_ack(envelope, timeout) if self.deliver(envelope, link) else None

    def submit(self, *words, link=None, timeout=3, **more):
        envelope = self.modal(*words, **more)
        return self.wait_ack(envelope, timeout) if self.deliver(envelope, link) else None

    # ---- what Slack does ----
    def hello(self):
        return json.dumps({"type": "hello", "num_connections": len(self.up()) + 1, "connection_info": {"app_id": APP},
                           "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060}}).encode()

    def disconnect(self, reason, link=None):
        """Tells that the connection will end. Slack itself waits some ten seconds after a warning and closes at once else: close() or
        drop() are the test's."""
        for one in [link] if link else self.up()[-1:]:
            one.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    def drop(self, link=None):
        for one in [link] if link else self.up():
            one.is_closing = True
            one.socket.cut()

    def hang(self, link=None):
        """Pings are not answered any more."""
        for one in [link] if link else self.up():
            one.is_hanging = True

    def send_raw(self, data, link=None, opcode=None):
        """Text or bytes as a message; with `opcode` as a frame of this kind; `b""` and opcode -1: bytes that are frames already."""
        for one in [link] if link else self.up()[-1:]:
            if opcode == -1:
                one.socket.send_bytes(data)
            else:
                text = isinstance(data, str)
                one.socket.send((ws.TEXT if text else ws.BINARY) if opcode is None else opcode, data.encode() if text else data)

    # ---- the server ----
    def success(self, call):
        if call.route != "open":
            return super().success(call)
        if call.headers.get("authorization") != "Bearer " + APP_TOKEN:
            return 200, {}, {"ok": False, "error": "invalid_auth"}
        if call.body and call.headers.get("content-type", "").split(";")[0] not in ("application/x-www-form-urlencoded", "application/json"):
            self.problems.append(f"{call}: {call.body[:200]!r} is neither a form nor JSON")
        with self.lock:
            self.tickets.append(secrets.token_hex(20))
            url = f"ws://127.0.0.1:{self.port}/link/?" + urllib.parse.urlencode({"ticket": self.tickets[-1], "app_id": APP})
        return 200, {}, {"ok": True, "url": url}

    def serve(self, h):
        if self.route_of(h.path.split("?")[0]) != "link":
            return super().serve(h)
        h.close_connection = True
        with self.lock:
            word, _, argument = self.next_behaviour("link").partition(" ")
        if word == "hang":
            self.release.wait(float(argument or 60))
        if word in ("hang", "drop"):
            return
        query = dict(urllib.parse.parse_qsl(h.path.partition("?")[2]))
        ticket, problem = query.get("ticket"), ws.handshake_problem(h, self.port)
        with self.lock:
            if problem is None and (ticket not in self.tickets or ticket in self.spent or query.get("app_id") != APP):
                problem = "the URL was used before, or never given"
            self.spent.add(ticket)
        if problem:
            self.problems.append(f"{h.requestline.split('?')[0]}: {problem}")
        if problem or word not in ("ok", "accept"):
            h.wfile.write(f"HTTP/1.1 {400 if problem else int(word)} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        accept = ws.accept_of(h.headers["Sec-WebSocket-Key"] + ("x" if word == "accept" else ""))
        h.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = Link(next(self.link_numbers), h.connection, h.rfile)
        # Small letters, as proxies write them, and the first message may well come in the same packet.
        answer = f"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
        link.socket.send_bytes(answer.encode() + (ws.frame(ws.TEXT, self.hello()) if word == "ok" else b""))
        link.is_closing = word == "accept"  # opened for nobody who looks
        with self.changed:
            self.links.append(link)
            self.changed.notify_all()
        self.greet(link)
        self.read(link)

    def read(self, link):
        """Until it ends."""
        try:
            while True:
                opcode, data = link.socket.read()
                if opcode == ws.PING:
                    link.pings.append(time.monotonic())
                    if not link.is_hanging:
                        link.socket.send(ws.PONG, data)
                elif opcode == ws.PONG:
                    link.pongs.append(data)
                elif opcode == ws.CLOSE:
                    if not link.is_closing:
                        link.closed_by_client = int.from_bytes(data[:2], "big") if data else 1005
                        link.socket.send(ws.CLOSE, data[:2])
                    break
                else:
                    self.message(link, opcode, data)
        except (EOFError, OSError):
            pass
        except ws.Violation as problem:
            self.problems.append(f"{link}: {problem}")
            link.socket.send(ws.CLOSE, ws.close_payload(problem.code))
        link.socket.cut()
        with self.changed:
            link.ended = time.monotonic()
            self.changed.notify_all()

    def message(self, link, opcode, data):
        try:
            value = json.loads(data) if opcode == ws.TEXT else None
        except ValueError:
            value = None
        fits = isinstance(value, dict) and isinstance(value.get("envelope_id"), str) and set(value) <= {"envelope_id", "payload"}
        if not fits:
            self.problems.append(f"{link}: {data[:200]!r} acknowledges nothing")
            return
        with self.changed:
            self.acks.append(Ack(value["envelope_id"], value.get("payload"), link))
            self.changed.notify_all()
