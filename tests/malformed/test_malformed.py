#!/usr/bin/env python3
"""Nasty inputs: no crash, nothing lost in silence, the problem told with the file's name, the next file still read, memory bounded,
and whatever a record holds cannot act on a terminal or a spreadsheet.

GW_FULL=1 adds the largest of the shared bombs.
"""
import csv
import gzip
import io
import itertools
import json
import os
import re
import socket
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import nasty
import nasty_forms
import runner
from layout import write

NEXT = nasty.ident(999)
LIMIT_KIB = (32 + 2) * 1024  # and 4 MiB a thread
WATCH = ["--watch", "*:BreakGlass*"]


def limit(threads):
    return LIMIT_KIB + 4096 * threads


def told_about(result, name):
    """A line on stderr names the file and says where in it (a number), or the file failed as a whole."""
    return any(name in line for line in result.err.decode("utf-8", "replace").splitlines())


def says_where(result, name):
    return any(re.search(r"\d", line.replace(name, "")) for line in result.err.decode("utf-8", "replace").splitlines()
               if name in line)


def scan_beside(checks, label, folder, name, *, threads=1, options=("--all",), timeout=120):
    """Scans the folder that holds the nasty file and a good one after it; checks what holds for every input."""
    r = runner.scan(folder, *options, threads=threads, timeout=timeout)
    checks.ok(not r.timed_out, f"{label}: ends within {timeout} s")
    checks.ok(r.code in (0, 3), f"{label}: exit code {r.code}", r.err.decode("utf-8", "replace").splitlines()[-5:])
    sanitized = bool(os.environ.get("GW_SANITIZE"))  # a sanitizer's own memory says nothing about the program's
    checks.ok(r.peak_kib <= limit(threads) or sanitized,
              f"{label}: {r.peak_kib} KiB at {threads} threads, limit {limit(threads)}")
    try:
        found = [f["event_id"] for f in r.findings()]
    except ValueError as problem:
        checks.ok(False, f"{label}: output is not valid JSON lines: {problem}")
        found = []
    if not r.timed_out:
        checks.ok(NEXT in found, f"{label}: the next file was read")
    checks.ok(r.code == 0 or told_about(r, name), f"{label}: exit code 3 comes with a message that names the file",
              r.err.decode("utf-8", "replace").splitlines()[:5])
    return r, [i for i in found if i != NEXT]


def beside(folder, name, data):
    """A fresh folder with the input and a good file that sorts after it."""
    where = os.path.join(folder, "case-" + re.sub(r"\W", "_", name))
    write(os.path.join(where, name), data)
    write(os.path.join(where, "~next.json"), nasty.wrap(nasty.text(999)))
    return where


def check_alike(checks, name, where):
    """What is found does not depend on how it is read."""
    question = ["--all", "--mechanism", "identity_center_console"]
    for options in (WATCH, question):
        first = None
        for threads, more in ((1, []), (2, []), (1, ["--strict"]), (2, ["--strict"])):
            r = runner.scan(where, *options, *more, threads=threads)
            keys = [runner.finding_key(f) for f in r.findings()]
            first = keys if first is None else first
            checks.ok(keys == first, f"{name} ({' '.join(options + more)}, {threads} threads): other findings",
                      [k[:160] for part in runner.multiset_difference(keys, first) for k in part])


def check_own(checks, folder):
    for name, data, good, told, lossless in itertools.chain(nasty.entries(), nasty_forms.entries()):
        where = beside(folder, name, data)
        if len(data) < nasty.MB:  # the large ones take their time
            check_alike(checks, name, where)
        for threads, options in ((1, ["--all"]), (2, WATCH)):
            label = f"{name} ({' '.join(options)})"
            r, found = scan_beside(checks, label, where, name, threads=threads, options=options)
            reported = r.code == 3 and told_about(r, name)
            missing = [i for i in good if i not in found]
            checks.ok(not missing, f"{label}: good records are found", missing)
            # Damage in a record that holds nothing watched is told only by --all.
            lost = [i for i in lossless if i not in found and (options == ["--all"] or not name.startswith("details_"))]
            checks.ok(not lost or reported, f"{label}: records lost in silence", lost)
            if told is True and options == ["--all"]:
                checks.ok(reported, f"{label}: the problem is told, exit code {r.code}",
                          r.err.decode("utf-8", "replace").splitlines()[:5])
                checks.ok(says_where(r, name), f"{label}: the message says where",
                          r.err.decode("utf-8", "replace").splitlines()[:5])
            if told is False:
                checks.ok(r.code == 0, f"{label}: nothing to complain about, exit code {r.code}",
                          r.err.decode("utf-8", "replace").splitlines()[:5])


