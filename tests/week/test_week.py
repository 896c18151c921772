#!/usr/bin/env python3
"""A week of 400 accounts without human break-glass: a default scan says nothing. One use of each watch planted in it: it does.

Scale with GW_WEEK_RECORDS (default 300000).
"""
import collections
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import activity
import layout
import make_week
import runner
import sts
from identity_center import Visit
from org import Org
from records import Session, Trail, User, root

OPTIONS = ("--watch", "*:BreakGlass*", "--stats")


def plants():
    """(trail, {event id: the watch that must speak}): a person's use of everything that is watched by default."""
    ids = ["%012d" % (10**11 + n * 1_987_654_321 + 7) for n in range(4)]
    org = Org("week 1", list(zip(ids, ("management", "log-archive", "audit", "team-003"))), ["person00", "person01"],
              "eu-west-1", make_week.START)
    t, want = Trail(org, "plants"), {}
    at, mgmt, team = make_week.START + 3 * 86400 + 5000, org.management, org.accounts[3]
    person = org.people["person01"]

    def mark(watch):
        for row in t.truth[mark.seen:]:
            if row["break_glass"]:
                want[row["event_id"]] = watch
        mark.seen = len(t.truth)

    mark.seen = 0
    arn = f"arn:aws:iam::{team.id}:root"
    sts.console_login(t, at, team, root(team), "root_console", arn, ip=person.ip, mfa="Yes", break_glass=True)
    rec = activity.call(t, at + 60, team, root(team, t.rng.short_key(), at), "list_buckets", ip=person.ip,
                        region="us-east-1")
    t.access(rec, "root_api", team.id, None, arn, break_glass=True)
    sts.aws_login(t, at + 70, team, root(team, "", at), arn, ip=person.ip, also=["root_api"], break_glass=True)
    sts.password_event(t, at + 80, team, root(team), "PasswordRecoveryRequested", arn, ip=person.ip)
    mark("builtin/root")
    visit = Visit(t, person)
    admin = visit.via_cli(at + 1000, mgmt, "OrganizationAdmin")
    mark(None)
    sts.assume_root(t, at + 1100, admin, team, "S3UnlockBucketPolicy", admin.arn, ip=person.ip)
    mark("builtin/assume-root")
    who, who_id = admin.identity(), admin.role_id + ":" + admin.name
    for n, role in enumerate(("OrganizationAccountAccessRole", "AWSControlTowerExecution",
                              "AWSCloudFormationStackSetExecutionRole",
                              "stacksets-exec-0123456789abcdef0123456789abcdef", "EmergencyAccess",
                              "break-glass-operator")):
        # The session name is the caller's choice: looking like Control Tower does not help.
        sts.assume_role(t, at + 1200 + n, who, mgmt, who_id, team, role, "AWSControlTower", admin.arn, ip=person.ip,
                        break_glass=True)
    sts.denied_assume_role(t, at + 1300, who, mgmt, admin.arn, team, "BreakGlassRole", admin.arn, ip=person.ip,
                           break_glass=True)
    mark("builtin/emergency-roles")
    user = User(mgmt, "bg-admin-1", "/breakglass/")
    sts.console_login(t, at + 1350, mgmt, user.identity(""), "iam_user_console", user.name, ip=person.ip, mfa="Yes",
                      break_glass=True)
    mark("builtin/emergency-users")
    change = lambda n, source, name, params, mechanism, also: sts.change(
        t, at + 1400 + n, mgmt, "eu-west-1", source, name, who, params, admin.arn, mechanism=mechanism, also=also,
        role="OrganizationAdmin",
        ip=person.ip)
    change(0, "cloudtrail.amazonaws.com", "StopLogging", {"name": "aws-controltower-BaselineCloudTrail"}, "tamper", [])
    change(1, "logs.amazonaws.com", "DeleteLogGroup", {"logGroupName": "aws-controltower/CloudTrailLogs"}, "tamper", [])
    # The machinery itself is no excuse when the trail stops.
    tower = Session(t.rng, mgmt, "AWSControlTowerAdmin", "AWSControlTower", at, path="/service-role/",
                    invoked_by="controltower.amazonaws.com")
    sts.change(t, at + 1450, mgmt, "eu-west-1", "cloudtrail.amazonaws.com", "StopLogging", tower.identity(),
               {"name": "aws-controltower-BaselineCloudTrail"}, tower.arn, mechanism="tamper", also=[],
               role="AWSControlTowerAdmin",
               ip="controltower.amazonaws.com", console=False)
    mark("builtin/tamper")
    change(2, "sso.amazonaws.com", "CreateAccountAssignment",
           {"instanceArn": f"arn:aws:sso:::instance/{org.instance}", "targetId": team.id, "targetType": "AWS_ACCOUNT",
            "permissionSetArn": org.permission_set_arn("BreakGlassAdmin"), "principalType": "USER",
            "principalId": person.user_id}, "other", ["tamper"])
    change(3, "iam.amazonaws.com", "UpdateAssumeRolePolicy", {"roleName": "EmergencyAccess", "policyDocument": "{}"},
           "other", ["tamper"])
    mark("builtin/emergency-path")
    visit.via_portal(at + 2000, team, "BreakGlassAdmin", break_glass=True, sign_in=False)
    mark("*:BreakGlass*")
    return org, t, want


