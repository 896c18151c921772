"""The Lambda Runtime API on 127.0.0.1, as a custom runtime meets it: waits, headers, statuses, and what goes wrong.

    with RuntimeApi() as api:
        ... start the runtime with {**os.environ, **api.environment()} ...
        answer = api.invoke({"an": "event"}, deadline_seconds=10)

From another language: `python3 runtime_api.py` prints {"address": "host:port"}, then reads a JSON object a line from standard
input, carries it out and prints a line with its outcome: {"invoke": TEXT, ...keywords of invoke()}, {"faults": {...}},
{"state": true}; it ends with its input.
"""
import collections
import dataclasses
import json
import queue
import re
import socket
import struct
import sys
import threading
import time
import uuid

PREFIX = "/2018-06-01/runtime/"
ARN = "arn:aws:lambda:eu-west-2:111122223333:function:glasswatch:live"


@dataclasses.dataclass
class Answer:
    status: str  # response, error
    body: bytes
    headers: dict  # names in lower case
    seconds: float = 0.0

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class Faults:
    """How many of the next times something goes wrong; each is counted down when it happens."""
    reset_next: int = 0  # the connection is reset while a request for work waits
    close_idle: int = 0  # the connection dies after an answer was given, without a word (a freeze and a thaw)
    status_next: list = dataclasses.field(default_factory=list)  # statuses for requests for work
    status_answer: list = dataclasses.field(default_factory=list)  # statuses for responses and errors: not accepted then
    reset_answer: int = 0  # a response or an error is accepted, and the connection reset instead of saying so
    chunked: bool = False  # events come in chunks
    slow_body: float = 0.0  # seconds between eight pieces of an event
    cut_body: int = 0  # the connection ends within the event


@dataclasses.dataclass
class Invocation:
    event: bytes
    headers: dict
    request_id: str
    invocation_id: str
    done: "queue.Queue[Answer]"
    given: float = 0.0


