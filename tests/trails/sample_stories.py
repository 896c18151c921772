"""The break-glass sessions of the sample trail: one function each, told as it happened.

Every function plants records and says of each access what a scan with share/sample-trail/glasswatch.yaml must tell.
`day` is midnight UTC of the first day.
"""
import activity
import sts
from activity import calls, user_calls
from identity_center import Visit
from org import iso
from records import Session, User, root

H, M = 3600, 60
DAY = 24 * H


def portal_console(t, day):
    """A payment outage at night: alice goes through the portal into the production console."""
    org, t.story = t.org, "portal-console"
    visit = Visit(t, org.people["alice"])
    at = day + 2 * H + 14 * M
    s = visit.via_portal(at, org.by_name["prod-payments"], "BreakGlassAdmin", break_glass=True)
    calls(t, at + 2 * M, s,
          ["describe_db", "modify_db", "describe_instances", "authorize_ingress", "ssm_session", "terminate_instances",
                             "run_instances", "get_secret", "describe_db"], ip=visit.ip)
    visit.logout(at + 50 * M)


def terminal_with_refresh(t, day):
    """bob repairs prod-core from a terminal; the credentials are renewed after an hour."""
    org, t.story = t.org, "terminal-with-refresh"
    visit = Visit(t, org.people["bob"])
    core = org.by_name["prod-core"]
    at = day + 9 * H
    s = visit.via_cli(at, core, "BreakGlassAdmin", break_glass=True)
    calls(t, at + 2 * M, s, ["assume_info", "list_buckets", "get_bucket_policy", "put_bucket_policy", "list_functions"],
          ip=visit.ip)
    visit.token(at + H, grant="refresh_token")
    visit.get_role_credentials(at + H + 35, core, "BreakGlassAdmin", break_glass=True)
    s = visit.session(at + H + 35, core, "BreakGlassAdmin", break_glass=True)
    calls(t, at + H + 2 * M, s, ["update_code", "retention", "describe_stacks"], ip=visit.ip)


def old_records_console(t, day):
    """A drill in staging, with records of the old generation: userName and principalId, type Unknown."""
    org, t.story = t.org, "old-records-console"
    visit = Visit(t, org.people["carol"], gen="old")
    at = day + 10 * H
    s = visit.via_portal(at, org.by_name["staging"], "BreakGlassAdmin", break_glass=True)
    calls(t, at + 2 * M, s, ["describe_instances", "list_buckets", "describe_db"], ip=visit.ip, version="1.08")


def old_records_terminal(t, day):
    """The old generation from a terminal, with a permission set that has `_` in its name."""
    org, t.story = t.org, "old-records-terminal"
    visit = Visit(t, org.people["dave"], gen="old")
    at = day + 13 * H
    s = visit.via_cli(at, org.by_name["prod-core"], "BreakGlass_Network", break_glass=True)
    calls(t, at + 2 * M, s, ["authorize_ingress", "describe_instances"], ip=visit.ip, version="1.08")


def refused_at_the_portal(t, day):
    """erin tries production without an assignment, and mistypes her password before."""
    org, t.story = t.org, "refused-at-the-portal"
    visit = Visit(t, org.people["erin"])
    at = day + 15 * H
    visit.sign_in(at, fail=True)
    visit.sign_in(at + 40)
    visit.token(at + 70, polls=1)
    for i in range(3):
        visit.get_role_credentials(at + 80 + 20 * i, org.by_name["prod-payments"], "BreakGlassAdmin", break_glass=True,
                                   error="ForbiddenException")
    visit.federate(at + 200, org.by_name["prod-payments"], "BreakGlassAdmin", break_glass=True, error="AccessDenied")