def check_explanations(checks, folder):
    path = os.path.join(folder, "copies.jsonl.gz")
    write(path, gzip.compress((nasty.text(7) + "\n").encode() * 50_000, 1))
    r = runner.scan(path, "--explain", nasty.ident(7))
    checks.ok(r.code == 0 and r.out.count(b"event ") == 50_000, f"every copy is explained, exit code {r.code}")
    checks.ok(r.peak_kib <= limit(1) or bool(os.environ.get("GW_SANITIZE")), f"explanations take {r.peak_kib} KiB")


def check_folders(checks, folder):
    """Things that stand in folders beside files: pipes, loops, dead links, names that are no UTF-8."""
    where = beside(folder, "ordinary.json", nasty.wrap(nasty.text(1)))
    os.mkfifo(os.path.join(where, "pipe.json"))
    os.symlink(where, os.path.join(where, "loop"))
    os.symlink("/nonexistent/target", os.path.join(where, "dead.json"))
    os.symlink("itself", os.path.join(where, "itself"))
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(os.path.join(where, "socket"))
    long = os.path.join(where, *["n" * 200] * 15)
    os.makedirs(long)
    home = os.getcwd()
    os.chdir(long)  # beyond the longest path that the system takes
    os.makedirs(os.path.join(*["n" * 200] * 10))
    os.chdir(home)
    os.makedirs(os.path.join(where, "closed"), mode=0)
    strange = os.path.join(where.encode(), b"\xff\x1b[31m\n.json")
    with open(strange, "wb") as f:
        f.write(nasty.wrap(nasty.text(2)))
    with open(strange + b".bad", "wb") as f:
        f.write(b"{")
    r = runner.scan(where, "--all", timeout=20)
    plug.close()
    for name in ("itself", "socket", "n" * 200, "loop", "dead.json", "pipe.json", "closed"):
        checks.ok(told_about(r, name) or (name == "closed" and os.getuid() == 0), f"a folder of odd things: {name[:20]} is told")
    checks.ok(not r.timed_out and r.code in (0, 3),
              f"a folder of odd things: exit code {r.code}, timed out {r.timed_out}")
    try:
        found = sorted({f["event_id"] for f in r.findings()})
        checks.ok(found == sorted([nasty.ident(1), nasty.ident(2), NEXT]), f"a folder of odd things: {found}")
    except ValueError as problem:
        checks.ok(False, f"a folder of odd things: {problem}")
    checks.ok(b"\x1b" not in r.err and b"\x1b" not in r.out, "file names cannot act on a terminal")
    missing = runner.scan(os.path.join(folder, "no-such-folder"))
    checks.ok(missing.code in (2, 3, 4), f"a path that does not exist: exit code {missing.code}")


RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def check_printed(checks, label, path):
    for form in ("table", "jsonl", "json", "csv", "ocsf"):
        r = runner.run(["scan", "--all", "--format", form, "--threads", "1", path])
        where = f"{label}, {form}"
        checks.ok(r.code in (0, 3), f"{where}: exit code {r.code}", r.err.decode("utf-8", "replace").splitlines()[:3])
        try:
            out = r.out.decode("utf-8")
            r.err.decode("utf-8")
        except UnicodeDecodeError as problem:
            checks.ok(False, f"{where}: output is not UTF-8: {problem}")
            continue
        raw = RAW.findall(out.replace("\r\n", "\n") if form == "csv" else out) + RAW.findall(r.err.decode())
        checks.ok(not raw, f"{where}: characters that act: {sorted(set(map(ascii, raw)))}")
        if form == "csv":
            cells = [c for row in csv.reader(io.StringIO(out, newline="")) for c in row]
            acting = [c for c in cells if c.lstrip(" \t\r\n")[:1] in ("=", "+", "-", "@") and c.lstrip(" \t\r\n")]
            checks.ok(not acting, f"{where}: cells that a spreadsheet would run", [ascii(c[:80]) for c in acting])
            rows = list(csv.reader(io.StringIO(out, newline="")))
            checks.ok(len({len(row) for row in rows}) == 1, f"{where}: every row has the same number of cells")
            one_line = [c for c in cells if "\n" in c or "\r" in c]
            checks.ok(not one_line, f"{where}: no cell holds a line break", [ascii(c[:80]) for c in one_line])
        if form in ("jsonl", "json", "ocsf"):
            try:
                [json.loads(line) for line in out.splitlines()] if form != "json" else json.loads(out)
            except ValueError as problem:
                checks.ok(False, f"{where}: not valid JSON: {problem}")