class RuntimeApi:
    def __init__(self, max_response=6 * 1024 * 1024 + 100, arn=ARN, with_invocation_id=True):
        self.faults = Faults()
        self.init_error = None  # an Answer, once start-up was said to have failed
        self.next_count = 0
        self.connections = 0
        self.violations = []  # what a runtime must not do
        self._max_response, self._arn, self._with_invocation_id = max_response, arn, with_invocation_id
        self._waiting = collections.deque()
        self._open = {}
        self._lock = threading.Condition()
        self._stopped = False
        self._sockets = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self._lock:
            self._stopped = True
            self._lock.notify_all()
            sockets = list(self._sockets)
        # Wakes accept(); close() alone would leave it waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in sockets:
            with_no_words(one)

    def environment(self, memory=128):
        return {"AWS_LAMBDA_RUNTIME_API": self.address, "AWS_LAMBDA_FUNCTION_NAME": self._arn.split(":")[6],
                "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/glasswatch", "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/02/[1]0123",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "LAMBDA_TASK_ROOT": "/var/task", "_HANDLER": "bootstrap",
                "TZ": ":UTC"}

    def invoke(self, event, deadline_seconds=30.0, timeout=60.0, trace_id=None, headers=None):
        """Hands out one event and waits for its answer; TimeoutError when none comes. Safe from any thread."""
        return self.begin(event, deadline_seconds, trace_id, headers)(timeout)

    def begin(self, event, deadline_seconds=30.0, trace_id=None, headers=None):
        """Queues one event; what it returns waits for the answer: wait(timeout)."""
        if not isinstance(event, (bytes, bytearray)):
            event = json.dumps(event).encode()
        one = Invocation(bytes(event), {}, str(uuid.uuid4()), str(uuid.uuid4()), queue.Queue())
        one.headers = {"Lambda-Runtime-Aws-Request-Id": one.request_id,
                       "Lambda-Runtime-Deadline-Ms": str(int((time.time() + deadline_seconds) * 1000)),
                       "Lambda-Runtime-Invoked-Function-Arn": self._arn,
                       "Lambda-Runtime-Trace-Id": trace_id or "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"}
        if self._with_invocation_id:
            one.headers["Lambda-Runtime-Invocation-Id"] = one.invocation_id
        one.headers.update(headers or {})
        with self._lock:
            self._waiting.append(one)
            self._lock.notify_all()

        def wait(timeout=60.0):
            try:
                return one.done.get(timeout=timeout)
            except queue.Empty:
                raise TimeoutError("no answer within %s s" % timeout) from None
        return wait

    def wait_for_next(self, count=1, timeout=30.0):
        """Until work has been asked for that often; time.monotonic() of that moment, or TimeoutError."""
        with self._lock:
            if not self._lock.wait_for(lambda: self.next_count >= count, timeout):
                raise TimeoutError("no request for work within %s s" % timeout)
        return time.monotonic()

    # --- one connection a thread ---

    def _accept(self):
        while True:
            try:
                one, _ = self._listener.accept()
            except OSError:
                return
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets.add(one)
                self.connections += 1
            threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection.makefile("rb") as reader:  # it shares the descriptor: only closing both sends a reset
                while self._one(connection, reader):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._sockets.discard(connection)
            connection.close()

    def _one(self, connection, reader):
        """One request; False when the connection is over."""
        line = reader.readline(65536).decode("latin-1")
        if not line:
            return False
        method, path, version = line.rstrip("\r\n").split(" ")
        headers = {}
        while True:
            line = reader.readline(65536).decode("latin-1")
            if line in ("\r\n", ""):
                break
            name, _, value = line.rstrip("\r\n").partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        if version != "HTTP/1.1" or headers.get("host") != self.address:
            self.violations.append("version or host: %s %s" % (version, headers.get("host")))
        if method == "GET" and path == PREFIX + "invocation/next":
            return self._next(connection)
        if method == "POST" and path == PREFIX + "init/error":
            self.init_error = Answer("error", body, headers)
            return self._say(connection, 202, {"status": "OK"})
        match = re.fullmatch(re.escape(PREFIX) + r"invocation/([^/]+)/(response|error)", path)
        if method == "POST" and match:
            return self._answer(connection, match[1], match[2], headers, body)
        self.violations.append("no such call: %s %s" % (method, path))
        return self._say(connection, 404, error("NotFound"))

    def _next(self, connection):
        with self._lock:
            self.next_count += 1
            if self._open:
                self.violations.append("asked for work before it had answered")
            self._lock.notify_all()
            if self.faults.status_next:
                return self._say(connection, self.faults.status_next.pop(0), error("Test"))
            if self.faults.reset_next:
                self.faults.reset_next -= 1
                reset(connection)
                return False
            self._lock.wait_for(lambda: self._waiting or self._stopped or gone(connection))
            if self._stopped or gone(connection):
                return False
            one = self._waiting.popleft()
            if self.faults.cut_body:
                self.faults.cut_body -= 1
                self._waiting.appendleft(one)
                connection.sendall(head(200, {**one.headers, "Content-Length": str(len(one.event) + 10)}) + one.event)
                connection.shutdown(socket.SHUT_RDWR)
                return False
            self._open[one.request_id] = one
            one.given = time.monotonic()
        self._give(connection, one)
        return True

    def _give(self, connection, one):
        fields = {"Content-Type": "application/json", **one.headers}
        size = max(1, -(-len(one.event) // 8)) if self.faults.slow_body or self.faults.chunked else len(one.event)
        pieces = [one.event[i:i + size] for i in range(0, len(one.event), size or 1)]
        fields.update({"Transfer-Encoding": "chunked"} if self.faults.chunked else {"Content-Length": str(len(one.event))})
        connection.sendall(head(200, fields))
        for piece in pieces:
            connection.sendall(b"%x;x=y\r\n%s\r\n" % (len(piece), piece) if self.faults.chunked else piece)
            time.sleep(self.faults.slow_body)
        if self.faults.chunked:
            connection.sendall(b"0\r\nX-Trailer: yes\r\n\r\n")

    def _answer(self, connection, request_id, status, headers, body):
        with self._lock:
            one = self._open.get(request_id)
            if one is None:
                return self._say(connection, 400, error("InvalidRequestID"))
            if headers.get("lambda-runtime-invocation-id", one.invocation_id) != one.invocation_id:
                self.violations.append("another invocation's id")
                return self._say(connection, 400, error("InvalidInvocationId"))
            if self.faults.status_answer:
                return self._say(connection, self.faults.status_answer.pop(0), error("Test"))
            if status == "response" and len(body) > self._max_response:
                return self._say(connection, 413, error("RequestEntityTooLarge"))
            try:
                json.loads(body)
            except ValueError:
                self.violations.append("not JSON: %r" % body[:100])
            del self._open[request_id]
            is_reset, is_closed = self.faults.reset_answer > 0, self.faults.close_idle > 0
            self.faults.reset_answer -= is_reset
            self.faults.close_idle -= is_closed
        one.done.put(Answer(status, body, headers, time.monotonic() - one.given))
        if is_reset:
            reset(connection)
            return False
        self._say(connection, 202, {"status": "OK"})
        if is_closed:
            with_no_words(connection)
            return False
        return True

    @staticmethod
    def _say(connection, status, body):
        text = json.dumps(body).encode()
        connection.sendall(head(status, {"Content-Type": "application/json", "Content-Length": str(len(text))}) + text)
        return True


def error(kind):
    return {"errorMessage": kind, "errorType": kind}


def head(status, fields):
    lines = ["HTTP/1.1 %d %s" % (status, {200: "OK", 202: "Accepted"}.get(status, "Refused"))]
    return "".join(line + "\r\n" for line in lines + ["%s: %s" % f for f in fields.items()] + [""]).encode("latin-1")


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Closing it, which the caller does, sends the reset.


def with_no_words(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def gone(connection):
    """Whether the runtime has closed its side."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def main():
    with RuntimeApi() as api:
        print(json.dumps({"address": api.address}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            if "faults" in command:
                api.faults = Faults(**command["faults"])
                out = {}
            elif "state" in command:
                out = {"next_count": api.next_count, "connections": api.connections, "violations": api.violations,
                       "init_error": api.init_error and api.init_error.body.decode()}
            else:
                event = command.pop("invoke").encode()
                try:
                    answer = api.invoke(event, **command)
                    out = {"status": answer.status, "body": answer.body.decode(), "headers": answer.headers}
                except TimeoutError as e:
                    out = {"status": "timeout", "body": str(e), "headers": {}}
            print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