def kinds(findings):
    """Findings by kind, with one event id each."""
    groups = collections.defaultdict(list)
    for f in findings:
        groups[f"{f['watch']}: {f['event_name']} ({f['mechanism']}), role {f['role']}"].append(f["event_id"])
    return [f"{len(ids)} x {kind}, for one {ids[0]}" for kind, ids in sorted(groups.items())]


def main():
    runner.require_binary()
    checks = runner.Checks("week")
    with tempfile.TemporaryDirectory() as folder:
        week = os.path.join(folder, "week")
        made = make_week.make(week, int(os.environ.get("GW_WEEK_RECORDS", "300000")))
        quiet = runner.scan(week, *OPTIONS, threads=2)
        checks.ok(quiet.code == 0, f"exit code {quiet.code}", quiet.err.decode("utf-8", "replace").splitlines())
        checks.ok(quiet.out == b"", "nobody breaks the glass",
                  kinds(quiet.findings()))
        every = runner.scan(week, *OPTIONS, "--all", threads=2)
        checks.ok(every.code == 0, f"--all: exit code {every.code}", every.err.decode("utf-8", "replace").splitlines())
        loud = [json.loads(line) for line in every.out.splitlines() if b'"break_glass":true' in line]
        checks.ok(not loud, "with --all nothing is break-glass either", kinds(loud))
        stats = every.stats() or {}
        checks.ok(stats.get("decoded") == made["records"],
                  f"every record was read: {stats.get('decoded')} of {made['records']}")
        checks.ok(stats.get("matched", 0) > made["records"] // 50,
                  f"the week is full of ordinary accesses: {stats.get('matched')}")

        org, t, want = plants()
        layout.write_trail(os.path.join(week, "planted"), org.id, t.records)
        found = runner.scan(week, *OPTIONS, threads=2)
        rows = [r for r in t.truth if r["break_glass"]]
        before = {f["event_id"] for f in quiet.findings()}  # none, unless told above
        new = [f for f in found.findings() if f["event_id"] not in before]
        runner.compare_with_truth(checks, "planted", new, rows)
        silent = []
        for f in new:
            watch = want.get(f["event_id"])
            expected = watch if watch and watch.startswith("builtin/") else None
            if expected and expected not in f["watches"]:
                silent.append(f"{f['event_name']} {f['role']}: watches {f['watches']}, {expected} should be among them")
            if watch == "*:BreakGlass*" and not [w for w in f["watches"] if not w.startswith("builtin/")]:
                silent.append(f"{f['event_name']} {f['role']}: the watch of the command line did not speak: {f['watches']}")
        checks.ok(not silent, "each watch spoke", silent)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
