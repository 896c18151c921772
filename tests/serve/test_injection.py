"""Whatever a record's writer puts into it arrives as text: in Slack, webhooks, standard output, logs, metrics, the API.

The payloads stand in hostile.py; the larger shared set is added where it is at hand. Each stands in every field that its
writer controls, in records that are told.
"""
import json
import os
import re
import sys
import time
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import hostile
import runner
from org import iso
from receivers_standin import Receivers
from runner import Checks
from serve import Serve, eventually, require_serve

# What glasswatch's own text may hold in angle brackets: the runbook of the watch, dates, and AWS's own pages about ids.
OWN_LINK = re.compile("|".join((
    r"<https://wiki\.example\.com/[^|<>]*(\|[^<>]*)?>", r"<!date\^\d+\^[^<>|^]*\|[^<>]*>",
    r"<https://[a-z]{2}-[a-z]+-\d\.console\.aws\.amazon\.com/cloudtrailv2/home\?region=[a-z]{2}-[a-z]+-\d#/events/[0-9a-f-]{36}\|[^<>]*>",
    r"<https://signin\.aws\.amazon\.com/switchrole\?account=\d{12}\|[^<>]*>")))
FAKE_LINES = ("2026-01-01T00:00:00Z INFO GWFAKE", '{"level":"info","message":"GWFAKE"', "GWFAKE", "fake_metric", "> GWQUOTE",
              ">>> GWQUOTE", "\u2022 GWLIST", "1. GWLIST", "=1")


