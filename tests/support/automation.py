"""The organization's own machinery: Control Tower, StackSets, Identity Center provisioning, SCIM, Config, backups.

All of it looks privileged, none of it is a person: no break-glass. What `scan --all` must list of it is said at each
place; the rest is ordinary activity.
"""
import sts
from activity import call
from records import Session, service

CT = "controltower.amazonaws.com"
STACKSETS = "stacksets.cloudformation.amazonaws.com"
SSO = "sso.amazonaws.com"


def control_tower_admin(trail, t):
    """Control Tower's session in the management account, which it takes before it works in members."""
    return sts.service_assume_role(trail, t, CT, trail.org.management, "AWSControlTowerAdmin", "AWSControlTower",
                                   path="/service-role/", region=trail.org.idc_region)


def control_tower_visit(trail, t, admin, account, *, region="eu-west-1"):
    """AWSControlTowerAdmin takes AWSControlTowerExecution in a member: both copies, then checks of the landing zone."""
    caller = admin.identity()
    caller["invokedBy"] = CT
    s = sts.assume_role(trail, t, caller, admin.account, admin.role_id + ":" + admin.name, account,
                        "AWSControlTowerExecution",
                        "AWSControlTower", admin.arn, region=region, ip=CT, ua=CT)
    for i, what in enumerate(("describe_stacks", "get_role", "describe_trails")):
        call(trail, t + 2 + i, account, s.identity(), what, ip=CT, ua=CT, region=region)
    return s


def account_factory(trail, t, account, permission_set, group):
    """A new account: CreateManagedAccount, then Control Tower assigns the standard group to it."""
    org = trail.org
    admin = control_tower_admin(trail, t)
    who = admin.identity()
    who["invokedBy"] = CT
    trail.add(org.management, org.idc_region, t + 1, CT, "CreateManagedAccount",
              {"accountId": org.management.id, "invokedBy": "AWS Internal"},
              event_type="AwsServiceEvent", ip="AWS Internal", ua="AWS Internal",
              details={"createManagedAccountStatus": {"state": "SUCCEEDED",
                                                      "account": {"accountId": account.id,
                                                                  "accountName": account.name}}})
    rec = trail.add(org.management, org.idc_region, t + 3, SSO, "CreateAccountAssignment", who, ip=CT, ua=CT,
                    params={"instanceArn": f"arn:aws:sso:::instance/{org.instance}", "targetId": account.id,
                            "targetType": "AWS_ACCOUNT",
                            "permissionSetArn": org.permission_set_arn(permission_set), "principalType": "GROUP",
                            "principalId": group},
                    response={"accountAssignmentCreationStatus": {"status": "IN_PROGRESS",
                                                                  "requestId": trail.rng.uuid()}})
    trail.access(rec, "other", org.management.id, "AWSControlTowerAdmin", admin.arn, also=["tamper"])
    control_tower_visit(trail, t + 6, admin, account)


def stack_sets(trail, t, account, *, service_managed=True, region="eu-west-1"):
    """StackSets rolls out: its role in the management account takes the execution role in the member."""
    org = trail.org
    if service_managed:
        caller = Session(trail.rng, org.management, "AWSServiceRoleForCloudFormationStackSetsOrgAdmin",
                         "AWSCloudFormation", t,
                         path="/aws-service-role/stacksets.cloudformation.amazonaws.com/")
        role = "stacksets-exec-" + trail.org.id[2:] * 3
        role = role[:47]
    else:
        caller = sts.service_assume_role(trail, t, "cloudformation.amazonaws.com", org.management,
                                         "AWSCloudFormationStackSetAdministrationRole",
                                         "AWSCloudFormation")
        role = "AWSCloudFormationStackSetExecutionRole"
    who = caller.identity()
    who["invokedBy"] = STACKSETS if service_managed else "cloudformation.amazonaws.com"
    s = sts.assume_role(trail, t + 1, who, org.management, caller.role_id + ":" + caller.name, account, role,
                        "AWSCloudFormation", caller.arn,
                        region=region, ip=who["invokedBy"], ua=who["invokedBy"])
    inner = s.identity()
    inner["invokedBy"] = "cloudformation.amazonaws.com"
    for i, what in enumerate(("describe_stacks", "create_role", "put_role_policy", "put_rule")):
        call(trail, t + 3 + i, account, inner, what, ip="cloudformation.amazonaws.com",
             ua="cloudformation.amazonaws.com", region=region)


