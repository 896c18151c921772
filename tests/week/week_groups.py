"""What happens in one account of the made week: groups of records that belong together.

Nothing here is a person breaking the glass. Much of it looks like that: privileged roles taken by services, reserved roles
written, trails and bucket policies updated by Control Tower, guardrails moved, root-typed service events.
"""
import activity
import automation
import sts
from activity import CI_WRITES, MACHINE, READS, call, calls, user_calls
from identity_center import Visit
from records import Session, User, root

CT = automation.CT
PERMISSION_SETS = ("ReadOnlyAccess", "DeveloperAccess", "PowerUserAccess", "Billing", "SecurityAudit",
                   "AWSServiceCatalogEndUserAccess")


def landing_zone_update(t, at, account):
    """Control Tower updates the landing zone and enrols the account: trail, log bucket, guardrails, roles."""
    org = t.org
    admin = automation.control_tower_admin(t, at)
    who = admin.identity()
    who["invokedBy"] = CT

    def do(n, where, region, source, name, params, identity):
        t.add(where, region, at + n, source + ".amazonaws.com", name, identity, ip=CT, ua=CT, params=params)

    mgmt, trail = org.management, "aws-controltower-BaselineCloudTrail"
    bucket = f"aws-controltower-logs-{org.accounts[1].id}-{org.idc_region}"
    do(1, mgmt, org.idc_region, "cloudtrail", "UpdateTrail",
       {"name": trail, "s3BucketName": bucket, "isMultiRegionTrail": True, "isOrganizationTrail": True,
        "enableLogFileValidation": True}, who)
    do(2, mgmt, org.idc_region, "logs", "PutRetentionPolicy",
       {"logGroupName": "aws-controltower/CloudTrailLogs", "retentionInDays": 14}, who)
    do(3, mgmt, "us-east-1", "organizations", "MoveAccount",
       {"accountId": account.id, "sourceParentId": "r-ab12", "destinationParentId": "ou-ab12-cd34ef56"}, who)
    do(4, mgmt, "us-east-1", "organizations", "UpdatePolicy",
       {"policyId": "p-1a2b3c4d", "name": "aws-guardrails-" + t.rng.hexes(6)}, who)
    do(5, mgmt, org.idc_region, "sso", "ProvisionPermissionSet",
       {"instanceArn": f"arn:aws:sso:::instance/{org.instance}",
        "permissionSetArn": org.permission_set_arn("ReadOnlyAccess"),
        "targetType": "AWS_ACCOUNT", "targetId": account.id}, who)
    s = automation.control_tower_visit(t, at + 10, admin, account)
    inside = s.identity()
    inside["invokedBy"] = CT
    do(20, account, "us-east-1", "iam", "CreateRole",
       {"roleName": "aws-controltower-AdministratorExecutionRole",
        "assumeRolePolicyDocument": '{"Version":"2012-10-17","Statement":[]}'}, inside)
    do(21, account, "us-east-1", "iam", "PutRolePolicy",
       {"roleName": "aws-controltower-ReadOnlyExecutionRole", "policyName": "p", "policyDocument": "{}"},
       inside)
    do(22, account, org.idc_region, "config", "PutConfigurationRecorder",
       {"configurationRecorder": {"name": "aws-controltower-BaselineConfigRecorder"}},
       inside)
    log_archive = org.accounts[1]
    s = automation.control_tower_visit(t, at + 30, admin, log_archive)
    inside = s.identity()
    inside["invokedBy"] = CT
    do(40, log_archive, org.idc_region, "s3", "PutBucketPolicy",
       {"bucketName": bucket, "policy": "", "bucketPolicy": {"Version": "2012-10-17"}}, inside)
    do(41, log_archive, org.idc_region, "s3", "PutBucketLifecycle", {"bucketName": bucket, "lifecycle": ""}, inside)


def ordinary_access(t, at, account, number):
    """One person at everyday work, by one of the ways that people have."""
    org = t.org
    person = list(org.people.values())[number % len(org.people)]
    permission_set = PERMISSION_SETS[number % len(PERMISSION_SETS)]
    visit = Visit(t, person, gen="old" if number % 7 == 0 else "new")
    s = visit.via_cli(at, account, permission_set) if number % 2 else visit.via_portal(at, account, permission_set)
    calls(t, at + 60, s, [t.rng.choice(READS) for _ in range(8)], ip=visit.ip, step=30)
    if number % 5 == 0:
        sts.aws_login(t, at + 400, account, s.identity(), s.arn, ip=visit.ip, role=permission_set, refresh=[at + 1300],
                      region="eu-west-1")
    if number % 6 == 0:
        visit.sign_in(at + 3000, fail=True)
    if number % 9 == 0:
        s = sts.account_access(t, at + 3100, account, "TeamOperator", person)
        calls(t, at + 3130, s, ["list_buckets", "list_functions"], ip=person.ip)
    if number % 11 == 0:
        s = sts.saml(t, at + 3200, account, "Developers", "corporate-idp", person.mail, ip=person.ip)
        sts.console_login(t, at + 3202, account, s.identity(), "saml_federation", person.mail, ip=person.ip,
                          role="Developers", region="eu-west-1")
    if number % 4 == 0:
        legacy = User(account, "jo.legacy")
        sts.console_login(t, at + 3300, account, legacy.identity(""), "iam_user_console", legacy.name, ip=person.ip,
                          mfa="Yes")
        sts.console_login(t, at + 3290, account, legacy.identity(""), "iam_user_console", legacy.name, ip=person.ip,
                          ok=False)