def unseen(text, but="\n"):
    """Characters that act or hide: controls, format characters (bidi, zero width, tags), separators, surrogates."""
    return sorted({f"U+{ord(c):04X}" for c in text if c not in but and (
        unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") or c in "\u2028\u2029\ufffe")})


def strings(value, path=""):
    if isinstance(value, dict):
        for k, v in value.items():
            yield path + "/" + k, k
            yield from strings(v, path + "/" + k)
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from strings(v, f"{path}/{i}")
    elif isinstance(value, str):
        yield path, value


def text_objects(value, path=""):
    """(path, object) of Slack text objects; the message's own `text` as one of type mrkdwn."""
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield path, value
        for k, v in value.items():
            yield from text_objects(v, f"{path}/{k}")
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from text_objects(v, f"{path}/{i}")


def no_twice(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        raise ValueError(f"a key twice: {[k for k, _ in pairs]}")
    return dict(pairs)


def parse(data):
    return json.loads(data.decode("utf-8"), object_pairs_hook=no_twice)


def check_slack(checks, call):
    try:
        message = parse(call.body)
    except ValueError as problem:
        checks.ok(False, f"slack: {call}: no JSON: {problem}")
        return
    wrong = []
    for path, text in strings(message):
        found = unseen(text)
        if found:
            wrong.append(f"{path} holds {found}: {text[:200]!r}")
        if any("\n" + line in text for line in FAKE_LINES):
            wrong.append(f"{path}: a line break of the record's: {text[:200]!r}")
        if path.endswith("/type") and text in ("user", "usergroup", "broadcast", "channel"):
            wrong.append(f"{path}: a mention")
        if path.endswith("/url") and not text.startswith(("https://wiki.example.com/", "https://signin.aws.amazon.com/switchrole?")):
            wrong.append(f"{path}: links to {text[:100]!r}")
    for path, o in [("/text", {"type": "mrkdwn", "text": message.get("text", ""), "verbatim": True}), *text_objects(message)]:
        if o["type"] != "mrkdwn":
            continue
        rest = OWN_LINK.sub("", o["text"])
        if "<" in rest or ">" in re.sub(r"^>", "", rest, flags=re.M):
            wrong.append(f"{path}: a bracket that Slack obeys: {rest[:300]!r}")
        if re.search(r"&(?!amp;|lt;|gt;)", rest):
            wrong.append(f"{path}: an ampersand that is no entity, or half of one: {rest[:300]!r}")
        if not o.get("verbatim") and re.search(r"https?://evil|@evil|@everyone", rest):
            wrong.append(f"{path}: Slack makes a link of it (verbatim is not set): {rest[:300]!r}")
        if re.search(r"(\*|_|~)GWBOLD\1|`GWCODE`", rest):
            wrong.append(f"{path}: Slack formats it: {rest[:300]!r}")
    if call.method == "chat.postMessage" and (message.get("unfurl_links") is not False or message.get("unfurl_media") is not False):
        wrong.append("unfurl_links or unfurl_media is not false")
    checks.ok(not wrong, f"slack: {call.kind} {call.method}", wrong)


def check_presence(checks, receivers, s, payloads):
    """What was checked did hold the payloads: the text before each is shown everywhere it should be."""
    ways = {"slack": b"".join(c.body for c in receivers.of("slack")), "webhook": b"".join(c.body for c in receivers.of("siem")),
            "standard output": s.raw("stdout")}
    for way, said in ways.items():
        missing = [name for n, name in enumerate(payloads) if b"gwx%d" % n not in said]
        checks.ok(not missing, f"{way}: nothing of {missing[:5]}")
    for kind in ("session.opened", "session.high_risk", "access.denied", "tamper", "conflict", "undecodable"):
        checks.ok(len(receivers.told(kind)) >= len(payloads) // 2, f"webhook: {len(receivers.told(kind))} of {kind}")


def check_json(checks, label, data):
    """One JSON value in which nothing raw acts."""
    try:
        value = parse(data)
    except ValueError as problem:
        checks.ok(False, f"{label}: no JSON: {problem}: {data[:300]!r}")
        return None
    found = unseen(data.decode("utf-8"), but="\n" if data.endswith(b"\n") else "")
    checks.ok(not found, f"{label}: raw {found}: {data[:300]!r}")
    return value


def check_lines(checks, label, data, want_json):
    """One event a line, nothing raw."""
    text = data.decode("utf-8", "surrogateescape")
    wrong = []
    for line in text.split("\n"):
        if unseen(line, but="\t" if not want_json else ""):
            wrong.append(f"raw {unseen(line)}: {line[:200]!r}")
        if line.startswith(FAKE_LINES):
            wrong.append(f"a line of the record's making: {line[:200]!r}")
        if want_json and line:
            try:
                parse(line.encode("utf-8", "surrogateescape"))
            except ValueError as problem:
                wrong.append(f"no JSON ({problem}): {line[:200]!r}")
    checks.ok(not wrong, f"{label}: {len(wrong)} lines act", wrong)


def check_metrics(checks, s):
    text = s.get("/metrics").body.decode("utf-8")
    s.metrics()  # raises on a line that is none
    checks.ok("gwx" not in text and "xwg" not in text and "fake_metric" not in text, "metrics hold no text of records")
    checks.ok(not unseen(text), f"metrics: raw {unseen(text)}")


def check_api(checks, s):
    for path in ("/api/v1/sessions", "/api/v1/events", "/api/v1/alerts"):
        cursor = None
        while True:
            answer = s.get(path, limit=200, **({"cursor": cursor} if cursor else {}))
            value = check_json(checks, path, answer.body)
            cursor = value and value.get("next_cursor")
            if not cursor:
                break
    some = s.sessions()[0]["id"]
    for arguments in (["sessions", "list"], ["sessions", "show", some], ["quarantine", "list"],
                      ["outbox", "list", "--state", "delivered"]):
        for form in ("table", "jsonl"):
            r = s.with_config(*arguments, "--format", form)
            checks.ok(r.returncode == 0 and len(r.stdout) > 100, f"{arguments}: {r.returncode} {r.stderr[:200]}")
            check_lines(checks, " ".join(arguments), (r.stdout + r.stderr).encode("utf-8", "surrogateescape"), form == "jsonl")


def main():
    require_serve()
    checks = Checks("injection")
    payloads = {**hostile.PAYLOADS, **hostile.shared_payloads(runner.SHARED_DATA)}
    with Receivers() as receivers:
        # One channel for each account: Slack takes a message a second per channel.
        slacks = [receivers.slack(f"slack{n}", channel=f"C{n:010d}") for n in range(len(hostile.ACCOUNTS))]
        others = [receivers.webhook(), {"name": "out", "type": "stdout"}, {"name": "kept", "type": "file", "path": "alerts.jsonl"}]
        watches = [{"name": f"watch-{n}", "accounts": [a], "severity": "critical", "storm": {"opened": 100000, "within": "1m"},
                    "mechanisms": [], "receivers": [f"slack{n}", "siem", "out", "kept"],
                    "runbook": "https://wiki.example.com/break-glass"} for n, a in enumerate(hostile.ACCOUNTS)]
        builtin = {"emergency-roles": {"disabled": True}, "emergency-users": {"disabled": True}}
        config = {"watches": watches, "default_receivers": ["siem", "out"], "builtin": builtin}
        with Serve(receivers=slacks + others, config=config, env=receivers.env()) as s:
            plant(checks, s, payloads)
            quiet = lambda: not s.metric("glasswatch_alerts_total", "state").get("trying")
            checks.ok(eventually(quiet, 200, pause=0.5), "everything is told in the end: "
                      f"{s.metric('glasswatch_alerts_total', 'state')}")
            calls = receivers.of("slack", accepted=False)
            refused = [c for c in calls if not c.accepted]
            checks.ok(not refused, f"Slack would refuse {len(refused)}: {receivers.problems[:3]}")
            checks.ok(len({c.session_id for c in calls if c.session_id}) >= 3 * len(payloads),
                      f"sessions of all payloads were told: {len(calls)} calls for {len(payloads)} payloads")
            for call in calls:
                check_slack(checks, call)
            for call in receivers.of("siem", accepted=False):
                check_json(checks, f"webhook {call.kind}", call.body)
            check_presence(checks, receivers, s, payloads)
            check_metrics(checks, s)
            check_api(checks, s)
            checks.ok(s.stop() == 0, "SIGTERM ends with 0")
            check_lines(checks, "standard output", s.raw("stdout"), True)
            check_lines(checks, "log", s.raw("stderr"), s.raw("stderr").startswith(b"{"))
            with open(os.path.join(s.folder, "alerts.jsonl"), "rb") as f:
                check_lines(checks, "file", f.read(), True)
            checks.ok(not receivers.problems, f"the receivers complain: {receivers.problems[:3]}")
    checks.ok(not os.path.exists("/tmp/gwpwn"), "no shell saw it")
    return checks.finish()


def plant(checks, s, payloads):
    now = iso(time.time() - 20)
    for number, (name, payload) in enumerate(payloads.items()):
        made = hostile.records(number, payload, now)
        answer = s.ingest([json.dumps(r) for r in made.values()])
        checks.ok(answer.ok, f"{name}: {answer}")
        forged = json.dumps({**made["portal"], "sourceIPAddress": "203.0.113.222"})  # a conflict, with the payload in it
        broken = json.dumps({**made["portal"], "eventID": f"broken{number}"})[:-1] + ',"x":nonsense}'
        answer = s.ingest([forged, broken])
        checks.ok(answer.ok, f"{name}: forged and broken ones are quarantined: {answer}")
    checks.ok(eventually(lambda: len(s.sessions(limit=1000)) >= 3 * len(payloads), 20),
              f"sessions of all payloads: {len(s.sessions(limit=1000))} of {3 * len(payloads)}")


if __name__ == "__main__":
    sys.exit(main())
