"""CloudTrail records from their parts: who (userIdentity), what, where, when.

A record is a plain dict in CloudTrail's usual field order. Shapes follow the AWS pages "CloudTrail record contents" and
"CloudTrail userIdentity element". Nothing here knows what an access is: that is said by whoever plants a record.
"""
from org import Rng, iso

UA_BROWSER = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
              "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
              "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0")
UA_CLI = "aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython md/command#%s"
UA_JAVA = "aws-sdk-java/2.27.12 md/io#async md/http#NettyNio ua/2.1 os/Linux#5.10 lang/java#17.0.12 exec-env/AWS_ECS_EC2"
UA_TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 terraform-provider-aws/5.64.0 aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.6"
UA_GO = "aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

# Services recorded in us-east-1 wherever they are called from.
GLOBAL = {"iam.amazonaws.com", "organizations.amazonaws.com", "route53.amazonaws.com", "cloudfront.amazonaws.com"}


class Trail:
    """Collects records, and beside them what each planted access is (the truth)."""

    def __init__(self, org, seed):
        self.org = org
        self.rng = Rng(seed, "trail")
        self.records = []
        self.truth = []
        self.story = None

    def add(self, account, region, t, source, name, identity, **more):
        """Appends one record and returns it. `more`: see record()."""
        if source in GLOBAL:
            region = "us-east-1"
        rec = record(self.rng, account.id, region, t, source, name, identity, **more)
        self.records.append(rec)
        return rec

    def access(self, rec, mechanism, account_id, role, who, *, also=(), outcome="success", break_glass=False):
        """Says that `rec` is an access. `who` is a name, ARN or id under which the finding may name the person."""
        self.truth.append({
            "event_id": rec["eventID"], "event_time": rec["eventTime"], "event_name": rec["eventName"],
            "mechanism": mechanism, "also": sorted(also), "account_id": account_id, "role": role, "outcome": outcome,
            "who": who, "recipient_account_id": rec["recipientAccountId"], "region": rec["awsRegion"],
            "break_glass": break_glass, "story": self.story})
        return rec


def record(rng, account_id, region, t, source, name, identity, *, ip="203.0.113.10", ua=UA_JAVA, read_only=False,
           params=None, response=None, event_type="AwsApiCall", version="1.11", resources=None, error=None,
           message=None,
           extra=None, details=None, shared=None, console=False, tls=True):
    """One record. `extra` is additionalEventData, `details` serviceEventDetails; `error`/`message` the failure."""
    rec = {"eventVersion": version, "userIdentity": identity, "eventTime": iso(t), "eventSource": source,
           "eventName": name, "awsRegion": region, "sourceIPAddress": ip, "userAgent": ua}
    if error:
        rec["errorCode"] = error
    if message:
        rec["errorMessage"] = message
    rec["requestParameters"] = params
    rec["responseElements"] = response
    if extra is not None:
        rec["additionalEventData"] = extra
    if event_type == "AwsApiCall":
        rec["requestID"] = rng.uuid()
    rec["eventID"] = rng.uuid()
    rec["readOnly"] = read_only
    if resources is not None:
        rec["resources"] = resources
    rec["eventType"] = event_type
    rec["managementEvent"] = True
    rec["recipientAccountId"] = account_id
    if details is not None:
        rec["serviceEventDetails"] = details
    if shared:
        rec["sharedEventID"] = shared
    if version not in ("1.05", "1.06"):
        rec["eventCategory"] = "Management"
    if tls and event_type == "AwsApiCall" and version in ("1.08", "1.09", "1.10", "1.11"):
        host = source.split(".")[0]
        rec["tlsDetails"] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                             "clientProvidedHostHeader": f"{host}.{region}.amazonaws.com"}
    if console:
        rec["sessionCredentialFromConsole"] = "true"
    return rec


class Session:
    """An assumed-role session: the identity that its calls carry."""

    def __init__(self, rng, account, role, name, t, *, path="/", mfa="false", person=None, org=None,
                 source_identity=None,
                 invoked_by=None, sign_in=None, federated=None):
        self.account, self.role, self.name, self.t = account, role, name, t
        self.role_id = account.role_id(role)
        self.key = rng.short_key()
        self.path, self.mfa, self.person, self.org = path, mfa, person, org
        self.source_identity, self.invoked_by, self.sign_in, self.federated = source_identity, invoked_by, sign_in, federated
        self.console = False

    @property
    def arn(self):
        return f"arn:aws:sts::{self.account.id}:assumed-role/{self.role}/{self.name}"

    @property
    def role_arn(self):
        return f"arn:aws:iam::{self.account.id}:role{self.path}{self.role}"

    def identity(self, on_behalf=True, key=None):
        context = {"sessionIssuer": {"type": "Role", "principalId": self.role_id, "arn": self.role_arn,
                                     "accountId": self.account.id, "userName": self.role}}
        if self.federated:
            context["webIdFederationData"] = {"federatedProvider": self.federated, "attributes": {}}
        context["attributes"] = {"creationDate": iso(self.t), "mfaAuthenticated": self.mfa}
        if self.source_identity:
            context["sourceIdentity"] = self.source_identity
        if self.sign_in:
            context["signInSessionArn"] = self.sign_in
        out = {"type": "AssumedRole", "principalId": f"{self.role_id}:{self.name}", "arn": self.arn,
               "accountId": self.account.id, "accessKeyId": key or self.key, "sessionContext": context}
        if self.invoked_by:
            out["invokedBy"] = self.invoked_by
        if self.person is not None and on_behalf:
            out["onBehalfOf"] = {"userId": self.person.user_id, "identityStoreArn": self.org.store_arn}
        return out


class User:
    """An IAM user with a long-term key."""

    def __init__(self, account, name, path="/"):
        rng = Rng(account.id, "user", name)
        self.account, self.name, self.path = account, name, path
        self.id, self.key = rng.user_id(), rng.long_key()
        self.arn = f"arn:aws:iam::{account.id}:user{path}{name}"

    def identity(self, key=None, since=None, mfa=None):
        out = {"type": "IAMUser", "principalId": self.id, "arn": self.arn, "accountId": self.account.id,
               "accessKeyId": self.key if key is None else key, "userName": self.name}
        if since is not None:
            out["sessionContext"] = {"attributes": {"creationDate": iso(since), "mfaAuthenticated": mfa or "false"}}
        return out


def root(account, key="", since=None, mfa="true", assumed=False):
    out = {"type": "Root", "principalId": account.id, "arn": f"arn:aws:iam::{account.id}:root", "accountId": account.id,
           "accessKeyId": key}
    if since is not None:
        out["sessionContext"] = {"attributes": {"creationDate": iso(since), "mfaAuthenticated": mfa}}
        if assumed:
            out["sessionContext"]["assumedRoot"] = "true"
    return out


def service(host):
    return {"type": "AWSService", "invokedBy": host}


def other_account(account_id, principal_id):
    """The caller as the other account's copy of a cross-account call shows it."""
    return {"type": "AWSAccount", "principalId": principal_id, "accountId": account_id}
