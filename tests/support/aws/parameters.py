"""The small ones: SSM parameters, Secrets Manager, STS, SNS."""
import base64
import secrets
import time
import uuid
from urllib.parse import parse_qsl

from aws.refusal import Refusal, xml_response
from aws.s3 import iso
from aws.sigv4 import Key


class Ssm:
    """`aws.ssm.put(name, value, secure=True)`. A SecureString is not decrypted unless that was asked for."""

    def __init__(self, region, account):
        self.region, self.account = region, account
        self.parameters = {}

    def put(self, name, value, secure=True):
        old = self.parameters.get(name)
        self.parameters[name] = {"value": value, "secure": secure, "version": old["version"] + 1 if old else 1,
                                 "at": time.time()}

    def call(self, operation, request):
        if operation != "GetParameter":
            raise Refusal("UnknownOperationException", operation)
        name = request.get("Name", "")
        found = self.parameters.get(name.rsplit(":parameter", 1)[-1])
        if found is None:
            raise Refusal("ParameterNotFound", "")
        value = found["value"]
        if found["secure"] and not request.get("WithDecryption"):
            value = base64.b64encode(b"encrypted:" + value.encode()).decode()
        return {"Parameter": {"Name": name, "Type": "SecureString" if found["secure"] else "String", "Value": value,
                              "Version": found["version"], "LastModifiedDate": found["at"], "DataType": "text",
                              "ARN": f"arn:aws:ssm:{self.region}:{self.account}:parameter{name}"}}


class SecretsManager:
    """`aws.secrets.put(id, text or bytes)`; found by name and by ARN."""

    def __init__(self, region, account):
        self.region, self.account = region, account
        self.values = {}

    def arn(self, name):
        return f"arn:aws:secretsmanager:{self.region}:{self.account}:secret:{name}-a1B2c3"

    def put(self, name, value):
        self.values[name] = (value, str(uuid.uuid4()), time.time())
        return self.arn(name)

    def call(self, operation, request):
        if operation != "GetSecretValue":
            raise Refusal("UnknownOperationException", operation)
        wanted = request.get("SecretId", "")
        name = next((name for name in self.values if wanted in (name, self.arn(name))), None)
        if name is None:
            raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        value, version, at = self.values[name]
        out = {"ARN": self.arn(name), "Name": name, "VersionId": version, "VersionStages": ["AWSCURRENT"],
               "CreatedDate": at}
        if isinstance(value, bytes):
            out["SecretBinary"] = base64.b64encode(value).decode()
        else:
            out["SecretString"] = value
        return out


def fields_of(request):
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def tagged(fields):
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


def result(action, inner):
    return xml_response(f"<{action}Response><{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>"
                        f"{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>")


class Sts:
    """Hands out temporary keys that the Verifier takes. `roles`: None: any role; else {arn: external id or ""}.
    `web_tokens`: None: any."""

    def __init__(self, verifier):
        self.verifier, self.roles, self.web_tokens, self.seconds = verifier, None, None, None
        self.issued = []

    def call(self, action, fields, key):
        if action == "GetCallerIdentity":
            arn = key.role or f"arn:aws:iam::{key.account}:user/stand-in"
            return result(action, tagged({"Arn": arn, "UserId": key.access_key, "Account": key.account}))
        arn, name = fields.get("RoleArn", ""), fields.get("RoleSessionName", "")
        if action == "AssumeRoleWithWebIdentity":
            if self.web_tokens is not None and fields.get("WebIdentityToken") not in self.web_tokens:
                raise Refusal("InvalidIdentityToken", "the token is not accepted")
        elif action != "AssumeRole":
            raise Refusal("InvalidAction", action)
        elif self.roles is not None and self.roles.get(arn) != fields.get("ExternalId", ""):
            raise Refusal("AccessDenied", f"not authorized to perform: sts:AssumeRole on resource: {arn}", 403)
        if not arn.startswith("arn:") or not name:
            raise Refusal("ValidationError", "RoleArn and RoleSessionName are needed")
        seconds = self.seconds or int(fields.get("DurationSeconds", "3600"))
        issued = self.issue(seconds, arn.split(":")[4], f"{arn.replace(':iam:', ':sts:', 1)}/{name}")
        inner = tagged({"AccessKeyId": issued.access_key, "SecretAccessKey": issued.secret, "SessionToken": issued.token,
                        "Expiration": iso(issued.expires)[:19] + "Z"})
        return result(action, f"<Credentials>{inner}</Credentials>")

    def issue(self, seconds=3600, account="111122223333", role=""):
        """A temporary Key, accepted from now on."""
        key = Key("ASIA" + secrets.token_hex(8).upper(), secrets.token_hex(20), secrets.token_urlsafe(100),
                  self.verifier.now() + seconds, account, role)
        self.issued.append(key)
        return self.verifier.add(key)


class Sns:
    """`published` keeps what came; a topic that is in `topics` (arn → [queue]) hands it on, wrapped."""

    def __init__(self, s3):
        self.s3, self.topics, self.published = s3, {}, []

    def create(self, arn, *queues):
        self.topics[arn] = list(queues)

    def call(self, action, fields, key):
        if action != "Publish":
            raise Refusal("InvalidAction", action)
        arn = fields.get("TopicArn", "")
        if arn not in self.topics:
            raise Refusal("NotFound", "Topic does not exist", 404)
        if not fields.get("Message"):
            raise Refusal("InvalidParameter", "Invalid parameter: Empty message")
        self.published.append(fields)
        for queue in self.topics[arn]:
            queue.send(self.s3.sns(fields["Message"], fields.get("Subject")))
        return result(action, tagged({"MessageId": str(uuid.uuid4())}))