def root_console(t, day):
    """The root user of the sandbox: a wrong password, then with MFA, then API calls."""
    org, t.story = t.org, "root-console"
    account, ip = org.by_name["sandbox"], "198.51.100.200"
    arn, at = f"arn:aws:iam::{account.id}:root", day + DAY + 7 * H
    sts.console_login(t, at, account, root(account), "root_console", arn, ip=ip, ok=False, break_glass=True)
    sts.check_mfa(t, at + 30, account, root(account), ip=ip)
    sts.console_login(t, at + 35, account, root(account), "root_console", arn, ip=ip, mfa="Yes", break_glass=True)
    for i, what in enumerate(("list_buckets", "describe_instances", "get_bucket_policy")):
        rec = activity.call(t, at + 90 + 30 * i, account, root(account, t.rng.short_key(), at + 35), what, ip=ip,
                            console=True, region="us-east-1")
        t.access(rec, "root_api", account.id, None, arn, break_glass=True)
    sts.change(t, at + 300, account, "us-east-1", "iam.amazonaws.com", "CreateAccessKey",
               root(account, t.rng.short_key(), at + 35), None, arn,
               mechanism="root_api", ip=ip,
               response={"accessKey": {"accessKeyId": t.rng.long_key(), "status": "Active"}})


def root_key_of_old(t, day):
    """A forgotten access key of staging's root user, in a record of version 1.05."""
    org, t.story = t.org, "root-key"
    account = org.by_name["staging"]
    for i in range(2):
        rec = activity.call(t, day + DAY + 4 * H + 10 * i, account, root(account, "AKIA4EXAMPLEROOTKEY0"),
                            "list_buckets", ip="192.0.2.77",
                            version="1.05", region="us-east-1")
        t.access(rec, "root_api", account.id, None, f"arn:aws:iam::{account.id}:root", break_glass=True)


def root_password(t, day):
    """Somebody resets the root password of the log archive, and signs in on the command line with `aws login`."""
    org, t.story = t.org, "root-password"
    account, ip = org.by_name["log-archive"], "192.0.2.200"
    arn, at = f"arn:aws:iam::{account.id}:root", day + 2 * DAY + 3 * H
    sts.password_event(t, at, account, root(account), "PasswordRecoveryRequested", arn, ip=ip, ok=False)
    sts.password_event(t, at + 60, account, root(account), "PasswordRecoveryRequested", arn, ip=ip)
    sts.password_event(t, at + 200, account, root(account), "PasswordRecoveryCompleted", arn, ip=ip)
    sts.password_event(t, at + 201, account, root(account), "PasswordUpdated", arn, ip=ip)
    sts.console_login(t, at + 260, account, root(account), "root_console", arn, ip=ip, mfa="Yes", break_glass=True)
    who = root(account, "", at + 260)
    sts.aws_login(t, at + 400, account, who, arn, ip=ip, also=["root_api"], refresh=[at + 1300], break_glass=True)
    rec = activity.call(t, at + 420, account, root(account, t.rng.short_key(), at + 402), "list_buckets", ip=ip,
                        region="us-east-1")
    t.access(rec, "root_api", account.id, None, arn, break_glass=True)


def assume_root(t, day):
    """A bucket policy locks everybody out: a root session for that one task; and one that is refused."""
    org, t.story = t.org, "assume-root"
    visit = Visit(t, org.people["frank"])
    at = day + DAY + 11 * H
    core, s = org.by_name["prod-core"], visit.via_cli(at, org.management, "BreakGlassAdmin", break_glass=True)
    sts.assume_root(t, at + 2 * M, s, org.by_name["audit"], "IAMDeleteRootUserCredentials", s.arn, ip=visit.ip,
                    error="AccessDenied")
    key = sts.assume_root(t, at + 3 * M, s, core, "S3UnlockBucketPolicy", s.arn, ip=visit.ip)
    # Inside: type Root, but never plain root. Reading is activity; the write is told with the session that it belongs to.
    inside = root(core, key, at + 3 * M, mfa="false", assumed=True)
    t.add(core, "eu-west-1", at + 4 * M, "s3.amazonaws.com", "GetBucketPolicy", inside, ip=visit.ip, read_only=True,
          params={"bucketName": "exports-" + core.id, "policy": ""})
    rec = t.add(core, "eu-west-1", at + 5 * M, "s3.amazonaws.com", "DeleteBucketPolicy", inside, ip=visit.ip,
                params={"bucketName": "exports-" + core.id, "policy": ""})
    t.access(rec, "other", core.id, None, inside["arn"], also=["assume_root"], break_glass=True)


