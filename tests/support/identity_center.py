"""Identity Center: sign-in, portal, tokens, and the half that appears in the member account.

Two generations of records: "new" (1.11, IdentityCenterUser, onBehalfOf) and "old" (1.08, Unknown, userName). Shapes:
the AWS pages "IAM Identity Center information in CloudTrail", "Understanding IAM Identity Center sign-in events",
"CloudTrail use cases for IAM Identity Center", and the published captures of 2026.
"""
from org import iso, us_time
from records import HIDDEN, UA_BROWSER, UA_CLI, Session

SSO, SIGNIN = "sso.amazonaws.com", "signin.amazonaws.com"


def _version(gen):
    return "1.11" if gen == "new" else "1.08"


def identity(org, person, gen, credential="", signed_in=True):
    account = org.management.id
    if gen == "old":
        return {"type": "Unknown", "principalId": account if credential == "" else f"example.com//{person.sid}",
                "arn": "",
                "accountId": account, "accessKeyId": "", "userName": person.mail}
    if not signed_in:
        return {"type": "Unknown", "accountId": account, "principalId": account, "accessKeyId": ""}
    return {"type": "IdentityCenterUser", "accountId": account,
            "onBehalfOf": {"userId": person.user_id, "identityStoreArn": org.store_arn}, "credentialId": credential}


