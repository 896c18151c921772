"""The ways in over HTTP, and what the API answers: tokens, limits, forms, durability, problem documents, paging."""
import base64
import gzip
import http.client
import os
import socket
import sys
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import envelopes
from layout import dumps, gz
from receivers_standin import Receivers
from runner import Checks
from serve import SLOWER, Serve, eventually, merge, records_body, require_serve, token_of
from story import ACCOUNTS, Story

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
          "watches": [{"name": "prod", "roles": ["BreakGlass*"], "severity": "critical"}]}
PATHS = ("/ingest/cloudtrail", "/ingest/eventbridge", "/ingest/firehose")


def one(story, who="alice", account="prod-payments", role="BreakGlassAdmin"):
    return story.plant(time.time() - 30, "federate", [who, account, role])[0]


def is_problem(checks, answer, status, label):
    checks.ok(answer.status == status, f"{label}: {answer.status}, should be {status}: {answer.body[:200]!r}")
    checks.ok(answer.problem() is not None, f"{label}: a problem document, got {answer.headers.get('content-type')} {answer.body[:200]!r}")
    checks.ok("gwtest-" not in answer.body.decode("utf-8", "replace"), f"{label}: no token in the answer")


def tokens(checks, s, story):
    record = one(story)
    for path, body in ((PATHS[0], records_body([record])), (PATHS[1], dumps(envelopes.eventbridge_event(record)).encode())):
        for label, headers in (("no token", {}), ("a wrong token", {"Authorization": "Bearer " + "x" * 40}),
                               ("an empty token", {"Authorization": "Bearer "}),
                               ("another scheme", {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()}),
                               ("half a token", {"Authorization": "Bearer " + token_of("ingest")[:-1]}),
                               ("more than a token", {"Authorization": "Bearer " + token_of("ingest") + "x"})):
            is_problem(checks, s.request("POST", path, body, token=None, headers=headers), 401, f"{path} with {label}")
        for role in ("viewer", "operator", "reviewer"):
            is_problem(checks, s.request("POST", path, body, token=role), 403, f"{path} with a {role}'s token")
    checks.ok(s.sessions() == [], "nothing of all that was taken in")
    for path in ("/api/v1/sessions", "/api/v1/events", "/api/v1/alerts", "/api/v1/mutes", "/metrics"):
        is_problem(checks, s.get(path, token=None), 401, f"GET {path} without a token")
        is_problem(checks, s.get(path, token="ingest"), 403, f"GET {path} with an ingest token")
        checks.ok(s.get(path, token="viewer").status == 200, f"GET {path} with a viewer's token")
        checks.ok(s.get(path, token="operator").status == 200, f"GET {path} with an operator's token")
    is_problem(checks, s.mute("2099-01-01T00:00:00Z", token="viewer", watch="prod"), 403, "a viewer mutes nothing")
    for path in ("/healthz", "/readyz"):
        checks.ok(s.get(path, token=None).status == 200, f"{path} needs no token")
    log = s.stderr()
    checks.ok(not any(token_of(r) in log for r in ("admin", "viewer", "operator", "ingest")), "no token in the log")


def bound_accounts(checks, receivers):
    """A token speaks of its accounts only; two tokens are valid at a time."""
    more = {"GWTEST_BOUND": token_of("bound"), "GWTEST_NEXT": token_of("next")}
    lines = [Serve.token_line("viewer"), Serve.token_line("admin"), Serve.token_line("ingest"),
             {"name": "payments", "role": "ingest", "token": "env:GWTEST_BOUND", "accounts": ["555566667777"]},
             {"name": "payments-next", "role": "ingest", "token": "env:GWTEST_NEXT", "accounts": ["5555*"]}]
    config = merge(CONFIG, {"http": {"tokens": lines}})
    with Serve(receivers=[receivers.webhook()], config=config, env={**receivers.env(), **more}) as s:
        story = Story("bound")
        here, there = [story.plant(time.time() - 30, "saml", ["alice", a, "BreakGlassAdmin"])[0] for a in ("prod-payments", "prod-core")]
        for name in ("bound", "next"):
            checks.ok(s.ingest([here], token=token_of(name)).ok, f"the token {name} is valid")
        a = s.ingest([there], token=token_of("bound"))
        checks.ok(a.ok, f"a record of another account is quarantined, not sent back for ever: {a}")
        checks.ok(eventually(lambda: s.metric("glasswatch_records_total", "outcome").get("quarantined") == 1, 5),
                  f"a record of an account that the token is not bound to is quarantined: {s.metrics()}")
        checks.ok({x["account_id"] for x in s.sessions()} == {"555566667777"}, "and opens nothing")
        r = s.with_config("quarantine", "list")
        checks.ok(r.returncode == 0 and "666677778888" in r.stdout + r.stderr or "account" in r.stdout,
                  f"quarantine list says why: {r.stdout[-300:]} {r.stderr[-300:]}")


