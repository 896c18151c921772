"""STS and sign-in: AssumeRole in both copies, denials, federation, root, AssumeRoot, IAM users, `aws login`.

Shapes: the AWS pages "Logging IAM and AWS STS API calls with AWS CloudTrail" and "AWS Management Console sign-in events".
"""
from org import us_time
from records import HIDDEN, UA_BROWSER, UA_CLI, Session, other_account

STS, SIGNIN = "sts.amazonaws.com", "signin.amazonaws.com"


def _credentials(trail, key, t, duration):
    return {"accessKeyId": key, "sessionToken": trail.rng.text("ABCDEFGHabcdefgh0123456789+/", 40),
            "expiration": us_time(t + duration)}


def assume_role(trail, t, caller, caller_account, caller_id, target, role, name, who, *, path="/", region="eu-west-1",
                ip=None,
                ua=UA_CLI % "sts.assume-role", duration=3600, break_glass=False, also=(), version="1.11",
                mfa_serial=None,
                source_identity=None):
    """AssumeRole; across accounts it is recorded in both, with one sharedEventID. `who` names the caller in each copy.

    caller: userIdentity in the caller's account; caller_id: the principalId that the other account sees.
    """
    s = Session(trail.rng, target, role, name, t, path=path, source_identity=source_identity,
                mfa="true" if mfa_serial else "false")
    params = {"roleArn": s.role_arn, "roleSessionName": name, "durationSeconds": duration}
    if mfa_serial:
        params["serialNumber"] = mfa_serial
    if source_identity:
        params["sourceIdentity"] = source_identity
    response = {"credentials": _credentials(trail, s.key, t, duration),
                "assumedRoleUser": {"assumedRoleId": f"{s.role_id}:{name}", "arn": s.arn}}
    if source_identity:
        response["sourceIdentity"] = source_identity
    common = {"params": params, "response": response, "read_only": True, "ip": ip or "203.0.113.60", "ua": ua,
              "version": version,
              "resources": [{"accountId": target.id, "type": "AWS::IAM::Role", "ARN": s.role_arn}]}
    cross = target is not caller_account
    shared = trail.rng.uuid() if cross else None
    rec = trail.add(caller_account, region, t, STS, "AssumeRole", caller, shared=shared, **common)
    trail.access(rec, "assume_role", target.id, role, who, also=also, break_glass=break_glass)
    if cross:
        rec = trail.add(target, region, t, STS, "AssumeRole", other_account(caller_account.id, caller_id),
                        shared=shared,
                        **common)
        trail.access(rec, "assume_role", target.id, role, caller_id, break_glass=break_glass)
    return s


def denied_assume_role(trail, t, caller, caller_account, caller_arn, target, role, who, *, region="eu-west-1", ip=None,
                       break_glass=False, also=(), scp=False, path="/"):
    """A denial is recorded in the caller's account only, without requestParameters."""
    why = " with an explicit deny in a service control policy" if scp else ""
    rec = trail.add(caller_account, region, t, STS, "AssumeRole", caller, read_only=True, ip=ip or "203.0.113.60",
                    ua=UA_CLI % "sts.assume-role", error="AccessDenied",
                    message=f"User: {caller_arn} is not authorized to perform: sts:AssumeRole on resource: "
                            f"arn:aws:iam::{target.id}:role{path}{role}{why}")
    return trail.access(rec, "assume_role", target.id, role, who, outcome="failure", also=also, break_glass=break_glass)


def service_assume_role(trail, t, host, account, role, name, *, path="/", region="eu-west-1"):
    """A service taking its role: everyday traffic, no access. Returns the session."""
    s = Session(trail.rng, account, role, name, t, path=path)
    trail.add(account, region, t, STS, "AssumeRole", {"type": "AWSService", "invokedBy": host}, read_only=True, ip=host,
              ua=host,
              params={"roleArn": s.role_arn, "roleSessionName": name, "durationSeconds": 3600},
              response={"credentials": _credentials(trail, s.key, t, 3600)},
              resources=[{"accountId": account.id, "type": "AWS::IAM::Role", "ARN": s.role_arn}],
              shared=trail.rng.uuid())
    return s


