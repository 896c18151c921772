"""The server's end of a WebSocket (RFC 6455), strict about what its client has to keep to.

What a client does against the RFC raises Violation: the stand-in tells it as a problem, and answers as a server has to.
"""
import base64
import binascii
import hashlib
import socket
import struct
import threading

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LIMIT = 1 << 20  # nothing that is answered here is as long


class Violation(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def handshake_problem(h, port):
    """What is wrong with the request that wants to open a connection (4.2.1); None: nothing."""
    words = lambda name: [w.strip().lower() for w in (h.headers.get(name) or "").split(",")]
    if h.command != "GET" or h.request_version != "HTTP/1.1":
        return f"{h.command} {h.request_version} opens nothing"
    if "websocket" not in words("Upgrade") or "upgrade" not in words("Connection"):
        return "it asks for no upgrade"
    if h.headers.get("Sec-WebSocket-Version") != "13":
        return f"version {h.headers.get('Sec-WebSocket-Version')!r}"
    if h.headers.get("Host") != f"127.0.0.1:{port}":
        return f"host {h.headers.get('Host')!r}"
    try:
        key = base64.b64decode(h.headers.get("Sec-WebSocket-Key") or "", validate=True)
    except binascii.Error:
        key = b""
    return None if len(key) == 16 else f"key {h.headers.get('Sec-WebSocket-Key')!r}"


def frame(opcode, payload=b"", *, fin=True, reserved=0, mask=None, length=None):
    """A frame as it goes over the wire. `length`: what it claims to be long."""
    length = len(payload) if length is None else length
    out = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    bit = 0x80 if mask is not None else 0
    if length < 126:
        out += bytes([bit | length])
    elif length < 1 << 16:
        out += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        out += bytes([bit | 127]) + struct.pack(">Q", length)
    if mask is not None:
        out += mask
        payload = masked(payload, mask)
    return out + payload


def masked(payload, mask):
    return bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def close_payload(code, reason=""):
    return struct.pack(">H", code) + reason.encode()


class Socket:
    """Frames over a connection whose handshake is done. `rfile` may hold bytes that were read ahead."""

    def __init__(self, sock, rfile):
        self.sock, self.rfile, self.lock = sock, rfile, threading.Lock()
        self.masks, self.begun, self.parts = set(), None, []

    def send(self, opcode, payload=b"", **more):
        return self.send_bytes(frame(opcode, payload, **more))

    def send_bytes(self, data):
        """False when the connection is gone."""
        try:
            with self.lock:
                self.sock.sendall(data)
            return True
        except OSError:
            return False

    def cut(self):
        """Ends the TCP connection without a word."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _bytes(self, n):
        data = self.rfile.read(n)
        if len(data) < n:
            raise EOFError
        return data

    def read_frame(self):
        """(fin, opcode, payload); EOFError at the end, OSError when it breaks."""
        first, second = self._bytes(2)
        opcode, length = first & 15, second & 127
        if first & 0x70:
            raise Violation(1002, "a reserved bit is set")
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Violation(1002, f"opcode {opcode}")
        if not second & 0x80:
            raise Violation(1002, "a client's frame is not masked")
        if opcode >= CLOSE and (length > 125 or not first & 0x80):
            raise Violation(1002, "a control frame is long or a fragment")
        if length >= 126:
            wide = length
            length = struct.unpack(*((">H", self._bytes(2)) if wide == 126 else (">Q", self._bytes(8))))[0]
            if length < (126 if wide == 126 else 1 << 16):
                raise Violation(1002, "a length is longer than it has to be")
        if length > LIMIT:
            raise Violation(1009, f"{length} bytes")
        mask = self._bytes(4)
        if mask in self.masks:
            raise Violation(1002, "a mask was used before")  # 32 fresh random bits: not within the frames of a test
        self.masks.add(mask)
        return bool(first & 0x80), opcode, masked(self._bytes(length), mask)

    def read(self):
        """(opcode, payload) of the next message, its fragments put together, or of a control frame between them."""
        while True:
            fin, opcode, payload = self.read_frame()
            if opcode == CLOSE and len(payload) == 1:
                raise Violation(1002, "half a code")
            if opcode >= CLOSE:
                return opcode, payload
            if (opcode == CONTINUATION) != (self.begun is not None):
                raise Violation(1002, "a fragment of nothing, or a message inside of another")
            self.begun = opcode if self.begun is None else self.begun
            self.parts.append(payload)
            if not fin:
                continue
            opcode, data, self.begun, self.parts = self.begun, b"".join(self.parts), None, []
            if opcode == TEXT:
                try:
                    data.decode("utf-8")
                except UnicodeDecodeError:
                    raise Violation(1007, "a text that is no UTF-8") from None
            return opcode, data
