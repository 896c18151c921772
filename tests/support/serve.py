"""A running `glasswatch serve` for black-box tests: its folder, its life and death, and clients of its HTTP interface.

    with Serve(receivers=[...]) as s:
        s.ingest(records)
        s.sessions()

Everything lies in one temporary folder: the configuration (JSON is YAML), the store, standard output and error of every
life. The store outlives the process: kill(), start() is a crash and a restart.
"""
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import runner

ROLES = ("admin", "operator", "viewer", "reviewer", "ingest")
SLOWER = 4 if os.environ.get("GW_SANITIZE") else 1  # sanitizers cost time


def require_serve():
    """Ends the test as skipped where the program is missing, or has no `serve` yet."""
    runner.require_binary()
    if subprocess.run([runner.BINARY, "serve", "--help"], capture_output=True).returncode != 0:
        print("skipped: this program has no `serve`")
        sys.exit(77)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def token_of(name):
    """The secret of the configuration's token `name`; made up, but never the same for two names."""
    return f"gwtest-{name}-" + "0123456789abcdef" * 2


def merge(base, more):
    """`more` over `base`, objects key by key."""
    if isinstance(base, dict) and isinstance(more, dict):
        out = dict(base)
        for key, value in more.items():
            out[key] = merge(base[key], value) if key in base else value
        return out
    return more


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def ok(self):
        return 200 <= self.status < 300

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def problem(self):
        """The problem document; None when the body is none (RFC 9457: its media type, and a status that agrees)."""
        if self.headers.get("content-type", "").split(";")[0] != "application/problem+json":
            return None
        try:
            value = self.json()
        except ValueError:
            return None
        return value if isinstance(value, dict) and value.get("status", self.status) == self.status else None

    def __repr__(self):
        return f"HTTP {self.status} {self.body[:300]!r}"


class Connection:
    """One kept connection. Errors of the network are OSError or http.client.HTTPException."""

    def __init__(self, port, timeout=20):
        self.port, self.timeout, self.http = port, timeout, None

    def request(self, method, path, body=None, headers=None):
        if self.http is None:
            self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self.http.request(method, path, body=body, headers=headers or {})
            r = self.http.getresponse()
            answer = Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if r.will_close:
            self.close()
        return answer

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None


def records_body(records):
    texts = (r if isinstance(r, str) else json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in records)
    return ('{"Records":[' + ",".join(texts) + "]}").encode()


def parse_metrics(text):
    """{(name, ((label, value), …)): number} of a Prometheus exposition; raises ValueError on a line that is none."""
    out = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        m = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?", line)
        if not m:
            raise ValueError(f"no metric: {line!r}")
        labels = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', m[2] or "")
        out[(m[1], tuple(sorted(labels)))] = float(m[3])
    return out


