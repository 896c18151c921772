"""A small HTTP/1.1 server that keeps what a signature covers as it came: the target, the headers' order, the body.

One thread for each connection. The handler gets a Request and answers a Response; what it raises ends the connection.
"""
import contextlib
import select
import socket
import struct
import threading
import time
from http import HTTPStatus

BODY_LIMIT = 256 << 20
REASONS = {status.value: status.phrase for status in HTTPStatus}


class Request:
    """`target` and `headers` [(name, value)] as they were sent; header() looks up by lower-case name."""

    def __init__(self, method, target, headers, body, connection):
        self.method, self.target, self.headers, self.body, self.connection = method, target, headers, body, connection
        self.path, _, self.raw_query = target.partition("?")
        self.by_name = {}
        for name, value in headers:
            self.by_name.setdefault(name.lower(), value.strip())

    def header(self, name, default=""):
        return self.by_name.get(name, default)

    def is_gone(self):
        """The client has closed its end."""
        try:
            if not select.select([self.connection], [], [], 0)[0]:
                return False
            return not self.connection.recv(1, socket.MSG_PEEK) if not hasattr(self.connection, "pending") else False
        except OSError:
            return True


class Response:
    """How it is sent may be spoilt: `reset` (nothing, connection reset), `cut_after` (so many bytes of the body, then the
    end), `pause` (bytes, seconds: so many bytes, then a wait), `delay` (seconds before the first byte)."""

    def __init__(self, status=200, body=b"", headers=(), content_type=""):
        self.status, self.body, self.headers = status, body, list(headers)
        if content_type:
            self.headers.append(("Content-Type", content_type))
        self.reset, self.cut_after, self.pause, self.delay = False, None, None, 0
        self.is_head = False
        self.code = ""  # what a refusal was called, for the log

    def head(self):
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not self.is_head and self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class Ended(Exception):
    """The connection is over."""


class Reset(Ended):
    """And not in good order."""


def read_request(reader, connection):
    line = reader.readline(65537)
    if not line:
        raise Ended
    parts = line.decode("latin-1").rstrip("\r\n").split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Ended
    headers = []
    while True:
        line = reader.readline(65537)
        if line in (b"\r\n", b"\n"):
            break
        if not line or len(headers) > 200:
            raise Ended
        name, colon, value = line.decode("utf-8", "surrogateescape").rstrip("\r\n").partition(":")
        if not colon:
            raise Ended
        headers.append((name, value))
    request = Request(parts[0], parts[1], headers, b"", connection)
    if request.header("expect").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if request.header("transfer-encoding").lower() == "chunked":
        request.body = read_chunks(reader)
    else:
        size = int(request.header("content-length", "0"))
        if not 0 <= size <= BODY_LIMIT:
            raise Ended
        request.body = reader.read(size)
        if len(request.body) != size:
            raise Ended
    return request


def read_chunks(reader):
    body = b""
    while True:
        size = int(reader.readline(100).split(b";")[0], 16)
        body += reader.read(size)
        if len(body) > BODY_LIMIT:
            raise Ended
        while size == 0 and reader.readline(65537) not in (b"\r\n", b"\n", b""):
            pass
        if size == 0:
            return body
        reader.readline(10)


class Server:
    """`handle(Request) -> Response`. With `tls` (an ssl.SSLContext) it speaks https."""

    def __init__(self, handle, tls=None, port=0):
        self.handle, self.tls = handle, tls
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.closing = False
        self.connections = set()
        self.accepted = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        reader = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection.settimeout(10)
                connection = self.tls.wrap_socket(connection, server_side=True)
                connection.settimeout(None)
            self.connections.add(connection)
            reader = connection.makefile("rb", 65536)
            while not self.closing:
                request = read_request(reader, connection)
                response = self.handle(request)
                response.is_head = request.method == "HEAD"
                self.send(connection, response)
                if request.header("connection").lower() == "close":
                    return
        except Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (Ended, OSError, ValueError):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        finally:
            self.connections.discard(connection)
            if reader:
                reader.close()  # it holds the socket too
            connection.close()

    @staticmethod
    def send(connection, response):
        if response.delay:
            time.sleep(response.delay)
        if response.reset:
            raise Reset
        body = b"" if response.is_head else response.body
        if response.cut_after is not None:
            connection.sendall(response.head() + body[:response.cut_after])
            raise Ended
        if response.pause:
            size, seconds = response.pause
            connection.sendall(response.head() + body[:size])
            time.sleep(seconds)
            connection.sendall(body[size:])
        elif len(body) > 1 << 16:
            connection.sendall(response.head())
            connection.sendall(body)
        else:
            connection.sendall(response.head() + body)

    def close(self):
        self.closing = True
        for end in (self.listener, *tuple(self.connections)):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.listener.close()