def organization_role(t, day):
    """grace enters staging through the role that Organizations left there; recorded in both accounts."""
    org, t.story = t.org, "organization-role"
    visit = Visit(t, org.people["grace"])
    at = day + DAY + 14 * H
    admin = visit.via_cli(at, org.management, "OrganizationAdmin")
    s = sts.assume_role(t, at + M, admin.identity(), org.management, admin.role_id + ":" + admin.name,
                        org.by_name["staging"],
                        "OrganizationAccountAccessRole", "grace", admin.arn, ip=visit.ip, break_glass=True)
    calls(t, at + 2 * M, s, ["describe_instances", "create_role", "get_secret"], ip=visit.ip)


def break_glass_user(t, day):
    """The IAM user kept for the day when Identity Center is down: console, session token, emergency role, role switch."""
    org, t.story = t.org, "break-glass-user"
    shared, payments, ip = org.by_name["shared-services"], org.by_name["prod-payments"], "203.0.113.150"
    user = User(shared, "bg-admin-1", "/breakglass/")
    at = day + 2 * DAY + 5 * H
    serial = f"arn:aws:iam::{shared.id}:mfa/bg-admin-1"
    sts.console_login(t, at, shared, user.identity(""), "iam_user_console", user.name, ip=ip, region="eu-west-1",
                      ok=False, break_glass=True)
    sts.check_mfa(t, at + 20, shared, user.identity(""), ip=ip, region="eu-west-1")
    sts.console_login(t, at + 25, shared, user.identity(""), "iam_user_console", user.name, ip=ip, region="eu-west-1",
                      mfa="Yes", break_glass=True)
    browser = user.identity(t.rng.short_key(), at + 25, "true")
    s = sts.assume_role(t, at + 60, browser, shared, user.id, payments, "EmergencyAccess", user.name, user.name, ip=ip,
                        also=["iam_user_api"],
                        break_glass=True, source_identity=user.name)
    sts.switch_role(t, at + 61, s, user.arn, user.name, ip=ip, break_glass=True)
    calls(t, at + 2 * M, s, ["describe_db", "modify_db", "describe_instances"], ip=ip)
    sts.session_token(t, at + 10 * M, shared, user.identity(), user.name, ip=ip, also=["iam_user_api"], serial=serial,
                      break_glass=True)
    user_calls(t, at + 11 * M, user, ["assume_info", "list_buckets"], ip=ip, break_glass=True)


def second_user_everywhere(t, day):
    """The other break-glass user: `aws login`, a federation token, a console from it, and doors that stay shut."""
    org, t.story = t.org, "second-break-glass-user"
    shared, ip = org.by_name["shared-services"], "203.0.113.151"
    user = User(shared, "bg-admin-2", "/breakglass/")
    at = day + 2 * DAY + 8 * H
    sts.console_login(t, at, shared, user.identity(""), "iam_user_console", user.name, ip=ip, mfa="Yes",
                      break_glass=True)
    browser = user.identity("", at, "true")
    sts.aws_login(t, at + M, shared, browser, user.name, ip=ip, also=["iam_user_api"], refresh=[at + 16 * M],
                  break_glass=True)
    user_calls(t, at + 2 * M, user, ["list_buckets", "describe_instances"], ip=ip, break_glass=True,
               identity=user.identity(t.rng.short_key(), at + M, "true"))
    key = sts.session_token(t, at + 20 * M, shared, user.identity(), user.name, ip=ip, also=["iam_user_api"],
                            federated="emergency", break_glass=True)
    arn = f"arn:aws:sts::{shared.id}:federated-user/emergency"
    federated = {"type": "FederatedUser", "principalId": f"{shared.id}:emergency", "arn": arn, "accountId": shared.id,
                 "accessKeyId": key,
                 "sessionContext": {"sessionIssuer": {"type": "IAMUser", "principalId": user.id, "arn": user.arn,
                                                      "accountId": shared.id,
                                                      "userName": user.name},
                                    "attributes": {"creationDate": iso(at + 20 * M), "mfaAuthenticated": "false"}}}
    sts.console_login(t, at + 21 * M, shared, federated, "session_token", arn, ip=ip, break_glass=True)
    for i, target in enumerate(("prod-payments", "prod-core", "log-archive")):
        sts.denied_assume_role(t, at + 30 * M + 20 * i, user.identity(), shared, user.arn, org.by_name[target],
                               "EmergencyAccess", user.name, ip=ip,
                               also=["iam_user_api"], break_glass=True, scp=i == 2)