def account_access(trail, t, account, role, person, *, region="eu-west-1", break_glass=False):
    """Account access manager hands an ordinary role to a person: AssumeRole by its service principal."""
    s = Session(trail.rng, account, role, person.mail, t, person=person, org=trail.org)
    host = "account-access.amazonaws.com"
    rec = trail.add(account, region, t, STS, "AssumeRole", {"type": "AWSService", "invokedBy": host}, read_only=True,
                    ip=host, ua=host,
                    params={"roleArn": s.role_arn, "roleSessionName": person.mail, "durationSeconds": 3600},
                    response={"credentials": _credentials(trail, s.key, t, 3600),
                              "assumedRoleUser": {"assumedRoleId": f"{s.role_id}:{person.mail}", "arn": s.arn}},
                    resources=[{"accountId": account.id, "type": "AWS::IAM::Role", "ARN": s.role_arn}])
    trail.access(rec, "assume_role", account.id, role, None, also=["account_access"], break_glass=break_glass)
    return s


def web_identity(trail, t, account, role, provider, subject, name, *, region="eu-west-1", path="/", ip="203.0.113.70",
                 error=None):
    """AssumeRoleWithWebIdentity: GitHub Actions, EKS service accounts."""
    s = Session(trail.rng, account, role, name, t, path=path,
                federated=f"arn:aws:iam::{account.id}:oidc-provider/{provider}")
    rec = trail.add(account, region, t, STS, "AssumeRoleWithWebIdentity",
                    {"type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:{subject}",
                     "userName": subject,
                     "identityProvider": provider}, read_only=True, ip=ip,
                    ua="aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.6",
                    params={"roleArn": s.role_arn, "roleSessionName": name, "durationSeconds": 3600},
                    response={"subjectFromWebIdentityToken": subject, "provider": provider,
                              "audience": "sts.amazonaws.com",
                              "credentials": _credentials(trail, s.key, t, 3600),
                              "assumedRoleUser": {"assumedRoleId": f"{s.role_id}:{name}", "arn": s.arn}},
                    resources=[{"accountId": account.id, "type": "AWS::IAM::Role", "ARN": s.role_arn}])
    trail.access(rec, "web_identity", account.id, role, subject)
    return s


def saml(trail, t, account, role, provider, name, *, region="eu-west-1", ip, break_glass=False, error=None):
    """Direct SAML federation, without Identity Center; returns the session (None when refused)."""
    s = Session(trail.rng, account, role, name, t)
    provider_arn = f"arn:aws:iam::{account.id}:saml-provider/{provider}"
    rec = trail.add(account, region, t, STS, "AssumeRoleWithSAML",
                    {"type": "SAMLUser", "principalId": f"q9TnZ1example=:{name}", "userName": name,
                     "identityProvider": "q9TnZ1example="},
                    read_only=True, ip=ip, ua=UA_BROWSER[0], error=error,
                    message="Response signature invalid" if error else None,
                    params={"sAMLAssertionID": "_" + trail.rng.uuid(), "roleSessionName": name, "durationSeconds": 3600,
                            "roleArn": s.role_arn, "principalArn": provider_arn},
                    response=None if error else {
                        "credentials": _credentials(trail, s.key, t, 3600),
                        "assumedRoleUser": {"assumedRoleId": f"{s.role_id}:{name}", "arn": s.arn}, "subject": name,
                        "subjectType": "persistent", "issuer": "https://idp.example.com/saml",
                        "nameQualifier": "q9TnZ1example=",
                        "audience": "https://signin.aws.amazon.com/saml"},
                    resources=[{"accountId": account.id, "type": "AWS::IAM::Role", "ARN": s.role_arn},
                               {"accountId": account.id, "type": "AWS::IAM::SAMLProvider", "ARN": provider_arn}])
    trail.access(rec, "saml_federation", account.id, role, name, break_glass=break_glass,
                 outcome="failure" if error else "success")
    return None if error else s


