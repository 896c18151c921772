"""What the lines of a scenario plant: verbs → CloudTrail records of the small organization below.

Every verb takes the event's time and its words and answers the records that AWS would write. Role sessions are remembered
by who, account and role, so that a later `call` carries the credentials that an earlier line was given.
"""
import calendar
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import sts
from identity_center import Visit
from org import Org
from records import UA_BROWSER, UA_CLI, Session, Trail, User, root

ACCOUNTS = (("111122223333", "management"), ("222233334444", "log-archive"), ("444455556666", "shared-services"),
            ("555566667777", "prod-payments"), ("666677778888", "prod-core"), ("777788889999", "staging"),
            ("012345678901", "sandbox"))
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "mallory", "trent")
ROOT_IP = "198.51.100.200"
READ_ONLY = ("Get", "List", "Describe", "Head", "Lookup", "BatchGet")


def epoch(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


class Story:
    def __init__(self, seed, start=None):
        self.org = Org(seed, ACCOUNTS, PEOPLE, "eu-west-1", int(start or time.time()))
        self.trail = Trail(self.org, f"{seed} {time.time_ns()}")
        self.visits, self.sessions, self.keys = {}, {}, {}

    def account(self, name):
        return self.org.by_name[name]

    def visit(self, who):
        if who not in self.visits:
            self.visits[who] = Visit(self.trail, self.org.people[who])
        return self.visits[who]

    def plant(self, t, verb, words):
        """The records of one line."""
        before = len(self.trail.records)
        maker = getattr(self, "do_" + verb.replace("-", "_"), None)
        if maker is None:
            raise SystemExit(f"unknown verb {verb!r}")
        maker(int(t), *words)
        return self.trail.records[before:]

    # ---- Identity Center ----
    def do_sign_in(self, t, who):
        self.visit(who).sign_in(t)
        self.visit(who).portal(t + 20)

    def do_federate(self, t, who, account, role, error=None):
        self.visit(who).federate(t, self.account(account), role, error=error)

    def do_old_federate(self, t, who, account, role):
        """As records were before July 2025: a name, and no id of the user."""
        Visit(self.trail, self.org.people[who], gen="old").federate(t, self.account(account), role)

    def do_credentials(self, t, who, account, role, error=None):
        self.visit(who).get_role_credentials(t, self.account(account), role, error=error)

    def do_saml(self, t, who, account, role, duration="3600"):
        """The second half, in the member account."""
        self.sessions[who, account, role] = self.visit(who).session(t, self.account(account), role, duration=int(duration))

    def do_console(self, t, who, account, role):
        self.visit(who).console(t, self.sessions[who, account, role], role)

    # ---- what a session's credentials do ----
    def session(self, who, account, role, t):
        if (who, account, role) not in self.sessions:  # credentials whose way in was not planted
            a, person = self.account(account), self.org.people[who]
            self.sessions[who, account, role] = Session(self.trail.rng, a, a.reserved(role), person.mail, t,
                                                        path=a.reserved_path(), person=person, org=self.org)
        return self.sessions[who, account, role]

    def do_call(self, t, who, account, role, what, *more):
        s = self.session(who, account, role, t)
        key = self.trail.rng.short_key() if s.console else None
        self._call(t, s.account, s.identity(key=key), what, *more, console=s.console,
                   ip=self.org.people[who].ip if who in self.org.people else "203.0.113.150")

    def _call(self, t, account, identity, what, *more, ip, console=False):
        """more: `denied`, `from=ADDRESS`, `n=COUNT`."""
        service, action = what.split(":")
        options = dict(word.split("=", 1) for word in more if "=" in word)
        denied = "denied" in more
        for _ in range(int(options.get("n", 1))):
            self.trail.add(account, "eu-west-1", t, service + ".amazonaws.com", action, identity,
                           ip=options.get("from", ip), ua=UA_BROWSER[0] if console else UA_CLI % f"{service}.{action}",
                           read_only=action.startswith(READ_ONLY), console=console,
                           params=None if denied else {"name": "x"}, error="AccessDenied" if denied else None,
                           message=f"User is not authorized to perform: {what}" if denied else None)

    # ---- root ----
    def do_root_login(self, t, account, result="ok"):
        a = self.account(account)
        sts.console_login(self.trail, t, a, root(a), "root_console", None, ip=ROOT_IP, ok=result == "ok",
                          mfa="Yes" if result == "ok" else "No")
        self.keys["root", account] = t

    def do_root_call(self, t, account, what, *more):
        a = self.account(account)
        self._call(t, a, root(a, self.trail.rng.short_key(), self.keys["root", account]), what, *more, ip=ROOT_IP,
                   console=True)

    def do_assume_root(self, t, who, account, role, target, task="S3UnlockBucketPolicy"):
        """`who` in `account` with `role` takes the root of `target`."""
        s = self.session(who, account, role, t)
        self.keys["task", target] = (sts.assume_root(self.trail, t, s, self.account(target), task, s.arn,
                                                     ip=self.org.people[who].ip), t, who)

    def do_task_call(self, t, target, what, *more):
        key, since, who = self.keys["task", target]
        a = self.account(target)
        self._call(t, a, root(a, key, since, mfa="false", assumed=True), what, *more, ip=self.org.people[who].ip)

    # ---- roles and IAM users ----
    def do_assume(self, t, who, account, role, target, target_role, copies="both"):
        """A role session goes on into a role of another account: recorded in both accounts, with one sharedEventID."""
        s = self.session(who, account, role, t)
        before = len(self.trail.records)
        self.sessions[who, target, target_role] = sts.assume_role(
            self.trail, t, s.identity(), s.account, s.role_id + ":" + s.name, self.account(target), target_role, who,
            s.arn, ip=self.org.people[who].ip)
        if copies != "both":
            del self.trail.records[before + (copies == "caller")]

    def do_machine_assume(self, t, account, role, target, target_role, copies="both"):
        """The same by a pipeline's role."""
        a = self.account(account)
        if ("machine", account, role) not in self.sessions:
            self.sessions["machine", account, role] = Session(self.trail.rng, a, role, "run-1", t)
        s, before = self.sessions["machine", account, role], len(self.trail.records)
        sts.assume_role(self.trail, t, s.identity(), a, s.role_id + ":" + s.name, self.account(target), target_role, "run-1",
                        s.arn)
        if copies != "both":
            del self.trail.records[before + (copies == "caller")]

    def do_denied(self, t, who, account, role, target, target_role):
        s = self.session(who, account, role, t)
        sts.denied_assume_role(self.trail, t, s.identity(), s.account, s.arn, self.account(target), target_role, s.arn,
                               ip=self.org.people[who].ip)

    def user(self, account, name):
        return User(self.account(account), name, "/breakglass/")

    def do_user_login(self, t, account, name, result="ok"):
        u = self.user(account, name)
        sts.console_login(self.trail, t, u.account, u.identity(""), "iam_user_console", name, ip="203.0.113.150",
                          region="eu-west-1", ok=result == "ok", mfa="Yes" if result == "ok" else "No")

    def do_user_call(self, t, account, name, what, *more):
        u = self.user(account, name)
        self._call(t, u.account, u.identity(), what, *more, ip="203.0.113.150")

    def do_user_assume(self, t, account, name, target, role):
        u = self.user(account, name)
        self.sessions[name, target, role] = sts.assume_role(
            self.trail, t, u.identity(), u.account, u.id, self.account(target), role, name, name, ip="203.0.113.150",
            source_identity=name)

    # ---- changes ----
    def do_change(self, t, who, account, role, what, *more):
        """A change to the trail or to the way in, with parameters that name what it is aimed at."""
        s = self.session(who, account, role, t)
        params = {
            "cloudtrail:StopLogging": {"name": f"arn:aws:cloudtrail:eu-west-1:{s.account.id}:trail/org-trail"},
            "events:DisableRule": {"name": "glasswatch-forward", "eventBusName": "default"},
            "iam:UpdateAssumeRolePolicy": {"roleName": "EmergencyAccess", "policyDocument": "{}"},
            "sso:CreateAccountAssignment": {
                "instanceArn": f"arn:aws:sso:::instance/{self.org.instance}", "targetType": "AWS_ACCOUNT",
                "targetId": self.account("prod-payments").id, "principalType": "USER",
                "permissionSetArn": self.org.permission_set_arn("BreakGlassAdmin"),
                "principalId": self.org.people["mallory"].user_id}}[what]
        service, action = what.split(":")
        denied = "denied" in more
        sts.change(self.trail, t, s.account, "eu-west-1", service + ".amazonaws.com", action, s.identity(), params, s.arn,
                   ip=self.org.people[who].ip, console=False, ua=UA_CLI % action, error="AccessDenied" if denied else None,
                   message=f"User: {s.arn} is not authorized to perform: {what}" if denied else None)

    # ---- noise ----
    def do_noise(self, t, account, n="1"):
        """Records that nobody asks for."""
        a = self.account(account)
        machine = Session(self.trail.rng, a, "orders-lambda", "orders", t - 600)
        for _ in range(int(n)):
            self.trail.add(a, "eu-west-1", t, "kms.amazonaws.com", "Decrypt", machine.identity(), read_only=True,
                           ip="203.0.113.80", params={"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})
