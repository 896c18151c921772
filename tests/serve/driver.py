"""Reads scenario files and acts them out on a real `glasswatch serve`: real store, real HTTP, stand-ins on loopback.

A file is a list of lines; `#` begins a comment. Times of events are `start` (default: a minute ago) plus what `at` says.

    start -70m                              the scenario's second 0
    config {"watches": …}                   laid over the configuration below
    at 2s: VERB WORDS                       plants records (story.py has the verbs) and sends them to /ingest/cloudtrail
    at 2s via eventbridge: …                the feed: trail, eventbridge, firehose, or both (trail, then eventbridge)
    at 2s as X: …                           remembered: `repeat X [via …]` sends them again, `forge X` sends them with other
                                            content, `only X N` sends its N-th record alone
    at 2s hold X: …                         made, but not sent until `repeat X`
    damage [sso]                            sends a record that cannot be read
    tell RECEIVER: 500, 429 1, ok           how the receiver behaves next; `tell RECEIVER always: 500`
    mute watch=W minutes=30                 through the API; `ack WHO ACCOUNT ROLE` too
    wait 1s · kill · restart · stop         stop is SIGTERM and must end with 0; kill is kill -9
    expect[ within 5s]: …                   see checks.py; waits that long at most, 10 s where nothing is said
"""
import json
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import checks as expectations
from envelopes import cwl_payload, eventbridge_event
from layout import dumps, gz
from org import iso
from receivers_standin import Receivers
from serve import Serve, eventually, merge
from story import ACCOUNTS, Story