def console_login(trail, t, account, identity, mechanism, who, *, region="us-east-1", ip, role=None, mfa="No", ok=True,
                  message=None,
                  ua=UA_BROWSER[0], break_glass=False, version="1.11", event_type="AwsConsoleSignIn", extra=None):
    """ConsoleLogin of a root user, IAM user, federated user or role."""
    more = {"LoginTo": "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB",
            "MobileVersion": "No", "MFAUsed": mfa}
    if mfa == "Yes" and identity["type"] in ("Root", "IAMUser"):
        more["MFAIdentifier"] = f"arn:aws:iam::{account.id}:mfa/key-{identity.get('userName', 'root')}"
    more.update(extra or {})
    rec = trail.add(account, region, t, SIGNIN, "ConsoleLogin", identity, ip=ip, ua=ua, event_type=event_type,
                    version=version,
                    response={"ConsoleLogin": "Success" if ok else "Failure"}, extra=more,
                    message=None if ok else message or "Failed authentication")
    return trail.access(rec, mechanism, account.id, role, who, break_glass=break_glass,
                        outcome="success" if ok else "failure")


def check_mfa(trail, t, account, identity, *, ip, ua=UA_BROWSER[0], region="us-east-1"):
    """The MFA prompt before a ConsoleLogin: context, no access."""
    trail.add(account, region, t, SIGNIN, "CheckMfa", identity, ip=ip, ua=ua, event_type="AwsConsoleSignIn",
              response={"CheckMfa": "Success"}, extra={"MfaType": "Virtual MFA"})


def switch_role(trail, t, s, from_arn, who, *, ip, ua=UA_BROWSER[0], region="eu-west-1", break_glass=False):
    s.console = True
    rec = trail.add(s.account, region, t, SIGNIN, "SwitchRole", s.identity(), ip=ip, ua=ua,
                    event_type="AwsConsoleSignIn",
                    response={"SwitchRole": "Success"},
                    extra={"SwitchFrom": from_arn,
                           "RedirectTo": "https://console.aws.amazon.com/console/home?region=eu-west-1"})
    return trail.access(rec, "switch_role", s.account.id, s.role, who, break_glass=break_glass)


def assume_root(trail, t, s, target, task, who, *, region="us-east-1", ip, error=None):
    """sts:AssumeRoot from the management account; returns the key that the root session carries."""
    key = trail.rng.short_key()
    rec = trail.add(s.account, region, t, STS, "AssumeRoot", s.identity(), ip=ip, ua=UA_CLI % "sts.assume-root",
                    error=error,
                    message="Not allowed" if error else None,
                    params={"targetPrincipal": target.id,
                            "taskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"},
                            "durationSeconds": 900},
                    response=None if error else {"credentials": _credentials(trail, key, t, 900)})
    trail.access(rec, "assume_root", target.id, None, who, break_glass=True, outcome="failure" if error else "success")
    return key


def session_token(trail, t, account, identity, who, *, ip, also, serial=None, federated=None, break_glass=False):
    """GetSessionToken, or GetFederationToken when `federated` names the new user. Returns the temporary key."""
    key = trail.rng.short_key()
    params, response = {"durationSeconds": 3600}, {"credentials": _credentials(trail, key, t, 3600)}
    if serial:
        params["serialNumber"] = serial
    if federated:
        params["name"] = federated
        response["federatedUser"] = {"federatedUserId": f"{account.id}:{federated}",
                                     "arn": f"arn:aws:sts::{account.id}:federated-user/{federated}"}
    name = "GetFederationToken" if federated else "GetSessionToken"
    rec = trail.add(account, "us-east-1", t, STS, name, identity, ip=ip, ua=UA_CLI % "sts.get-session-token",
                    params=params,
                    response=response)
    trail.access(rec, "session_token", account.id, None, who, also=also, break_glass=break_glass)
    return key


