"""Verifies Signature Version 4 as "Create a signed AWS API request" (IAM User Guide) describes it, from what was received.

A path of S3 is decoded and encoded again, once, and not normalised; every other service's is normalised and encoded once
more. A query is decoded, encoded again and sorted.
"""
import base64
import binascii
import calendar
import hashlib
import hmac
import posixpath
import re
import time
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from aws.refusal import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
AUTHORIZATION = re.compile(ALGORITHM + r" +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})")
SKEW_SECONDS = 300


class Key:
    """An access key. `token`: temporary; `expires` in seconds since 1970."""

    def __init__(self, access_key, secret, token="", expires=None, account="111122223333", role=""):
        self.access_key, self.secret, self.token, self.expires = access_key, secret, token, expires
        self.account, self.role = account, role


def escape(raw, safe=""):
    return quote(raw, safe=safe + "-._~")


def canonical_path(path, service):
    if service == "s3":
        return escape(unquote_to_bytes(path), "/") or "/"
    normal = posixpath.normpath("/" + path.lstrip("/"))
    if (path.endswith(("/", "/.", "/.."))) and normal != "/":
        normal += "/"
    return escape(normal.encode("utf-8", "surrogateescape"), "/")


def canonical_query(raw):
    # latin-1 both ways: bytes stay bytes.
    pairs = parse_qsl(raw, keep_blank_values=True, encoding="latin-1")
    pairs = [(escape(name.encode("latin-1")), escape(value.encode("latin-1"))) for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_headers(headers, names):
    found = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(re.sub(r"[ \t]+", " ", value).strip())
    return "".join(f"{name}:{','.join(found[name])}\n" for name in names)


def sign(secret, date, region, service, text):
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


class Verifier:
    """Knows the keys. `now()` is the service's clock."""

    def __init__(self, now, region):
        self.now, self.regions = now, {region}
        self.keys = {}

    def add(self, key):
        self.keys[key.access_key] = key
        return key

    def verify(self, request, service):
        """The Key that signed the request; Refusal when nobody did."""
        text = request.header("authorization")
        if not text:
            if service == "s3":
                raise Refusal("AccessDenied", "Access Denied", 403)
            raise Refusal("MissingAuthenticationToken", "Missing Authentication Token", 403)
        match = AUTHORIZATION.fullmatch(text)
        scope = match[1].split("/") if match else []
        if len(scope) != 5 or scope[4] != "aws4_request":
            raise Refusal("IncompleteSignature", f"not a signature: {text}")
        access_key, date, region, named, _ = scope
        stamp = self.check_time(request, service, date)
        if named != service:
            raise self.mismatch(service, f"Credential should be scoped to service {service}, not {named}.")
        if region not in ({"us-east-1"} if service == "organizations" else self.regions):
            if service == "s3":
                raise Refusal("AuthorizationHeaderMalformed", f"the region '{region}' is wrong", 400,
                              [("x-amz-bucket-region", min(self.regions))])
            raise self.mismatch(service, f"Credential should be scoped to a valid region, not {region}.")
        key = self.check_key(request, service, access_key)
        names = match[2].split(";")
        self.check_names(request, service, names)
        payload = self.payload_hash(request, service)
        canonical = "\n".join((request.method, canonical_path(request.path, service), canonical_query(request.raw_query),
                               canonical_headers(request.headers, names), match[2], payload))
        digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
        expected = sign(key.secret, date, region, service, "\n".join((ALGORITHM, stamp, "/".join(scope[1:]), digest)))
        if not hmac.compare_digest(expected, match[3]):
            raise self.mismatch(service, "The request signature we calculated does not match the signature you provided. "
                                f"The canonical string should have been:\n{canonical}")
        self.check_payload(request, service, payload)
        return key

    @staticmethod
    def mismatch(service, message):
        if service in ("dynamodb", "ssm", "secretsmanager"):
            return Refusal("InvalidSignatureException", message, 400)
        return Refusal("SignatureDoesNotMatch", message, 403)

    def check_time(self, request, service, date):
        stamp = request.header("x-amz-date")
        try:
            at = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
        except ValueError:
            raise Refusal("IncompleteSignature", "x-amz-date is missing or no time") from None
        if not stamp.startswith(date):
            raise self.mismatch(service, "Date in Credential scope does not match the date of the request")
        if abs(at - self.now()) > SKEW_SECONDS:
            if service in ("s3", "sqs"):
                raise Refusal("RequestTimeTooSkewed", "The difference between the request time and the current time is "
                              "too large.", 403)
            raise self.mismatch(service, "Signature expired or not yet current")
        return stamp

    def check_key(self, request, service, access_key):
        key = self.keys.get(access_key)
        token = request.header("x-amz-security-token")
        if key is None or (key.token and not token):
            if service == "s3":
                raise Refusal("InvalidAccessKeyId", "The access key does not exist in our records.", 403)
            name = "UnrecognizedClientException" if service in ("dynamodb", "ssm", "secretsmanager") \
                else "InvalidClientTokenId"
            raise Refusal(name, "The security token included in the request is invalid.",
                          400 if name.startswith("Un") else 403)
        if token != key.token:
            if service == "s3":
                raise Refusal("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
            raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        if key.expires is not None and key.expires <= self.now():
            if service in ("dynamodb", "ssm", "secretsmanager"):
                raise Refusal("ExpiredTokenException", "The security token included in the request is expired")
            raise Refusal("ExpiredToken", "The provided token has expired.", 400 if service == "s3" else 403)
        return key

    def check_names(self, request, service, names):
        sent = set(request.by_name)
        if names != sorted(names) or len(set(names)) != len(names) or not set(names) <= sent:
            raise self.mismatch(service, "SignedHeaders are not sorted, or name headers that were not sent")
        must = {"host"} | {name for name in sent if name.startswith("x-amz-")}
        if service == "s3" and "content-type" in sent:
            must.add("content-type")
        if not must <= set(names):
            raise self.mismatch(service, f"There were headers which were not signed: {sorted(must - set(names))}")

    @staticmethod
    def payload_hash(request, service):
        said = request.header("x-amz-content-sha256")
        if service == "s3":
            if not said:
                raise Refusal("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
            if said != "UNSIGNED-PAYLOAD" and not re.fullmatch("[0-9a-f]{64}", said):
                raise Refusal("NotImplemented", f"x-amz-content-sha256: {said}", 501)
            return said
        return hashlib.sha256(request.body).hexdigest()

    @staticmethod
    def check_payload(request, service, payload):
        if service != "s3":
            return
        if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(request.body).hexdigest():
            raise Refusal("XAmzContentSHA256Mismatch",
                          "The provided 'x-amz-content-sha256' header does not match what was computed.")
        for name, algorithm in (("x-amz-checksum-sha256", "sha256"), ("content-md5", "md5")):
            said = request.header(name)
            try:
                right = not said or base64.b64decode(said, validate=True) == hashlib.new(algorithm, request.body).digest()
            except binascii.Error:
                right = False
            if not right:
                raise Refusal("BadDigest", f"The {name} you specified did not match what we received.")