def forms(checks, s, story):
    """Every input form that scan knows, compressed or not, with or without saying so."""
    expected = len(s.sessions())
    people = iter(("alice", "bob", "carol", "dave", "erin", "frank", "grace", "mallory", "trent"))
    accounts = iter(["prod-payments"] * 9)
    for name, form in envelopes.FORMS.items():
        who = next(people, None)
        if who is None:
            people, account = iter(("alice", "bob", "carol", "dave", "erin")), "prod-core"
            accounts = iter([account] * 9)
            who = next(people)
        record = one(story, who, next(accounts))
        a = s.ingest_bytes(form([record]))
        checks.ok(a.ok, f"{name}: {a}")
        expected += 1
        checks.ok(len(s.sessions()) == expected, f"{name}: opens a session ({len(s.sessions())}, should be {expected})")
    record = one(story, "trent", "staging")
    a = s.request("POST", PATHS[0], zlib.compress(records_body([record])), token="ingest",
                  headers={"Content-Encoding": "deflate", "Content-Type": "application/json"})
    checks.ok(a.ok or a.status == 415, f"a coding that is not known is said to be: {a}")
    a = s.ingest_bytes(b'{"Records":[]}')
    checks.ok(a.ok, f"an empty list is fine: {a}")
    digest = dumps({"awsAccountId": "111122223333", "digestStartTime": "2026-01-01T00:00:00Z", "logFiles": []}).encode()
    checks.ok(s.ingest_bytes(digest).ok, "a digest is no record, and fine")
    for label, body in (("text", b"hello"), ("half a gzip", gz(records_body([record]))[:60]), ("half a list", b'{"Records":[{"a":1},{')):
        a = s.ingest_bytes(body)
        checks.ok(a.ok or 400 <= a.status < 500, f"{label} is quarantined or refused, not tried for ever: {a}")
        checks.ok(a.status != 500, f"{label}: no internal error")
    checks.ok(s.get("/healthz", token=None).status == 200, "alive after all that")


def firehose(checks, s, story):
    record = one(story, "mallory", "staging")
    request = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f"
    payload = gz(dumps(envelopes.cwl_payload([record])).encode())
    a = s.ingest_firehose([payload], request_id=request)
    checks.ok(a.status == 200, f"firehose: {a}")
    checks.ok(a.headers.get("content-type", "").split(";")[0] == "application/json", f"firehose: JSON: {a.headers}")
    checks.ok("content-encoding" not in a.headers and a.headers.get("content-length") == str(len(a.body)), "firehose: Content-Length")
    value = a.json() if a.status == 200 else {}
    checks.ok(value.get("requestId") == request and isinstance(value.get("timestamp"), int), f"firehose: echoes the request: {value}")
    checks.ok(any(x["account_name"] == "staging" for x in s.sessions()), "firehose: opens a session")
    for label, key in (("a wrong key", "x" * 40), ("no key", "")):
        a = s.ingest_firehose([payload], key=key, request_id=request)
        checks.ok(a.status in (401, 403), f"firehose with {label}: {a}")
        value = a.json() if a.body[:1] == b"{" else {}
        checks.ok(value.get("requestId") == request and value.get("errorMessage"), f"firehose: its own form of errors: {a}")
    control = gz(dumps({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
                        "subscriptionFilters": [], "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE"}]}).encode())
    checks.ok(s.ingest_firehose([control]).status == 200, "firehose: a control message is acknowledged")
    headers = {"X-Amz-Firehose-Access-Key": token_of("ingest"), "X-Amz-Firehose-Request-Id": request, "Content-Type": "application/json"}
    for label, body in (("no JSON", b"nonsense"), ("data that is no base64", dumps({"requestId": request, "timestamp": 1, "records": [{"data": "$$$"}]}).encode())):
        a = s.request("POST", PATHS[2], body, token=None, headers=headers)
        value = a.json() if a.body[:1] == b"{" else {}
        checks.ok(a.status != 500 and value.get("requestId") == request, f"firehose, {label}: {a}")
    # Many records at once, one of them nonsense: the good ones are taken.
    more = [gz(dumps(envelopes.cwl_payload([one(story, w, "log-archive")])).encode()) for w in ("alice", "bob", "carol")]
    a = s.ingest_firehose([*more, b"\x1f\x8bnonsense"])
    checks.ok(a.status == 200, f"firehose: damage in one record does not stop the others: {a}")
    checks.ok(sum(x["account_name"] == "log-archive" for x in s.sessions()) == 3, "firehose: the others are there")