def direct_saml(t, day):
    """Identity Center is down: the outside identity provider straight into prod-core, first with a bad assertion."""
    org, t.story = t.org, "direct-saml"
    core, ip, name = org.by_name["prod-core"], "192.0.2.140", "heidi@example.com"
    at = day + 2 * DAY + 12 * H
    sts.saml(t, at, core, "EmergencyAccess", "emergency-idp", name, ip=ip, break_glass=True,
             error="InvalidIdentityToken")
    s = sts.saml(t, at + 40, core, "EmergencyAccess", "emergency-idp", name, ip=ip, break_glass=True)
    s.console = True
    sts.signin_token(t, at + 41, s, name, ip=ip, break_glass=True)
    sts.console_login(t, at + 42, core, s.identity(), "saml_federation", name, ip=ip, role="EmergencyAccess",
                      region="eu-west-1", break_glass=True)
    calls(t, at + 2 * M, s, ["describe_instances", "authorize_ingress", "decrypt"], ip=ip)


def account_access_manager(t, day):
    """No reserved role, no permission set: Account access manager hands out an ordinary role."""
    org, t.story = t.org, "account-access-manager"
    at = day + 2 * DAY + 15 * H
    s = sts.account_access(t, at, org.by_name["prod-payments"], "BreakGlassOperator", org.people["ivan"],
                           break_glass=True)
    calls(t, at + 30, s, ["describe_db", "get_secret", "list_functions"], ip=org.people["ivan"].ip)
    s = sts.account_access(t, at + 40 * M, org.by_name["sandbox"], "Playground", org.people["ivan"])
    calls(t, at + 41 * M, s, ["list_buckets"], ip=org.people["ivan"].ip)


def app_acting_as_user(t, day):
    """An application obtains account access of a person and uses it like that person would."""
    org, t.story = t.org, "app-acting-as-user"
    at, person = day + 2 * DAY + 16 * H, org.people["judy"]
    caller = Session(t.rng, org.by_name["shared-services"], "runbook-app", "runbook-app-7f9c", at - 20 * M)
    credential = sts.token_with_iam(t, at, caller, "apl-0123456789abcdef", person, ip="203.0.113.160", break_glass=True)
    visit = Visit(t, person, ip="203.0.113.160", ua="Boto3/1.35.10 md/Botocore#1.35.10 lang/python#3.12.5")
    visit.get_role_credentials(at + 5, org.by_name["prod-core"], "BreakGlassAdmin", break_glass=True,
                               credential=credential,
                               ua="Boto3/1.35.10 md/Botocore#1.35.10 lang/python#3.12.5")
    s = visit.session(at + 5, org.by_name["prod-core"], "BreakGlassAdmin", break_glass=True)
    calls(t, at + 20, s, ["assume_info", "list_functions", "update_code"], ip="203.0.113.160")


def tampering(t, day):
    """mallory has the glass broken and makes the monitor blind; a member tries the same and may not."""
    org, t.story = t.org, "tampering"
    visit = Visit(t, org.people["mallory"])
    at = day + 2 * DAY + 19 * H
    s = visit.via_portal(at, org.management, "BreakGlassAdmin", break_glass=True)
    who, ip = s.identity(), visit.ip
    trail = f"arn:aws:cloudtrail:eu-west-1:{org.management.id}:trail/aws-controltower-BaselineCloudTrail"
    put = lambda n, source, name, params: sts.change(t, at + n * M, org.management, "eu-west-1", source, name, who,
                                                     params, s.arn,
                                                     mechanism="tamper", also=[], role="BreakGlassAdmin", ip=ip)
    put(3, "cloudtrail.amazonaws.com", "PutEventSelectors",
        {"trailName": trail, "eventSelectors": [{"readWriteType": "WriteOnly", "includeManagementEvents": True,
                                                 "dataResources": [],
                                                 "excludeManagementEventSources": []}]})
    put(4, "cloudtrail.amazonaws.com", "StopLogging", {"name": trail})
    put(6, "logs.amazonaws.com", "DeleteSubscriptionFilter",
        {"logGroupName": "aws-controltower/CloudTrailLogs", "filterName": "glasswatch"})
    put(7, "events.amazonaws.com", "DisableRule", {"name": "glasswatch-forward", "eventBusName": "default"})
    sts.change(t, at + 9 * M, org.management, "eu-west-1", "lambda.amazonaws.com",
               "UpdateFunctionConfiguration20150331v2", who,
               {"functionName": "glasswatch", "environment": {}}, s.arn, role="BreakGlassAdmin", ip=ip)
    sandbox = org.by_name["sandbox"]
    dev = Visit(t, org.people["erin"]).via_cli(at + 20 * M, sandbox, "DeveloperAccess")
    sts.change(t, at + 22 * M, sandbox, "eu-west-1", "cloudtrail.amazonaws.com", "StopLogging", dev.identity(), None,
               dev.arn, mechanism="tamper",
               also=[], role="DeveloperAccess", ip=org.people["erin"].ip, error="AccessDenied", console=False,
               message=f"User: {dev.arn} is not authorized to perform: cloudtrail:StopLogging on resource: {trail} with an explicit deny in a "
                       "service control policy")


