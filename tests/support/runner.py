"""Runs the program under test and compares what it says with what is true.

GW_BINARY is its path, GW_SOURCE_DIR the source tree. Scripts exit with 77 (CTest's "skipped") when there is no program.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
BINARY = os.environ.get("GW_BINARY", "")
SHARED_DATA = os.path.join(SOURCE, "..", "shared", "data")


class Checks:
    """Counts what was asserted and prints what failed; finish() is the exit code."""

    def __init__(self, name):
        self.name, self.passed, self.failed = name, 0, 0

    def ok(self, condition, text, detail=None):
        if condition:
            self.passed += 1
            return True
        self.failed += 1
        print(f"FAIL {self.name}: {text}")
        for line in (detail or [])[:20]:
            print("     " + line)
        return False

    def finish(self):
        print(f"{self.name}: {self.passed} checks passed, {self.failed} failed")
        return 1 if self.failed else 0


class Result:
    def __init__(self, code, out, err, peak_kib, seconds, timed_out=False):
        self.code, self.out, self.err, self.peak_kib, self.seconds = code, out, err, peak_kib, seconds
        self.timed_out = timed_out

    def findings(self):
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines() if line]

    def stats(self):
        for line in reversed(self.err.decode("utf-8", "replace").splitlines()):
            if line.startswith("{") and '"exit_codes"' in line:
                return json.loads(line)
        return None


def require_binary():
    if not BINARY or not os.access(BINARY, os.X_OK):
        print(f"skipped: GW_BINARY is not a program: {BINARY!r}")
        sys.exit(77)


class Launcher:
    """The small process that starts the program; see launcher.py."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([sys.executable, "-I", "-S", os.path.join(HERE, "launcher.py")],
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def run(self, args, stdin, env, timeout):
        """Results go through files: a pipe that nobody reads would stop the program."""
        path = lambda name: os.path.join(self.folder.name, name)
        if stdin is not None:
            with open(path("in"), "wb") as f:
                f.write(stdin)
        order = {"args": [BINARY, *args], "env": env, "stdin": "/dev/null" if stdin is None else path("in"),
                 "stdout": path("out"), "stderr": path("err"), "timeout": int(timeout)}
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        with open(path("out"), "rb") as out, open(path("err"), "rb") as err:
            return Result(answer["code"], out.read(), err.read(), answer["peak_kib"], answer["seconds"],
                          answer["timed_out"])


LAUNCHER = Launcher()  # now, while this process is small


def run(args, *, stdin=None, env=None, timeout=300):
    """Runs `glasswatch ARGS`; peak memory is the program's own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GLASSWATCH_")}
    environment.update(env or {})
    return LAUNCHER.run([os.fspath(a) for a in args], stdin, environment, timeout)


def scan(paths, *options, threads=1, env=None, stdin=None, timeout=300):
    paths = [paths] if isinstance(paths, str) else list(paths)
    return run(["scan", "--format", "jsonl", "--threads", str(threads), *options, *paths], env=env, stdin=stdin,
               timeout=timeout)


def finding_key(f):
    """What two ways of reading must agree on."""
    return json.dumps({k: v for k, v in f.items() if k != "origin"}, sort_keys=True)


def multiset_difference(got, want):
    """(in got only, in want only) of two lists, counted."""
    from collections import Counter
    a, b = Counter(got), Counter(want)
    return list((a - b).elements()), list((b - a).elements())


def compare_with_truth(checks, label, findings, truth, *, by="event_id"):
    """Every finding is in the truth and the other way round; the fields of the truth hold."""
    want = {}
    for row in truth:
        want.setdefault(row[by], []).append(row)
    got = {}
    for f in findings:
        got.setdefault(f["event_id"], []).append(f)
    missing = [f"{r['event_time']} {r['event_name']} {r['mechanism']} account {r['account_id']} role {r['role']} ({r.get('story')}) {i}"
               for i, rows in sorted(want.items(), key=lambda kv: kv[1][0]["event_time"]) if i not in got for r in rows]
    extra = [f"{f['event_time']} {f['event_name']} {f['mechanism']} account {f['account_id']} role {f['role']} "
             f"break_glass {f['break_glass']} watch {f['watch']} {i}" for i,
             fs in got.items() if i not in want for f in fs]
    twice = [i for i, fs in got.items() if len(fs) != 1]
    checks.ok(not missing, f"{label}: {len(missing)} accesses were not found", missing)
    checks.ok(not extra, f"{label}: {len(extra)} findings are no access", extra)
    checks.ok(not twice, f"{label}: findings told more than once", twice)
    wrong = []
    for i, rows in want.items():
        for f in got.get(i, [])[:1]:
            row = rows[0]
            for field in ("event_name", "mechanism", "account_id", "role", "outcome", "break_glass", "also",
                          "recipient_account_id",
                          "region", "event_time"):
                if field not in row:
                    continue
                have = sorted(f[field]) if field == "also" else f[field]
                if have != row[field]:
                    wrong.append(f"{row['event_name']} ({row.get('story')}) {i}: {field} is {have!r}, should be {row[field]!r}")
            p = f["principal"]
            if row.get("who") and row["who"] not in (p["name"], p["arn"], p["id"]):
                wrong.append(f"{row['event_name']} ({row.get('story')}) {i}: principal {p}, should name {row['who']!r}")
    checks.ok(not wrong, f"{label}: {len(wrong)} fields differ", wrong)
