"""The stand-in of Socket Mode keeps to RFC 6455 and to Slack's pages, and tells who does not."""
import http.client
import json
import os
import socket
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import websocket_standin as ws
from slack_standin import APP_TOKEN, Slack

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the example of RFC 6455, 1.3
REQUEST = ("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13\r\n\r\n")


class Client:
    """A client that does what it is told, right or wrong."""

    def __init__(self, port, path, request=REQUEST):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.sock.sendall(request.format(path=path, port=port).encode())
        self.file, self.head, self.masks = self.sock.makefile("rb"), b"", 0
        while not self.head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            if not line:
                break
            self.head += line
        self.status = int(self.head.split(b" ")[1]) if self.head else None

    def send(self, opcode, payload=b"", **more):
        self.masks += 1
        self.sock.sendall(ws.frame(opcode, payload, mask=bytes([7, 0, 9, self.masks]), **more))

    def read(self):
        """(opcode, payload) of an unmasked frame."""
        first, length = self.file.read(2)
        if length >= 126:
            length = int.from_bytes(self.file.read(2 if length == 126 else 8), "big")
        return first & 15, self.file.read(length)

    def read_json(self):
        opcode, payload = self.read()
        assert opcode == ws.TEXT, opcode
        return json.loads(payload)

    def close(self):
        self.file.close()
        self.sock.close()