class Serve:
    def __init__(self, *, receivers=(), config=None, env=None, folder=None, tokens=ROLES, start=True, stdin=None):
        self.folder = folder or tempfile.mkdtemp(prefix="gw-serve-")
        self.own_folder = folder is None
        self.port = free_port()
        self.process, self.lives = None, 0
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GLASSWATCH_")}
        for name in tokens:
            self.env["GWTEST_TOKEN_" + name.upper()] = token_of(name)
        self.env.update(env or {})
        self.config_path = os.path.join(self.folder, "glasswatch.yaml")
        self.config = merge({
            "version": 1,
            "store": "sqlite:" + os.path.join(self.folder, "glasswatch.db"),
            "http": {"listen": f"127.0.0.1:{self.port}", "tokens": [self.token_line(n) for n in tokens]},
            "receivers": list(receivers)}, config or {})
        if not self.config["receivers"]:
            del self.config["receivers"]
        self.stdin = stdin
        self.write_config()
        if start:
            self.start()

    @property
    def store(self):
        """The file that holds it."""
        return self.config["store"].split(":", 1)[1]

    @staticmethod
    def token_line(name, **more):
        line = {"name": name, "role": name, "token": "env:GWTEST_TOKEN_" + name.upper()}
        if name == "ingest":
            line["accounts"] = ["*"]
        if name == "reviewer":
            line["person"] = "carol@example.com"
        line.update(more)
        return line

    def write_config(self, config=None):
        if config is not None:
            self.config = config
        with open(self.config_path, "w", encoding="utf-8") as f:
            json.dump(self.config, f, indent=1)

    # ---- life and death ----
    def launch(self, *options):
        """Starts the process and returns at once."""
        self.lives += 1
        path = lambda name: os.path.join(self.folder, f"{name}.{self.lives}")
        with open(path("stdout"), "wb") as out, open(path("stderr"), "wb") as err:
            self.process = subprocess.Popen([runner.BINARY, "serve", "--config", self.config_path, *options], stdout=out,
                                            stderr=err, stdin=self.stdin or subprocess.DEVNULL, env=self.env,
                                            cwd=self.folder)
        return self.process

    def start(self, *options, timeout=20 * SLOWER):
        self.launch(*options)
        self.wait_ready(timeout)
        return self

    def wait_ready(self, timeout=20 * SLOWER):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}: {self.stderr()[-2000:]}")
            try:
                if self.get("/readyz", token=None, timeout=2).status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        raise AssertionError(f"serve is not ready after {timeout} s: {self.stderr()[-2000:]}")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, timeout=40 * SLOWER):
        """SIGTERM; answers the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"serve did not end within {timeout} s of SIGTERM") from None
        self.process = None
        return code

    def kill(self):
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def close(self):
        self.kill()
        if self.own_folder:
            if os.environ.get("GW_KEEP"):
                print(f"kept: {self.folder}")
            else:
                shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _text(self, name, life):
        lives = [life] if life else range(1, self.lives + 1)
        out = b""
        for n in lives:
            with open(os.path.join(self.folder, f"{name}.{n}"), "rb") as f:
                out += f.read()
        return out

    def stdout(self, life=None):
        return self._text("stdout", life).decode("utf-8", "replace")

    def stderr(self, life=None):
        return self._text("stderr", life).decode("utf-8", "replace")

    def raw(self, name, life=None):
        return self._text(name, life)

    # ---- HTTP ----
    def request(self, method, path, body=None, token="admin", headers=None, timeout=20):
        all_headers = dict(headers or {})
        if token is not None:
            all_headers["Authorization"] = "Bearer " + (token_of(token) if token in ROLES else token)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        connection = Connection(self.port, timeout)
        try:
            return connection.request(method, path, body, all_headers)
        finally:
            connection.close()

    def get(self, path, token="viewer", timeout=20, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.request("GET", path, token=token, timeout=timeout)

    def post(self, path, body=None, token="operator", **more):
        return self.request("POST", path, body if body is not None else {}, token=token, **more)

    def items(self, path, limit=None, **query):
        """All pages of a list."""
        out, cursor = [], None
        for _ in range(100000):
            page = dict(query)
            if limit:
                page["limit"] = limit
            if cursor:
                page["cursor"] = cursor
            answer = self.get(path, **page)
            if answer.status != 200:
                raise AssertionError(f"GET {path} {page}: {answer}")
            value = answer.json()
            out += value["items"]
            cursor = value["next_cursor"]
            if not cursor:
                return out
        raise AssertionError(f"{path}: pages without end")

    def sessions(self, **query):
        return self.items("/api/v1/sessions", **query)

    def session(self, session_id):
        answer = self.get(f"/api/v1/sessions/{session_id}")
        return answer.json() if answer.status == 200 else None

    def activity(self, session_id, **query):
        return self.items(f"/api/v1/sessions/{session_id}/activity", **query)

    def events(self, **query):
        return self.items("/api/v1/events", **query)

    def alerts(self, **query):
        return self.items("/api/v1/alerts", **query)

    def mutes(self):
        return self.items("/api/v1/mutes")

    def mute(self, until, reason="a test", token="operator", **scope):
        return self.post("/api/v1/mutes", {"until": until, "reason": reason, **scope}, token=token)

    def ack(self, session_id, note="", token="operator"):
        return self.post(f"/api/v1/sessions/{session_id}/ack", {"note": note}, token=token)

    def metrics(self):
        answer = self.get("/metrics")
        if answer.status != 200:
            raise AssertionError(f"/metrics: {answer}")
        return parse_metrics(answer.body.decode("utf-8"))

    def metric(self, name, label):
        """{value of `label`: sum} of one metric."""
        out = {}
        for (n, labels), value in self.metrics().items():
            if n == name:
                key = dict(labels).get(label)
                out[key] = out.get(key, 0) + int(value)
        return out

    # ---- ingest ----
    def ingest(self, records, *, compress=True, token="ingest", **more):
        """POST /ingest/cloudtrail of a log file with `records` (dicts, or texts of records)."""
        body = records_body(records)
        return self.ingest_bytes(gzip.compress(body, 1) if compress else body, compress=compress, token=token, **more)

    def ingest_bytes(self, body, *, compress=False, token="ingest", **more):
        headers = {"Content-Type": "application/json"}
        if compress:
            headers["Content-Encoding"] = "gzip"
        return self.request("POST", "/ingest/cloudtrail", body, token=token, headers=headers, **more)

    def ingest_eventbridge(self, event, *, token="ingest", **more):
        return self.request("POST", "/ingest/eventbridge", event, token=token, **more)

    def ingest_firehose(self, payloads, *, token="ingest", request_id="ed4acda5-034f-9f42-bba1-f29aea6d7d8f", key=None):
        """Payloads (bytes) as a Firehose delivery stream posts them: base64, the access key in its own header."""
        import base64
        body = {"requestId": request_id, "timestamp": int(time.time() * 1000),
                "records": [{"data": base64.b64encode(p).decode()} for p in payloads]}
        headers = {"Content-Type": "application/json", "X-Amz-Firehose-Protocol-Version": "1.0",
                   "X-Amz-Firehose-Request-Id": request_id,
                   "X-Amz-Firehose-Source-Arn": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/trail",
                   "X-Amz-Firehose-Access-Key": token_of(token) if key is None else key}
        return self.request("POST", "/ingest/firehose", json.dumps(body).encode(), token=None, headers=headers)

    # ---- commands ----
    def command(self, *arguments, timeout=60, stdin=None, env=None):
        """`glasswatch ARGUMENTS` in the same folder and environment, with an operator's token."""
        mine = {"GLASSWATCH_TOKEN": token_of("operator"), **(env or {})}
        return subprocess.run([runner.BINARY, *arguments], capture_output=True, text=True, input=stdin, timeout=timeout,
                              env={**self.env, **mine}, cwd=self.folder, errors="replace")

    def with_config(self, *arguments, **more):
        return self.command(*arguments, "--config", self.config_path, **more)


def eventually(question, timeout=10, pause=0.05):
    """Asks until the answer is true; answers the last answer. The limit is how long a test waits, not what it measures."""
    end = time.monotonic() + timeout * SLOWER
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(pause)


def background(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread
