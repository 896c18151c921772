"""What the eight accounts of the sample trail do all day: developers reading, pipelines, pods, services, Control Tower."""
import activity
import automation
import sts
from activity import CI_WRITES, MACHINE, READS, call, calls, user_calls
from identity_center import Visit
from records import Session, User

H, M = 3600, 60
DAY = 24 * H
WORKLOADS = ("shared-services", "prod-payments", "prod-core", "staging", "sandbox")
EVERYDAY = (("alice", "prod-payments", "ReadOnlyAccess"), ("bob", "prod-core", "ReadOnlyAccess"),
            ("carol", "staging", "DeveloperAccess"),
            ("erin", "sandbox", "DeveloperAccess"), ("heidi", "audit", "SecurityAudit"),
            ("judy", "shared-services", "ReadOnlyAccess"),
            ("ivan", "management", "Billing"))


def people(t, day, n):
    """Everyday sign-ins: reading, developing, looking at bills. Accesses, but nobody breaks the glass."""
    org, t.story = t.org, "everyday"
    for i, (name, account, permission_set) in enumerate(EVERYDAY):
        if (i + n) % 4 == 3:
            continue  # a day off
        visit = Visit(t, org.people[name], gen="old" if i == 2 else "new")
        at = day + 8 * H + 11 * M * i + t.rng.randrange(600)
        version = "1.08" if visit.gen == "old" else "1.11"
        if i % 2:
            s = visit.via_cli(at, org.by_name[account], permission_set)
        else:
            s = visit.via_portal(at, org.by_name[account], permission_set)
        calls(t, at + 2 * M, s, [t.rng.choice(READS) for _ in range(12)], ip=visit.ip, step=140, version=version)
    Visit(t, org.people["grace"]).sign_in(day + 8 * H + 40 * M, fail=True)  # a typo, nothing more


def pipelines(t, day):
    org, t.story = t.org, "pipelines"
    for i, name in enumerate(WORKLOADS):
        account = org.by_name[name]
        for k in range(3):
            names = [CI_WRITES[(i + k + j) % len(CI_WRITES)] for j in range(4)] + ["describe_stacks"]
            automation.ci(t, day + (6 + 5 * k) * H + 7 * M * i, account, names)
        for k in range(4):
            automation.eks_pod(t, day + 6 * H * k + 13 * M * i, account, [t.rng.choice(MACHINE) for _ in range(6)])
    # An IAM user of a tool that never learnt roles: each call with the key is an access by key, and nobody's emergency.
    legacy = User(org.by_name["shared-services"], "svc-artifacts", "/service/")
    for k in range(4):
        user_calls(t, day + 6 * H * k + 20 * M, legacy, ["list_buckets", "get_bucket_policy", "ecr_token"],
                   ip="203.0.113.88")


def machines(t, day, dense):
    """Roles of instances, functions and services: the bulk."""
    org, t.story = t.org, "machines"
    for i, account in enumerate(org.accounts):
        worker = Session(t.rng, account, "orders-worker", account.instances[0], day - 40 * M)
        for k in range(dense):
            at = day + k * DAY // dense + t.rng.randrange(DAY // dense)
            call(t, at, account, worker.identity(), t.rng.choice(MACHINE), ip="203.0.113.8" + str(i),
                 region="eu-west-1" if k % 5 else "eu-central-1")
            if k % 4 == 0:
                automation.service_calls(t, at + 1, account, region="eu-west-1" if k % 3 else "us-east-1")
    audit, shared = org.by_name["audit"], org.by_name["shared-services"]
    for k, name in enumerate(WORKLOADS):  # a scanner in the audit account looks into every workload
        scanner = Session(t.rng, audit, "posture-scanner", "scanner", day - 10 * M)
        s = sts.assume_role(t, day + 3 * H + k * M, scanner.identity(), audit, scanner.role_id + ":scanner",
                            org.by_name[name], "posture-read",
                            "scanner", scanner.arn, ua=activity.UA_GO, ip="203.0.113.95")
        for j, what in enumerate(("describe_instances", "get_bucket_policy", "get_role")):
            call(t, day + 3 * H + k * M + 2 + j, org.by_name[name], s.identity(), what, ip="203.0.113.95")
    tool = Session(t.rng, shared, "deploy-tool", "deploy", day)
    sts.denied_assume_role(t, day + 12 * H, tool.identity(), shared, tool.arn, org.by_name["staging"], "deploy-target",
                           tool.arn)


def machinery(t, day, n):
    org, t.story = t.org, "machinery"
    admin = automation.control_tower_admin(t, day + H)
    for i, account in enumerate(org.accounts[1:]):
        automation.control_tower_visit(t, day + H + 2 * M * (i + 1), admin, account)
        automation.recorder(t, day + 2 * H + 3 * M * i, account)
        automation.backup(t, day + 23 * H + M * i, account)
        automation.stack_sets(t, day + 4 * H + 2 * M * i, account, service_managed=i % 2 == 0)
    for k in range(4):
        automation.scim(t, day + 6 * H * k + 33 * M, count=5)
    if n == 0:
        sandbox = org.by_name["sandbox"]
        automation.account_factory(t, day + 5 * H, sandbox, "ReadOnlyAccess", t.rng.uuid())
        automation.provision(t, day + 5 * H + 5 * M, sandbox, "ReadOnlyAccess", first=True)
        automation.provision(t, day + 5 * H + 6 * M, sandbox, "BreakGlassAdmin")
    if n == 1:
        automation.rotate_key(t, day + 9 * H, org.by_name["prod-core"])