class Standin(unittest.TestCase):
    def setUp(self):
        self.slack = Slack()
        self.addCleanup(self.slack.close)

    def open(self, token=APP_TOKEN, body=b"", kind="application/x-www-form-urlencoded"):
        c = http.client.HTTPConnection("127.0.0.1", self.slack.port, timeout=5)
        self.addCleanup(c.close)
        c.request("POST", "/api/apps.connections.open", body, {"Authorization": "Bearer " + token, "Content-Type": kind})
        r = c.getresponse()
        return r.status, r.headers, r.read()

    def connect(self, path=None, **more):
        if path is None:
            url = json.loads(self.open()[2])["url"]
            prefix = f"ws://127.0.0.1:{self.slack.port}"
            self.assertTrue(url.startswith(prefix + "/link/?ticket="), url)
            path = url[len(prefix):]
        client = Client(self.slack.port, path, **more)
        self.addCleanup(client.close)
        return client, path

    def hello(self):
        before = len(self.slack.links)
        client, _ = self.connect()
        self.assertTrue(self.slack.wait(lambda: len(self.slack.links) > before))
        self.assertEqual(client.status, 101)
        self.assertIn(b"sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.head)
        self.assertEqual(client.read_json()["connection_info"], {"app_id": "A000"})
        return client

    def test_opens(self):
        self.assertEqual(json.loads(self.open("xapp-other")[2]), {"ok": False, "error": "invalid_auth"})
        self.slack.script("open", "429 7", "error internal_error", "body nonsense")
        status, headers, _ = self.open()
        self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(json.loads(self.open()[2])["error"], "internal_error")
        self.assertEqual(self.open()[2], b"nonsense")
        self.assertEqual([c.accepted for c in self.slack.opens()], [False] * 4)
        for body, kind, problems in ((b"a=b", "application/x-www-form-urlencoded", 0), (b"{}", "application/json; charset=utf-8", 0),
                                     (b"{}", "text/plain", 1)):
            self.open(body=body, kind=kind)
            self.assertEqual(len(self.slack.problems), problems, body)
            self.slack.problems.clear()
        client, path = self.connect()
        self.assertEqual(client.status, 101)
        self.assertEqual(self.slack.problems, [])
        again, _ = self.connect(path)  # a URL is good for one connection
        self.assertEqual(again.status, 400)
        self.assertEqual(len(self.slack.problems), 1)

    def test_handshake(self):
        for old, new in (("Upgrade: websocket\r\n", ""), ("keep-alive, Upgrade", "keep-alive"), ("Version: 13", "Version: 8"), (KEY, "c2hvcnQ="),
                         (KEY, "*"), ("GET", "POST"), ("HTTP/1.1", "HTTP/1.0"), ("Host: 127.0.0.1:{port}", "Host: example.com")):
            before = len(self.slack.problems)
            client, _ = self.connect(request=REQUEST.replace(old, new))
            self.assertEqual((client.status, len(self.slack.problems)), (400, before + 1), new)
        self.slack.script("link", "403", "drop", "accept")
        self.assertEqual(self.connect()[0].status, 403)
        self.assertIsNone(self.connect()[0].status)
        self.assertNotIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", self.connect()[0].head)

    def test_press_and_acknowledgement(self):
        client = self.hello()
        link = self.slack.wait_link()
        envelope = self.slack.button("UBOB", "s-1")
        for _ in range(2):
            self.assertTrue(self.slack.deliver(envelope))
            self.assertEqual(client.read_json(), envelope)
            client.send(ws.TEXT, json.dumps({"envelope_id": envelope["envelope_id"]}).encode())
        ack = self.slack.wait_ack(envelope, count=2)
        self.assertTrue(ack and ack.payload is None and ack.link is link)
        self.assertIsNone(self.slack.press("UBOB", "s-1", timeout=0.05))
        client.read()
        modal = self.slack.modal("UBOB", "s-1", "a note", "CHG-1", "gw_false_alarm")
        self.slack.deliver(modal)
        self.assertEqual(client.read_json()["payload"]["view"]["state"]["values"]["ticket"]["text"]["value"], "CHG-1")
        whole = json.dumps({"envelope_id": modal["envelope_id"], "payload": {"response_action": "clear"}}).encode()
        client.send(ws.TEXT, whole[:9], fin=False)  # in fragments, with a ping between them
        client.send(ws.PING, b"x")
        client.send(ws.CONTINUATION, whole[9:])
        self.assertEqual(client.read(), (ws.PONG, b"x"))
        self.assertEqual(self.slack.wait_ack(modal).payload, {"response_action": "clear"})
        self.assertEqual(self.slack.problems, [])
        client.send(ws.TEXT, b'{"ok":true}')
        self.assertTrue(self.slack.wait(lambda: self.slack.problems))

    def test_what_slack_does(self):
        first, second = self.hello(), self.hello()
        one, two = self.slack.up()
        self.slack.disconnect("warning", one)
        self.assertEqual(first.read_json()["reason"], "warning")
        self.slack.send_raw("{", two)
        self.slack.send_raw(b"\0", two)
        self.slack.send_raw(b"", two, ws.PING)
        self.slack.send_raw(ws.frame(3, b"x", reserved=7), two, -1)
        self.assertEqual([second.read() for _ in range(4)], [(ws.TEXT, b"{"), (ws.BINARY, b"\0"), (ws.PING, b""), (3, b"x")])
        self.slack.hang(two)
        second.send(ws.PING, b"a")
        self.assertTrue(self.slack.wait(lambda: two.pings))
        first.send(ws.CLOSE, ws.close_payload(1001))
        self.assertEqual(first.read(), (ws.CLOSE, ws.close_payload(1001)))
        self.assertTrue(self.slack.wait(lambda: one.ended))
        self.assertEqual((one.closed_by_client, self.slack.up()), (1001, [two]))
        self.slack.drop()
        self.assertEqual(second.file.read(), b"")  # and no pong either
        self.assertTrue(self.slack.wait(lambda: two.ended))
        self.assertEqual((two.closed_by_client, self.slack.problems), (None, []))
        third = self.hello()
        self.slack.up()[0].close(1012)
        self.assertEqual(third.read(), (ws.CLOSE, ws.close_payload(1012)))

    def test_broken_frames_are_problems(self):
        masked = lambda data: ws.frame(ws.TEXT, data, mask=b"abcd")
        ack = b'{"envelope_id":"x"}'
        for code, data in ((1002, ws.frame(ws.TEXT, ack)), (1002, ws.frame(ws.TEXT, ack, mask=b"abcd", reserved=4)), (1002, masked(ack) * 2),
                           (1002, ws.frame(3, mask=b"abcd")), (1002, ws.frame(ws.PING, b"x" * 126, mask=b"abcd")),
                           (1002, ws.frame(ws.PING, fin=False, mask=b"abcd")), (1002, ws.frame(ws.CONTINUATION, mask=b"abcd")),
                           (1002, ws.frame(ws.TEXT, fin=False, mask=b"abcd") + ws.frame(ws.TEXT, mask=b"abce")),
                           (1002, b"\x81\xfe\0\x13" + masked(ack)[2:]), (1002, ws.frame(ws.CLOSE, b"x", mask=b"abcd")),
                           (1007, masked(b"\xff")), (1009, ws.frame(ws.TEXT, mask=b"abcd", length=1 << 30))):
            before, client = len(self.slack.problems), self.hello()
            client.sock.sendall(data)
            self.assertEqual(client.read(), (ws.CLOSE, ws.close_payload(code)), data)
            self.assertTrue(self.slack.wait(lambda: len(self.slack.problems) == before + 1), data)


if __name__ == "__main__":
    unittest.main()