def raw(s, data, wait=5.0, pause=0.0, pieces=1):
    """Bytes over a socket; what came back, and whether the other end closed."""
    with socket.create_connection(("127.0.0.1", s.port), timeout=wait) as c:
        out = b""
        try:
            step = max(1, len(data) // pieces)
            for i in range(0, len(data), step):
                c.sendall(data[i:i + step])
                time.sleep(pause)
            while True:
                got = c.recv(65536)
                if not got:
                    return out, True
                out += got
        except socket.timeout:
            return out, False
        except OSError:
            return out, True


def limits(checks, s, story):
    token = "Authorization: Bearer " + token_of("ingest") + "\r\n"
    out, closed = raw(s, f"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: {'a' * 200000}\r\n\r\n".encode())
    checks.ok(out.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")) or (closed and not out), f"a header of 200 kB: {out[:80]!r}")
    out, closed = raw(s, ("GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"X-{i}: 1\r\n" for i in range(5000)) + "\r\n").encode())
    checks.ok(not out.startswith(b"HTTP/1.1 2"), f"5,000 headers: {out[:80]!r}")
    out, closed = raw(s, f"POST /ingest/cloudtrail HTTP/1.1\r\nHost: localhost\r\n{token}Content-Length: 99999999999\r\n\r\n".encode())
    checks.ok(out.startswith(b"HTTP/1.1 413"), f"a body of 100 GB is refused before it is read: {out[:80]!r}")
    out, closed = raw(s, b"POST /ingest/cloudtrail HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000000\r\n\r\n" + b"x" * 1000)
    checks.ok(out.startswith((b"HTTP/1.1 401", b"HTTP/1.1 413")), f"without a token no body is waited for: {out[:80]!r}")
    both = f"POST /ingest/cloudtrail HTTP/1.1\r\nHost: localhost\r\n{token}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    out, closed = raw(s, both.encode(), wait=3)
    checks.ok(out.count(b"HTTP/1.1") <= 1 and not out.startswith(b"HTTP/1.1 2"), f"length and chunks at once are refused: {out[:120]!r}")
    out, _ = raw(s, b"nonsense\r\n\r\n", wait=3)
    checks.ok(not out.startswith(b"HTTP/1.1 2"), f"no HTTP at all: {out[:80]!r}")
    out, _ = raw(s, b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", wait=2)
    print(f"     a foreign Host on /healthz gets {out[:20]!r}")

    body = records_body([one(story, "erin", "management")])
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 100]), body[i:i + 100]) for i in range(0, len(body), 100)) + b"0\r\n\r\n"
    head = f"POST /ingest/cloudtrail HTTP/1.1\r\nHost: localhost\r\n{token}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    out, _ = raw(s, head.encode() + chunked)
    checks.ok(out.startswith((b"HTTP/1.1 20", b"HTTP/1.1 411")), f"chunks: {out[:120]!r}")

    # Slow senders hold a connection, not the server. 60 of them, and the others are served at once.
    slow = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(60)]
    try:
        for c in slow:
            c.sendall(b"POST /ingest/cloudtrail HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        checks.ok(s.get("/healthz", token=None, timeout=10).status == 200, "healthy beside 60 slow senders")
        checks.ok(s.ingest([one(story, "frank", "management")]).ok, "ingest beside 60 slow senders")
        checks.ok(time.monotonic() - began < 5 * SLOWER, "they do not wait for the slow ones")
        closed = 0
        end = time.monotonic() + 45 * SLOWER
        for c in slow[:3]:
            c.settimeout(max(1, end - time.monotonic()))
            try:
                while c.recv(4096):
                    pass
                closed += 1
            except socket.timeout:
                pass
            except OSError:
                closed += 1
        checks.ok(closed == 3, f"a header that never ends is given up within 45 s: {closed} of 3")
    finally:
        for c in slow:
            c.close()

    bomb = gzip.compress(b'{"Records":[' + b" " * (400 << 20) + b"]}", 9)
    before = rss(s)
    a = s.ingest_bytes(bomb, compress=True, timeout=120)
    checks.ok(a.ok or a.status in (400, 413, 422), f"a bomb of 400 MB: {a}")
    checks.ok(rss(s) - before < 100 << 20 or os.environ.get("GW_SANITIZE"), f"a bomb is not unpacked into memory: {(rss(s) - before) >> 20} MB more")
    checks.ok(s.get("/readyz", token=None).status == 200, "ready after all that")


def rss(s):
    with open(f"/proc/{s.process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmRSS"))


def durable(checks, s, story):
    """kill -9 right after the 2xx: it is there."""
    for n, account in enumerate(("prod-core", "sandbox", "shared-services")):
        record = one(story, "trent", account)
        ok = s.ingest([record]).ok if n != 1 else s.ingest_eventbridge(envelopes.eventbridge_event(record)).ok
        s.kill()
        s.start()
        checks.ok(ok and any(e["event_id"] == record["eventID"] for e in s.events()), f"acknowledged, killed, there ({account})")