def provision(trail, t, account, permission_set, *, first=False):
    """Identity Center makes (or refreshes) the reserved role of a permission set in a member account."""
    s = Session(trail.rng, account, "AWSServiceRoleForSSO", "AWS-SSO", t, path="/aws-service-role/sso.amazonaws.com/",
                invoked_by=SSO)
    role, path = account.reserved(permission_set), account.reserved_path()
    steps = []
    if first:
        steps.append(("CreateSAMLProvider",
                      {"name": account.saml_provider().rsplit("/", 1)[1],
                       "sAMLMetadataDocument": "<EntityDescriptor/>"}))
        steps.append(("CreateRole",
                      {"path": path, "roleName": role, "maxSessionDuration": 43200, "assumeRolePolicyDocument":
                                     '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"'
                                     + account.saml_provider() +
                       '"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"]}]}'}))
    steps.append(("AttachRolePolicy", {"roleName": role, "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}))
    steps.append(("PutRolePolicy",
                  {"roleName": role, "policyName": "AwsSSOInlinePolicy",
                   "policyDocument": '{"Version":"2012-10-17","Statement":[]}'}))
    for i, (name, params) in enumerate(steps):
        rec = trail.add(account, "us-east-1", t + i, "iam.amazonaws.com", name, s.identity(), ip=SSO, ua=SSO,
                        params=params)
        trail.access(rec, "other", account.id, "AWSServiceRoleForSSO", s.arn, also=["tamper"])


def scim(trail, t, count=3):
    """The outside directory keeps users and groups in step."""
    org, token = trail.org, trail.rng.uuid()
    for i in range(count):
        name = ("PatchUser", "GetUser", "CreateUser", "ListGroups", "PatchGroup")[i % 5]
        read = name.startswith(("Get", "List"))
        rec = trail.add(org.management, org.idc_region, t + i, "identitystore-scim.amazonaws.com", name,
                        {"type": "WebIdentityUser", "principalId": token, "userName": token,
                         "accountId": org.management.id},
                        ip="203.0.113.90", ua="Okta-SCIM-Client/1.0", read_only=read,
                        params={"tenantId": org.store_id, "id": trail.rng.uuid(),
                                "httpBody": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                "operations": [{"op": "add", "path": "members",
                                                "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]}} if not read else
                               {"tenantId": org.store_id})
        if not read:
            trail.access(rec, "other", org.management.id, None, None, also=["tamper"])


def recorder(trail, t, account, *, region="eu-west-1"):
    """AWS Config, GuardDuty, Access Analyzer looking around."""
    s = sts.service_assume_role(trail, t, "config.amazonaws.com", account, "AWSServiceRoleForConfig",
                                "AWSConfig-Describe",
                                path="/aws-service-role/config.amazonaws.com/", region=region)
    inner = s.identity()
    inner["invokedBy"] = "config.amazonaws.com"
    for i, what in enumerate(("describe_instances", "list_buckets", "get_bucket_policy", "get_role", "describe_db")):
        call(trail, t + 1 + i, account, inner, what, ip="config.amazonaws.com", ua="config.amazonaws.com",
             region=region)


def backup(trail, t, account, *, region="eu-west-1"):
    s = sts.service_assume_role(trail, t, "backup.amazonaws.com", account, "AWSBackupDefaultServiceRole",
                                "AWSBackup-AWSBackupDefaultServiceRole",
                                path="/service-role/", region=region)
    inner = s.identity()
    inner["invokedBy"] = "backup.amazonaws.com"
    trail.add(account, region, t + 2, "backup.amazonaws.com", "BackupJobStarted",
              {"accountId": account.id, "invokedBy": "backup.amazonaws.com"},
              ip="backup.amazonaws.com", ua="backup.amazonaws.com", event_type="AwsServiceEvent",
              details={"backupJobId": trail.rng.uuid(), "state": "RUNNING"})
    call(trail, t + 3, account, inner, "describe_instances", ip="backup.amazonaws.com", ua="backup.amazonaws.com",
         region=region)


def rotate_key(trail, t, account, *, region="eu-west-1"):
    """KMS rotates a key by itself: a service event that says "Root" in some accounts. Never a person."""
    trail.add(account, region, t, "kms.amazonaws.com", "RotateKey",
              {"type": "Root", "principalId": account.id, "arn": f"arn:aws:iam::{account.id}:root",
               "accountId": account.id, "accessKeyId": "",
               "invokedBy": "AWS Internal"}, ip="AWS Internal", ua="AWS Internal", event_type="AwsServiceEvent",
              details={"keyId": trail.rng.choice(account.kms_keys), "rotationType": "AUTOMATIC"})


def service_calls(trail, t, account, *, region="eu-west-1"):
    """Services calling services, the bulk of a real trail."""
    for i, (host, what) in enumerate((("elasticloadbalancing.amazonaws.com", "describe_instances"),
                                      ("autoscaling.amazonaws.com", "run_instances"),
                                      ("rds.amazonaws.com", "data_key"), ("cloudtrail.amazonaws.com", "data_key"),
                                      ("dynamodb.amazonaws.com", "decrypt"))):
        call(trail, t + i, account, service(host), what, ip=host, ua=host, region=region)


def ci(trail, t, account, names, *, github="example/orders"):
    """A pipeline: GitHub's token becomes a role, which deploys."""
    s = sts.web_identity(trail, t, account, "ci-deploy", "token.actions.githubusercontent.com",
                         f"repo:{github}:ref:refs/heads/main",
                         "GitHubActions", path="/ci/")
    for i, what in enumerate(names):
        call(trail, t + 3 + i, account, s.identity(), what, ip="203.0.113.71")


def eks_pod(trail, t, account, names):
    s = sts.web_identity(trail, t, account, "orders-irsa",
                         "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
                         "system:serviceaccount:orders:worker", str(1700000000000000000 + t), ip="203.0.113.72")
    for i, what in enumerate(names):
        call(trail, t + 1 + i, account, s.identity(), what, ip="203.0.113.72")