def aws_login(trail, t, account, identity, who, *, ip, also=(), refresh=(), break_glass=False, role=None,
              region="us-east-1"):
    """`aws login`: the browser leg, the terminal leg, then refreshes. Returns the sign-in session's ARN."""
    session_arn = f"arn:aws:signin:{region}:{account.id}:session/{trail.rng.uuid()}"
    params = {"client_id": "arn:aws:signin:::devtools/same-device"}
    rec = trail.add(account, region, t, SIGNIN, "AuthorizeOAuth2Access", identity, ip=ip, ua=UA_BROWSER[0],
                    read_only=True,
                    params={**params, "response_type": "code", "code_challenge_method": "SHA-256", "scope": "openid"},
                    extra={"success": "true", "x-amzn-vpce-id": ""})
    trail.access(rec, "aws_login", account.id, role, who, also=also, break_glass=break_glass)
    for at, grant in [(t + 2, "authorization_code")] + [(x, "refresh_token") for x in refresh]:
        rec = trail.add(account, region, at, SIGNIN, "CreateOAuth2Token", identity, ip=ip, ua=UA_CLI % "login",
                        read_only=True,
                        params=params, extra={"signInSessionArn": session_arn, "grant_type": grant, "success": "true"})
        trail.access(rec, "aws_login", account.id, role, who, also=also, break_glass=break_glass)
    return session_arn


def password_event(trail, t, account, identity, name, who, *, ip, ok=True):
    """PasswordRecoveryRequested, PasswordRecoveryCompleted, PasswordUpdated of a root user."""
    rec = trail.add(account, "us-east-1", t, SIGNIN, name, identity, ip=ip, ua=UA_BROWSER[2],
                    event_type="AwsConsoleSignIn",
                    response={name: "Success" if ok else "Failure"})
    return trail.access(rec, "password_recovery", account.id, None, who, break_glass=True,
                        outcome="success" if ok else "failure")


def token_with_iam(trail, t, caller, app, person, *, region="eu-west-1", ip, break_glass=False):
    """CreateTokenWithIAM: an application obtains a person's account access. Returns the credentialId to use."""
    credential = trail.rng.uuid()
    org = trail.org
    application = f"arn:aws:sso::{org.management.id}:application/{org.instance}/{app}"
    rec = trail.add(caller.account, region, t, "sso-oauth.amazonaws.com", "CreateTokenWithIAM", caller.identity(),
                    ip=ip,
                    ua="Boto3/1.35.10 md/Botocore#1.35.10 lang/python#3.12.5",
                    params={"clientId": application, "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                            "assertion": HIDDEN,
                            "scope": ["sso:account:access"]},
                    response={"accessToken": HIDDEN, "idToken": HIDDEN, "tokenType": "Bearer", "expiresIn": 3600,
                              "scope": ["sso:account:access"],
                              "issuedTokenType": "urn:ietf:params:oauth:token-type:access_token"},
                    extra={"identitystore:UserId": person.user_id, "identitystore:IdentityStoreArn": org.store_arn,
                           "identitycenter:InstanceArn": f"arn:aws:sso:::instance/{org.instance}",
                           "identitycenter:ApplicationArn": application, "identitycenter:CredentialId": credential},
                    resources=[{"accountId": org.management.id, "type": "AWS::SSO::Application", "ARN": application}])
    trail.access(rec, "identity_center_app", caller.account.id, None, person.mail, break_glass=break_glass)
    return credential


def signin_token(trail, t, s, who, *, region="us-east-1", ip, break_glass=False):
    """GetSigninToken: a role's temporary keys become a console session."""
    rec = trail.add(s.account, region, t, SIGNIN, "GetSigninToken", s.identity(), ip=ip, ua="python-requests/2.32.3",
                    event_type="AwsConsoleSignIn",
                    response={"credentials": {"accessKeyId": s.key}, "GetSigninToken": "Success"},
                    extra={"MobileVersion": "No", "MFAUsed": "No"})
    return trail.access(rec, "other", s.account.id, s.role, who, break_glass=break_glass)


def change(trail, t, account, region, source, name, identity, params, who, *, mechanism="other", role=None,
           also=("tamper",), ip,
           break_glass=True, error=None, message=None, response=None, ua=UA_BROWSER[0], console=True):
    """A change to the trail, to what an alert passes, or to the way in."""
    rec = trail.add(account, region, t, source, name, identity, ip=ip, ua=ua, params=None if error else params,
                    response=response,
                    error=error, message=message, console=console)
    return trail.access(rec, mechanism, account.id, role, who, also=also, break_glass=break_glass,
                        outcome="failure" if error else "success")