def api(checks, s, _):
    for path in ("/api/v1/nothing", "/nothing", "/api/v1/sessions/nothing", "/api/v1/sessions/00000000-0000-7000-8000-000000000000",
                 "/api/v1/sessions/00000000-0000-7000-8000-000000000000/activity", "/api/v2/sessions"):
        is_problem(checks, s.get(path), 404, f"GET {path}")
    for method, path in (("DELETE", "/api/v1/sessions"), ("PUT", "/ingest/cloudtrail"), ("GET", "/ingest/cloudtrail"), ("POST", "/healthz")):
        a = s.request(method, path, b"{}" if method != "GET" else None)
        is_problem(checks, a, 405, f"{method} {path}")
        checks.ok(a.status != 405 or "allow" in a.headers, f"{method} {path}: Allow")
    for query in ({"nonsense": "1"}, {"cursor": "nonsense"}, {"cursor": "' OR 1=1 --"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "x"},
                  {"state": "nonsense"}, {"since": "yesterday"}, {"acknowledged": "maybe"}):
        is_problem(checks, s.get("/api/v1/sessions", **query), 400, f"sessions?{query}")
    is_problem(checks, s.get("/api/v1/events", kind="nonsense"), 400, "events?kind=nonsense")

    for path, key in (("/api/v1/sessions", "id"), ("/api/v1/events", "event_id"), ("/api/v1/alerts", "id")):
        whole = [x[key] for x in s.items(path)]
        for limit in (1, 3, 1000):
            paged = [x[key] for x in s.items(path, limit=limit)]
            checks.ok(paged == whole, f"{path} by {limit}: the same list ({len(paged)} of {len(whole)})")
        first = s.get(path, limit=1).json()
        checks.ok(list(first) == ["items", "next_cursor"] or set(first) == {"items", "next_cursor"}, f"{path}: items and next_cursor")
        last = s.get(path, limit=1000).json()
        checks.ok(last["next_cursor"] is None, f"{path}: null at the end")
    sessions = s.sessions()
    times = [x["started_at"] for x in sessions]
    checks.ok(len(sessions) > 10, f"enough sessions to page: {len(sessions)}")
    print(f"     sessions come {'newest first' if times == sorted(times, reverse=True) else 'in another order'}")
    for name, value in (("account_id", "555566667777"), ("role", "BreakGlassAdmin"), ("state", "open"), ("severity", "critical"), ("watch", "prod")):
        got = s.sessions(**{name: value})
        want = [x for x in sessions if (value in x["watches"] if name == "watch" else x[name] == value)]
        checks.ok([x["id"] for x in got] == [x["id"] for x in want], f"sessions?{name}={value}: {len(got)}, should be {len(want)}")
    keys = ["schema", "id", "aliases", "state", "account_id", "account_name", "role", "principal", "mechanisms", "started_at",
            "last_seen_at", "expires_at", "expiry_grade", "severity", "watches", "counts", "joins", "feeds", "confirmed_by",
            "acknowledged", "review", "parent", "config_hash"]
    checks.ok(not set(keys) - set(sessions[0]), f"a session has every field of the contract: {set(keys) - set(sessions[0])}")
    checks.ok(s.session(sessions[0]["id"]) == sessions[0], "a session by its id is the same as in the list")
    checks.ok(set(sessions[0]["counts"]) == {"calls", "write", "iam", "data", "logging", "network", "secrets", "denied", "other"}, "counts")


def guessing(checks, s, _):
    """Whoever tries tokens is slowed down; those whose token is known go on."""
    got = [s.get("/api/v1/sessions", token=f"guess-{n:032d}").status for n in range(60)]
    checks.ok(set(got) <= {401, 429} and got[-1] == 429, f"60 wrong tokens in a row: {got}")
    checks.ok(s.get("/api/v1/sessions").status == 200, "a token that was used before is let in all the same")


def main():
    require_serve()
    checks = Checks("ingest")
    with Receivers() as receivers:
        with Serve(receivers=[receivers.webhook()], config=CONFIG, env=receivers.env()) as s:
            story = Story("ingest")
            for part in (tokens, forms, firehose, limits, durable, api, guessing):
                try:
                    part(checks, s, story)
                except (OSError, http.client.HTTPException, ValueError, KeyError, AssertionError) as problem:
                    checks.ok(False, f"{part.__name__}: {problem!r}: {s.stderr()[-500:]}")
                    if not s.alive():
                        s.kill()
                        s.start()
            checks.ok(not receivers.problems, f"{receivers.problems[:3]}")
        bound_accounts(checks, receivers)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