WATCHES = [
    {"name": "prod-break-glass", "accounts": ["555566667777", "666677778888"], "roles": ["BreakGlass*"],
     "severity": "critical", "runbook": "https://wiki.example.com/break-glass", "owner": "payments-platform"},
    {"name": "break-glass-elsewhere", "roles": ["BreakGlass*", "EmergencyAccess"], "severity": "high", "owner": "security"},
    {"name": "break-glass-users", "principals": ["arn:aws:iam::444455556666:user/breakglass/*"], "severity": "critical",
     "owner": "security"}]
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(text):
    m = re.fullmatch(r"([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not m:
        raise SystemExit(f"no time: {text!r}")
    return float(m[2]) * UNITS[m[3]] * (-1 if m[1] == "-" else 1)


class Failure(Exception):
    pass


class Scenario:
    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as f:
            self.lines = [(n, re.sub(r"(^|\s)#.*", "", line).strip()) for n, line in enumerate(f, 1)]
        self.lines = [(n, line) for n, line in self.lines if line]
        self.start, self.more, self.kept = time.time() - 60, {}, {}
        self.serve, self.receivers, self.sent = None, None, 0
        while self.lines and self.lines[0][1].split()[0] in ("start", "config"):
            word, _, rest = self.lines.pop(0)[1].partition(" ")
            if word == "start":
                self.start = time.time() + seconds(rest)
            else:
                rest = re.sub(r"@([+-]\d+[smh])", lambda m: iso(time.time() + seconds(m[1])), rest)  # @+2h: a time from now
                self.more = merge(self.more, json.loads(rest))
        self.start = int(self.start)
        self.story = Story(self.name, self.start)

    def run(self):
        """None when all held, else what did not."""
        with Receivers() as self.receivers:
            config = {"accounts": dict(ACCOUNTS), "watches": WATCHES, "default_receivers": ["oncall", "siem"],
                      "people": [{"name": p.mail, "identity_store_user": p.user_id} for p in self.story.org.people.values()]}
            self.serve = Serve(receivers=[self.receivers.slack(), self.receivers.webhook()], env=self.receivers.env(),
                               config=merge(config, self.more))
            try:
                for number, line in self.lines:
                    try:
                        self.act(line)
                    except Failure as problem:
                        return f"{self.name}.txt:{number}: {line}\n     {problem}" + self.scene()
                problems = self.receivers.problems
                return f"{self.name}: the receivers complain: {problems[:3]}" if problems else None
            finally:
                self.serve.close()

    def scene(self):
        """What the world looked like when it failed."""
        try:
            sessions = [{k: s[k] for k in ("id", "account_name", "role", "state", "mechanisms", "counts", "aliases")}
                        for s in self.serve.sessions()]
            told = [(c.route, c.kind, c.method, c.status) for c in self.receivers.of(accepted=False)]
            return f"\n     sessions {json.dumps(sessions)}\n     calls {told}\n     {self.serve.stderr()[-1500:]}"
        except Exception as problem:  # the scene is a courtesy
            return f"\n     ({problem!r})\n     {self.serve.stderr()[-1500:]}"

    def act(self, line):
        head, colon, rest = line.partition(":")
        words = head.split()
        if words[0] == "at" and colon:
            self.at(words, rest.split())
        elif words[0] == "expect" and colon:
            self.expect(words[1:], rest.strip())
        elif words[0] == "tell" and colon:
            self.tell(words[1:], [b.strip() for b in rest.split(",")])
        else:
            words = line.split()
            verb = getattr(self, "act_" + words[0], None)
            if verb is None:
                raise SystemExit(f"{self.name}: unknown line {line!r}")
            verb(*words[1:])

    # ---- lines ----
    def at(self, head, words):
        t = self.start + seconds(head[1])
        options = dict(zip(head[2::2], head[3::2]))
        records = json.loads(json.dumps(self.story.plant(t, words[0], words[1:])))
        label = options.get("as") or options.get("hold")
        if label:
            self.kept[label] = records
        if "hold" not in options:
            self.send(records, options.get("via", "trail"))

    def send(self, records, feed):
        if feed == "both":
            self.send(records, "trail")
            feed = "eventbridge"
        if feed == "trail":
            answers = [self.serve.ingest(records)]
        elif feed == "eventbridge":
            answers = [self.serve.ingest_eventbridge(eventbridge_event(r)) for r in records]
        elif feed == "firehose":
            answers = [self.serve.ingest_firehose([gz(dumps(cwl_payload(records)).encode())])]
        else:
            raise SystemExit(f"{self.name}: unknown feed {feed!r}")
        for a in answers:
            if not a.ok:
                raise Failure(f"not accepted: {a}")
        self.sent += len(records)

    def act_repeat(self, label, *options):
        self.send(self.kept[label], dict(zip(options[::2], options[1::2])).get("via", "trail"))

    def act_only(self, label, number, *options):
        self.send([self.kept[label][int(number) - 1]], dict(zip(options[::2], options[1::2])).get("via", "trail"))

    def act_forge(self, label):
        self.send([{**r, "sourceIPAddress": "203.0.113.222"} for r in self.kept[label]], "trail")

    def act_damage(self, source="sso"):
        """A record whose end is gone, though the list around it is whole."""
        [record] = self.story.plant(self.start, "noise", ["sandbox"])
        text = dumps({**record, "eventSource": source + ".amazonaws.com", "eventName": "Federate"})
        answer = self.serve.ingest([text[:-1] + ',"x":nonsense}'])
        if not answer.ok:
            raise Failure(f"what cannot be read is quarantined, and that is durable too: {answer}")
        self.sent += 1

    def tell(self, words, behaviours):
        route = {"oncall": "slack", "feed": "hook"}.get(words[0], words[0])
        if words[1:] == ["always"]:
            self.receivers.always(route, behaviours[0])
        else:
            self.receivers.script(route, *behaviours)

    def act_mute(self, *words):
        scope = dict(w.split("=", 1) for w in words)
        minutes = int(scope.pop("minutes", 30))
        answer = self.serve.mute(iso(time.time() + 60 * minutes), **scope)
        if not answer.ok:
            raise Failure(f"the mute was refused: {answer}")

    def act_ack(self, *who):
        session = expectations.find_session(self, who)
        answer = self.serve.ack(session["id"], "on it") if session else None
        if not answer or not answer.ok:
            raise Failure(f"not acknowledged: {answer}")

    def act_wait(self, how_long):
        time.sleep(seconds(how_long))

    def act_kill(self):
        self.serve.kill()

    def act_restart(self):
        if self.serve.alive():
            self.act_stop()
        self.serve.start()

    def act_stop(self):
        code = self.serve.stop()
        if code != 0:
            raise Failure(f"SIGTERM ends with {code}: {self.serve.stderr()[-500:]}")

    def expect(self, when, what):
        limit = seconds(when[1]) if when[:1] == ["within"] else 10
        last = []

        def holds():
            last[:] = [expectations.check(self, what)]
            return last[0] is None

        if not eventually(holds, limit, pause=0.1):
            raise Failure(last[0])