def check_hostile(checks, folder):
    for name, payload in nasty.PAYLOADS.items():
        path = os.path.join(folder, "hostile", name + ".json")
        records = [json.dumps(r) for r in nasty.hostile(payload)]
        write(path, nasty.wrap(*records))
        check_printed(checks, "hostile " + name, path)
        found = runner.scan(path, "--all").findings()
        checks.ok(len(found) == len(records), f"hostile {name}: {len(found)} findings of {len(records)}")


def manifest(folder):
    with open(os.path.join(folder, "manifest.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def check_shared_malformed(checks, folder):
    root = os.path.join(runner.SHARED_DATA, "malformed")
    if not os.path.isdir(root):
        print("no shared malformed inputs beside the tree: that part was left out")
        return
    for row in manifest(root):
        name = row["name"]
        if row["name"].startswith("b02") and not os.environ.get("GW_FULL"):
            continue  # 10 GiB of whitespace takes a while
        with open(os.path.join(root, name), "rb") as f:
            where = beside(folder, name, f.read())
        r, found = scan_beside(checks, "shared " + name, where, name, timeout=300)
        reported = r.code == 3 and told_about(r, name)
        distinct = 1 if row["class"] == "dedupe" else row["good"]
        err = r.err.decode("utf-8", "replace").splitlines()[:4]
        says = f"shared {name} ({row['expect']}, good {row['good']}, bad {row['bad']}): exit {r.code}, {len(found)} found"
        if row["expect"] == "accept":
            checks.ok(r.code == 0 and len(found) == distinct, says, err)
        elif row["expect"] == "reject":
            checks.ok(reported, says, err)
        elif row["expect"] == "skip":
            checks.ok(r.code == 0 and not found, says, err)
        elif row["expect"] == "partial":
            checks.ok(len(found) >= row["good"]
                      and (not row["bad"] or reported or len(found) >= row["good"] + row["bad"]), says, err)
        elif row["expect"] == "either":
            # Another event name than Federate is context: what is no access is not lost.
            fewer = 2 if name.startswith("s26") else 1
            checks.ok(reported or len(found) >= max(1 if row["good"] else 0, row["good"] - (fewer - 1)), says, err)
        else:
            checks.ok(len(found) == row["good"], says, err)
            check_printed(checks, "shared " + name, os.path.join(where, name))


# Notifications that only name objects hold no records; a scan may pass them or say that it cannot read them.
NO_RECORDS = ("sqs_s3", "sqs_sns_s3", "sqs_eventbridge_s3", "sns_cloudtrail")


def check_shared_envelopes(checks, folder):
    root = os.path.join(runner.SHARED_DATA, "envelopes")
    if not os.path.isdir(root):
        print("no shared envelopes beside the tree: that part was left out")
        return
    for row in manifest(root):
        name = row["file"]
        with open(os.path.join(root, name), "rb") as f:
            where = beside(folder, name, f.read())
        r, found = scan_beside(checks, "envelope " + name, where, name)
        want = row["record_eventIDs"]
        says = f"envelope {name} (valid {row['valid']}): exit {r.code}, found {sorted(set(found))}, should be {want}"
        err = r.err.decode("utf-8", "replace").splitlines()[:4]
        checks.ok(sorted(set(found)) == sorted(want), says, err)
        if row["valid"] and row["envelope"] not in NO_RECORDS:
            checks.ok(r.code == 0, says, err)
        if not row["valid"]:
            checks.ok(r.code == 3, says, err)


def main():
    runner.require_binary()
    checks = runner.Checks("malformed")
    with tempfile.TemporaryDirectory() as folder:
        check_own(checks, folder)
        check_explanations(checks, folder)
        check_folders(checks, folder)
        check_hostile(checks, folder)
        check_shared_malformed(checks, folder)
        check_shared_envelopes(checks, folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