class Visit:
    """One person in front of one browser or terminal: remembers the portal session's credentialId."""

    def __init__(self, trail, person, gen="new", ip=None, ua=None):
        self.trail, self.org, self.person, self.gen = trail, trail.org, person, gen
        self.ip = ip or person.ip
        self.ua = ua or UA_BROWSER[len(person.name) % len(UA_BROWSER)]
        self.credential = trail.rng.text("ABCDEFabcdef0123456789_-", 64)
        self.token_credential = trail.rng.uuid()

    def _add(self, t, source, name, **more):
        more.setdefault("ip", self.ip)
        more.setdefault("ua", self.ua)
        more.setdefault("event_type", "AwsServiceEvent")
        who = more.pop("who", None) or identity(self.org, self.person, self.gen, self.credential)
        return self.trail.add(self.org.management, self.org.idc_region, t, source, name, who,
                              version=_version(self.gen), **more)

    def _access(self, rec, mechanism, account_id, role, **more):
        return self.trail.access(rec, mechanism, account_id, role, self.person.mail, **more)

    def sign_in(self, t, *, fail=False, code="c0ffee"):
        """Password and TOTP, or an outside identity provider. A failure ends after the first check."""
        workflow, mgmt = self.trail.rng.uuid(), self.org.management.id
        who = identity(self.org, self.person, self.gen, self.trail.rng.uuid() if self.gen == "new" else "")
        if not self.person.external or fail:
            kinds = ["PASSWORD"] if fail else ["PASSWORD", "TOTP"]
            self._add(t, SIGNIN, "CredentialChallenge",
                      who=identity(self.org, self.person, self.gen, signed_in=False) if fail else who,
                      extra={"AuthWorkflowID": workflow, "CredentialType": "PASSWORD",
                             "UserName": HIDDEN if fail and self.gen == "new" else self.person.mail},
                      details={"CredentialChallenge": "Success"})
            for i, kind in enumerate(kinds):
                result = "Failure" if fail else "Success"
                rec = self._add(t + 5 + 6 * i, SIGNIN, "CredentialVerification",
                                who=identity(self.org, self.person, self.gen, signed_in=False) if fail else who,
                                extra={"AuthWorkflowID": workflow, "CredentialType": kind},
                                details={"CredentialVerification": result})
                name = self.person.mail if not fail or self.gen == "old" else None
                self.trail.access(rec, "identity_center_signin", mgmt, None, name, outcome=result.lower())
            if fail:
                return
        extra = {"AuthWorkflowID": workflow, "MfaType": "TOTP"} if self.gen == "old" else {"AuthWorkflowID": workflow}
        extra["LoginTo"] = f"https://glass.awsapps.com/start/?workflowResultHandle={workflow}&auth_code={code}&csrf=1"
        extra["CredentialType"] = "EXTERNAL_IDP" if self.person.external else "PASSWORD,TOTP"
        if self.person.external:
            extra["UserName"] = self.person.mail
        rec = self._add(t + 18, SIGNIN, "UserAuthentication", who=who, extra=extra,
                        details={"UserAuthentication": "Success"})
        self._access(rec, "identity_center_signin", mgmt, None)

    def portal(self, t):
        rec = self._add(t, SSO, "Authenticate")
        self._access(rec, "identity_center_signin", self.org.management.id, None)
        self._add(t + 2, SSO, "ListApplications")
        self._add(t + 4, SSO, "ListProfilesForApplication")

    def federate(self, t, account, permission_set, *, break_glass=False, error=None):
        rec = self._add(t, SSO, "Federate", details={"role_name": permission_set, "account_id": account.id},
                        error=error,
                        message="No access" if error else None)
        return self._access(rec, "identity_center_console", account.id, permission_set, break_glass=break_glass,
                            outcome="failure" if error else "success")

    def token(self, t, *, polls=0, grant="urn:ietf:params:oauth:grant-type:device_code"):
        """CreateToken; the polls of a device-code client before it say nothing and are no access."""
        params = {"clientId": self.trail.rng.text("abcdefghijkl0123456789_-", 22), "clientSecret": HIDDEN,
                  "grantType": grant}
        if grant.endswith("device_code"):
            params["deviceCode"] = self.trail.rng.text("abcdef0123456789", 24)
        who = identity(self.org, self.person, self.gen, self.token_credential)
        poller = {"type": "Unknown", "principalId": "", "accountId": self.org.management.id, "userName": ""}
        common = {"event_type": "AwsApiCall", "params": params, "ua": UA_CLI % "sso.login"}
        for i in range(polls):
            self._add(t - 5 * (polls - i), SSO, "CreateToken", who=poller, **common)
        rec = self._add(t, SSO, "CreateToken", who=who, **common,
                        response={"accessToken": HIDDEN, "refreshToken": HIDDEN, "idToken": HIDDEN,
                                  "tokenType": "Bearer",
                                  "expiresIn": 28800},
                        resources=[{"accountId": self.org.management.id, "type": "IdentityStoreId",
                                    "ARN": self.org.store_id}])
        return self._access(rec, "identity_center_signin", self.org.management.id, None)

    def list_roles(self, t, account):
        self._add(t, SSO, "ListAccounts", read_only=True, ua=UA_CLI % "sso.list-accounts")
        self._add(t + 1, SSO, "ListAccountRoles", read_only=True, ua=UA_CLI % "sso.list-account-roles",
                  details={"account_id": account.id})

    def get_role_credentials(self, t, account, permission_set, *, break_glass=False, error=None, ua=None,
                             credential=None):
        who = identity(self.org, self.person, self.gen, credential or self.credential)
        rec = self._add(t, SSO, "GetRoleCredentials", who=who, read_only=True, ua=ua or UA_CLI % "s3.ls", error=error,
                        message="No access" if error else None,
                        details={"role_name": permission_set, "account_id": account.id})
        return self._access(rec, "identity_center_cli", account.id, permission_set, break_glass=break_glass,
                            outcome="failure" if error else "success")

    def logout(self, t):
        self._add(t, SSO, "Logout")

    # ---- in the member account ----
    def session(self, t, account, permission_set, *, break_glass=False, duration=3600):
        """AssumeRoleWithSAML by Identity Center itself, from AWS's address; returns the role session."""
        role = account.reserved(permission_set)
        s = Session(self.trail.rng, account, role, self.person.mail, t, path=account.reserved_path(), org=self.org,
                    person=self.person if self.gen == "new" else None)
        issued = self.trail.rng.short_key()  # Identity Center wraps it: not the key that the calls carry
        qualifier = self.trail.rng.text("ABCDEFabcdef0123456789", 27) + "="
        rec = self.trail.add(
            account, self.org.idc_region, t, "sts.amazonaws.com", "AssumeRoleWithSAML",
            {"type": "SAMLUser", "principalId": f"{qualifier}:{self.person.mail}", "userName": self.person.mail,
             "identityProvider": qualifier},
            version=_version(self.gen), read_only=True, ip="203.0.113.40", ua="aws-sdk-java/2.27.12 md/internal ua/2.1",
            params={"sAMLAssertionID": "_" + self.trail.rng.uuid(), "roleSessionName": self.person.mail,
                    "durationSeconds": duration, "roleArn": s.role_arn, "principalArn": account.saml_provider()},
            response={"credentials": {"accessKeyId": issued,
                                      "sessionToken": self.trail.rng.text("ABCDEFGHabcdefgh0123456789+/", 40),
                                      "expiration": us_time(t + duration)},
                      "assumedRoleUser": {"assumedRoleId": f"{s.role_id}:{self.person.mail}", "arn": s.arn},
                      "subject": self.person.mail, "subjectType": "persistent",
                      "issuer": f"https://portal.sso.{self.org.idc_region}.amazonaws.com/saml/assertion/{qualifier}",
                      "audience": "https://signin.aws.amazon.com/saml", "nameQualifier": qualifier},
            resources=[{"accountId": account.id, "type": "AWS::IAM::Role", "ARN": s.role_arn},
                       {"accountId": account.id, "type": "AWS::IAM::SAMLProvider", "ARN": account.saml_provider()}],
            extra={"RequestDetails": {"endpointType": "regional", "awsServingRegion": self.org.idc_region}})
        self._access(rec, "identity_center_cli", account.id, permission_set, break_glass=break_glass)
        return s

    def console(self, t, s, permission_set, *, region=None, break_glass=False):
        """GetSigninToken and ConsoleLogin of a reserved role."""
        s.console = True
        region = region or self.org.idc_region
        rec = self.trail.add(s.account, region, t, SIGNIN, "GetSigninToken", s.identity(on_behalf=False),
                             ip="203.0.113.41",
                             ua="Jersey/${project.version} (HttpUrlConnection 1.8.0_412)",
                             event_type="AwsConsoleSignIn",
                             version=_version(self.gen),
                             response={"credentials": {"accessKeyId": s.key}, "GetSigninToken": "Success"},
                             extra={"MobileVersion": "No", "MFAUsed": "No"})
        self._access(rec, "other", s.account.id, permission_set, break_glass=break_glass)
        rec = self.trail.add(s.account, region, t + 1, SIGNIN, "ConsoleLogin", s.identity(on_behalf=False), ip=self.ip,
                             ua=self.ua,
                             event_type="AwsConsoleSignIn", version=_version(self.gen),
                             response={"ConsoleLogin": "Success"},
                             extra={"MobileVersion": "No", "MFAUsed": "No",
                                    "SamlProviderArn": s.account.saml_provider()})
        self._access(rec, "identity_center_console", s.account.id, permission_set, break_glass=break_glass)
        return rec

    def via_portal(self, t, account, permission_set, *, break_glass=False, sign_in=True):
        """The whole way through the portal into a console; returns the role session."""
        if sign_in:
            self.sign_in(t)
            self.portal(t + 20)
        self.federate(t + 40, account, permission_set, break_glass=break_glass)
        s = self.session(t + 40, account, permission_set, break_glass=break_glass)
        self.console(t + 42, s, permission_set, break_glass=break_glass)
        return s

    def via_cli(self, t, account, permission_set, *, break_glass=False, sign_in=True):
        """The whole way through `aws sso login` to role credentials; returns the role session."""
        if sign_in:
            self.sign_in(t)
            self.token(t + 25, polls=2)
            self.list_roles(t + 28, account)
        self.get_role_credentials(t + 32, account, permission_set, break_glass=break_glass)
        return self.session(t + 32, account, permission_set, break_glass=break_glass)
