#!/usr/bin/env python3
"""The same records in any form, read by any number of threads, skipped or parsed: always the same findings.

Differential: every form of tests/support/envelopes.py against the plain Records file, every question with and without the
prefilter (GLASSWATCH_NO_PREFILTER=1 parses every record), and both against `--all` filtered here.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "trails"),
                os.path.join(HERE, "..", "week")]
import envelopes
import layout
import make_sample_trail
import make_week
import runner

FULL = {"GLASSWATCH_NO_PREFILTER": "1"}
CONFIG = ["--config", os.path.join(runner.SOURCE, "share", "sample-trail", "glasswatch.yaml")]


def mechanism(*names):
    return ["--all", "--mechanism", ",".join(names)], lambda f: f["mechanism"] in names


# (label, options, which findings of --all it must give). The last ones ask by words that the prefilter has to find.
QUESTIONS = (
    ("all", ["--all"], lambda f: True),
    ("console and cli", *mechanism("identity_center_console", "identity_center_cli")),
    ("root", *mechanism("root_console", "root_api")),
    ("users and roles", *mechanism("iam_user_api", "assume_role", "switch_role", "session_token")),
    ("sign-ins", *mechanism("identity_center_signin", "aws_login", "password_recovery", "identity_center_app")),
    ("others", *mechanism("tamper", "other", "web_identity", "saml_federation", "assume_root", "iam_user_console")),
    ("break-glass", [], lambda f: f["break_glass"]),
)
WATCHES = (["--watch", "777788889999:BreakGlass*"], ["--watch", "*:DeveloperAccess:low"],
           ["--watch", "5555*,6666*:*Access"],
           ["--watch", "*:*Only*:info", "--watch", "*:posture-read"], ["--watch", "012345678901:*"])


def keys(result):
    return [runner.finding_key(f) for f in result.findings()]


def same(checks, label, got, want):
    more, less = runner.multiset_difference(got, want)
    checks.ok(got == want,
              f"{label}: {len(got)} findings, should be {len(want)}" + ("" if more or less else " (order differs)"),
              ["too many: " + k[:600] for k in more[:3]] + ["missing:  " + k[:600] for k in less[:3]])


def check_forms(checks, folder, records):
    plain = os.path.join(folder, "plain.json")
    layout.write(plain, envelopes.records_file(records))
    base = runner.scan(plain, "--all", *CONFIG, env=FULL)
    checks.ok(base.code == 0, f"plain file: exit code {base.code}", base.err.decode("utf-8", "replace").splitlines())
    findings = base.findings()
    by_question = {label: [runner.finding_key(f) for f in findings if wanted(f)] for label, _, wanted in QUESTIONS}
    checks.ok(all(by_question.values()), "every question has an answer in the sample",
              [k for k, v in by_question.items() if not v])
    for form, make in envelopes.FORMS.items():
        path = os.path.join(folder, "input")  # the name says nothing
        layout.write(path, make(records))
        for label, options, _ in QUESTIONS:
            for mode, env in (("prefilter", None), ("full parse", FULL)):
                got = runner.scan(path, *options, *CONFIG, env=env)
                checks.ok(got.code == 0, f"{form}, {label}, {mode}: exit code {got.code}",
                          got.err.decode("utf-8", "replace").splitlines())
                same(checks, f"{form}, {label}, {mode}", keys(got), by_question[label])
        for options in WATCHES:
            skipping, parsing = runner.scan(path, *options), runner.scan(path, *options, env=FULL)
            same(checks, f"{form}, {' '.join(options)}, prefilter against full parse", keys(skipping), keys(parsing))
            checks.ok(parsing.out, f"{form}, {' '.join(options)}: finds something")


def check_single_records(checks, folder, records):
    """Every access as an input of its own, compact and pretty, and through standard input."""
    base = runner.scan(os.path.join(folder, "plain.json"), "--all", *CONFIG).findings()
    by_id = {r["eventID"]: r for r in records}
    for form in ("compact", "pretty"):
        where = os.path.join(folder, form)
        for n, f in enumerate(base):
            rec = by_id[f["event_id"]]
            text = layout.dumps(rec) if form == "compact" else envelopes.json.dumps(rec, indent=2)
            layout.write(os.path.join(where, "%06d" % n), text.encode())
        # Names are learnt from other records, so who somebody is may differ; what happened may not.
        got = runner.scan(where, "--all", *CONFIG, threads=2).findings()
        facts = lambda fs: [(f["event_id"], f["mechanism"], f["account_id"], f["role"], f["outcome"], f["break_glass"],
                             f["watches"]) for f in fs]
        checks.ok(facts(got) == facts(base), f"single records, {form}: {len(got)} findings, should be {len(base)}")
    got = runner.scan("-", "--all", *CONFIG, stdin=envelopes.json_lines(records))
    same(checks, "standard input", keys(got), [runner.finding_key(f) for f in base])


def check_threads(checks, folder):
    week = os.path.join(folder, "week")
    make_week.make(week, 24_000, 40)
    for options in (["--all"], ["--all", "--mechanism", "web_identity,assume_role"], ["--watch", "*:*Access"]):
        outs = [runner.scan(week, *options, threads=n).out for n in (1, 2, 3)]
        checks.ok(outs[0] and outs[0] == outs[1] == outs[2],
                  f"week, {' '.join(options)}: 1, 2 and 3 threads give the same bytes")
        full = runner.scan(week, *options, threads=2, env=FULL)
        checks.ok(full.out == outs[0], f"week, {' '.join(options)}: a full parse gives the same bytes")


def planted_kind(f):
    if f["event_name"] in ("Federate", "GetRoleCredentials",
                           "CreateToken") and f["event_source"] == "sso.amazonaws.com":
        return f["event_name"]
    if f["mechanism"] == "root_console":
        return "RootConsoleLogin"
    if f["event_name"] == "AssumeRole" and f["role"] == "BreakGlassAdmin":
        return "AssumeBreakGlass"
    return None


def check_generated_archive(checks, folder, options):
    """An archive by another hand: exactly what it says it planted."""
    generator = os.path.join(runner.SHARED_DATA, "gen_archive.py")
    if not os.path.exists(generator):
        print("no generator of archives beside the tree: that part was left out")
        return
    import subprocess
    out = os.path.join(folder, "archive" + "".join(options))
    subprocess.run([sys.executable, generator, "--out", out, "--bytes", "60M", "--jobs", "2", "--hits", "400",
                    *options], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(out, "truth.jsonl"), encoding="utf-8") as f:
        truth = [envelopes.json.loads(line) for line in f]
    want = sorted((t["eventID"], t["kind"], t["account"], t["role"]) for t in truth)
    archive, outs = os.path.join(out, "AWSLogs"), []
    for threads in (1, 2, 3):
        got = runner.scan(archive, "--all", threads=threads)
        outs.append(got.out)
        kinds = sorted((f["event_id"], planted_kind(f), f["account_id"], f["role"]) for f in got.findings()
                       if planted_kind(f))
        more, less = runner.multiset_difference(kinds, want)
        checks.ok(got.code == 0 and kinds == want,
                  f"archive {options}, {threads} threads: {len(kinds)} findings, should be {len(want)}",
                  [f"too many {k}" for k in more[:5]] + [f"missing {k}" for k in less[:5]])
    checks.ok(outs[0] == outs[1] == outs[2], f"archive {options}: the same bytes at 1, 2 and 3 threads")
    some = ["--all", "--mechanism", "identity_center_console,identity_center_cli"]
    skipping, parsing = runner.scan(archive, *some, threads=2), runner.scan(archive, *some, threads=2, env=FULL)
    checks.ok(skipping.out and skipping.out == parsing.out,
              f"archive {options}: prefilter and full parse give the same bytes")
    skipping, parsing = runner.scan(archive, threads=2), runner.scan(archive, threads=2, env=FULL)
    checks.ok(skipping.out and skipping.out == parsing.out,
              f"archive {options}, built-in watches: prefilter and full parse give the same bytes")


def main():
    runner.require_binary()
    checks = runner.Checks("archive")
    _, trail = make_sample_trail.make()
    with tempfile.TemporaryDirectory() as folder:
        check_forms(checks, folder, trail.records)
        check_single_records(checks, folder, trail.records)
        check_threads(checks, folder)
        for options in ([], ["--spread"]):
            check_generated_archive(checks, folder, options)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