def emergency_path(t, day):
    """Who may break the glass, as what, and with which proof, is changed: silently, were nobody watching."""
    org, t.story = t.org, "emergency-path"
    visit = Visit(t, org.people["trent"])
    at = day + DAY + 17 * H
    mgmt, s = org.management, visit.via_portal(at, org.management, "OrganizationAdmin")
    who, ip, region = s.identity(), visit.ip, org.idc_region
    instance = f"arn:aws:sso:::instance/{org.instance}"
    permission_set = org.permission_set_arn("BreakGlassAdmin")
    put = lambda n, account, source, name, params, identity=who, arn=s.arn, role="OrganizationAdmin", response=None: sts.change(
        t, at + n * M, account, region, source, name, identity, params, arn, role=role, ip=ip, response=response)
    put(2, mgmt, "sso.amazonaws.com", "CreateAccountAssignment",
        {"instanceArn": instance, "targetId": org.by_name["prod-payments"].id, "targetType": "AWS_ACCOUNT",
         "permissionSetArn": permission_set,
         "principalType": "USER", "principalId": org.people["mallory"].user_id},
        response={"accountAssignmentCreationStatus": {"status": "IN_PROGRESS", "requestId": t.rng.uuid()}})
    put(3, mgmt, "sso.amazonaws.com", "AttachManagedPolicyToPermissionSet",
        {"instanceArn": instance, "permissionSetArn": permission_set,
         "managedPolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    put(4, mgmt, "sso.amazonaws.com", "UpdateSsoConfiguration",
        {"ssoConfiguration": {"sessionConfiguration": {"maxAuthenticationAge": "P90D"}},
         "configurationType": "SESSION"})
    put(5, mgmt, "identitystore.amazonaws.com", "CreateGroupMembership",
        {"identityStoreId": org.store_id, "groupId": t.rng.uuid(),
         "memberId": {"userId": org.people["mallory"].user_id}})
    payments = org.by_name["prod-payments"]
    inside = visit.via_portal(at + 10 * M, payments, "AdministratorAccess", sign_in=False)
    put(12, payments, "iam.amazonaws.com", "UpdateAssumeRolePolicy",
        {"roleName": "EmergencyAccess",
         "policyDocument": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},'
         '"Action":"sts:AssumeRole"}]}'}, inside.identity(), inside.arn, "AdministratorAccess")
    put(13, payments, "iam.amazonaws.com", "CreateSAMLProvider",
        {"name": "second-idp", "sAMLMetadataDocument": "<EntityDescriptor/>"},
        inside.identity(), inside.arn, "AdministratorAccess")
    shared = org.by_name["shared-services"]
    inside = visit.via_portal(at + 20 * M, shared, "AdministratorAccess", sign_in=False)
    put(22, shared, "iam.amazonaws.com", "DeactivateMFADevice",
        {"userName": "bg-admin-1", "serialNumber": f"arn:aws:iam::{shared.id}:mfa/bg-admin-1"}, inside.identity(),
        inside.arn, "AdministratorAccess")


STORIES = (portal_console, terminal_with_refresh, old_records_console, old_records_terminal, refused_at_the_portal,
           root_console,
           root_key_of_old, root_password, assume_root, organization_role, break_glass_user, second_user_everywhere,
           direct_saml,
           account_access_manager, app_acting_as_user, tampering, emergency_path)