def deployments(t, at, account, number):
    names = [CI_WRITES[(number + j) % len(CI_WRITES)] for j in range(4)]
    automation.ci(t, at, account, names)
    s = Session(t.rng, account, "ci-deploy", "GitHubActions", at, path="/ci/")
    for n, (source, name, params) in enumerate((
            ("iam", "UpdateAssumeRolePolicy",
             {"roleName": "orders-worker", "policyDocument": '{"Version":"2012-10-17","Statement":[]}'}),
            ("iam", "CreateOpenIDConnectProvider",
             {"url": "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF",
              "clientIDList": ["sts.amazonaws.com"]}),
            ("iam", "CreatePolicyVersion",
             {"policyArn": f"arn:aws:iam::{account.id}:policy/orders-runtime", "setAsDefault": True}),
            ("sqs", "SetQueueAttributes", {"queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{account.id}/orders"}),
            ("logs", "DeleteLogGroup", {"logGroupName": "/aws/lambda/orders-preview-42"}),
            ("lambda", "DeleteFunction20150331", {"functionName": "orders-preview-42"}),
            ("secretsmanager", "PutSecretValue", {"secretId": "orders/db"}),
            ("kms", "ScheduleKeyDeletion", {"keyId": account.kms_keys[0], "pendingWindowInDays": 30}),
            ("events", "PutTargets", {"rule": "nightly-orders", "targets": []}))):
        t.add(account, "eu-west-1", at + 20 + n, source + ".amazonaws.com", name, s.identity(), ip="203.0.113.71",
              params=params)


def machine_groups(t, at, account):
    """Single calls of roles and services, one group each."""
    worker = Session(t.rng, account, "orders-worker", account.instances[0], at)
    for i, what in enumerate(MACHINE):
        yield lambda what=what, i=i: call(t, at + i, account, worker.identity(), what, ip="203.0.113.81",
                                          region="eu-west-1" if i % 3 else "eu-central-1")
    yield lambda: automation.service_calls(t, at, account)
    yield lambda: automation.eks_pod(t, at, account, MACHINE[:4])
    key_user = User(account, "svc-ci", "/service/")
    yield lambda: user_calls(t, at, key_user, ("list_buckets", "update_code", "ecr_token"), ip="203.0.113.88")
    yield lambda: call(t, at, account, worker.identity(), "delete_log_stream", ip="203.0.113.81")
    hub = t.org.accounts[2]
    scanner = Session(t.rng, hub, "posture-scanner", "scanner", at)
    yield lambda: calls(t, at + 1,
                        sts.assume_role(t, at, scanner.identity(), hub, scanner.role_id + ":scanner", account,
                                        "posture-read", "scanner",
                                                   scanner.arn, ip="203.0.113.95"),
                        ("describe_instances", "get_role", "get_bucket_policy"),
                        ip="203.0.113.95", step=1)


def daily_groups(t, at, account, number):
    """The machinery of the organization, a few times in the week."""
    def visit():
        automation.control_tower_visit(t, at + 1, automation.control_tower_admin(t, at), account)

    yield 7, visit
    yield 7, lambda: automation.recorder(t, at, account)
    yield 7, lambda: automation.backup(t, at, account)
    yield 2, lambda: automation.stack_sets(t, at, account, service_managed=number % 2 == 0)
    yield 1, lambda: automation.provision(t, at, account, PERMISSION_SETS[number % 6], first=number % 3 == 0)
    yield 3, lambda: ordinary_access(t, at, account, number)
    yield 3, lambda: deployments(t, at, account, number)
    yield 1, lambda: automation.rotate_key(t, at, account)
    yield 1, lambda: t.add(account, "us-east-1", at, "health.amazonaws.com", "AWS_ABUSE_NOTICE", root(account),
                           ip="AWS Internal", ua="AWS Internal",
                           event_type="AwsServiceEvent", details={"note": "made by the service"})
    yield 2, lambda: automation.scim(t, at, count=5)
    if number % 10 == 0:
        yield 1, lambda: landing_zone_update(t, at, account)
    if number % 8 == 0:
        yield 1, lambda: automation.account_factory(t, at, account, "ReadOnlyAccess", t.rng.uuid())
