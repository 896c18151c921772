"""A plain caller of AWS for tests: signs with sigv4.py's parts and keeps one connection. Standard library only."""
import hashlib
import http.client
import json
import time
from urllib.parse import urlencode, urlsplit

from aws.sigv4 import ALGORITHM, canonical_headers, canonical_path, canonical_query, escape, sign

PREFIXES = {"sqs": "AmazonSQS", "ssm": "AmazonSSM", "secretsmanager": "secretsmanager", "dynamodb": "DynamoDB_20120810"}


class Caller:
    """One thread's. `aws`: a StandIn; `key`: another one than its own; `skew`: seconds that the caller's clock is ahead;
    `url`: of somebody else."""

    def __init__(self, aws, key=None, skew=0, url=None):
        self.aws, self.key, self.skew = aws, key or aws.key, skew
        self.host = urlsplit(url or aws.url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=40)

    def close(self):
        self.connection.close()

    def send(self, service, method, target, body=b"", headers=()):
        """(status, headers, body)"""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + self.skew))
        sent = {"host": self.host, "x-amz-date": stamp, **{name.lower(): value for name, value in dict(headers).items()}}
        digest = hashlib.sha256(body).hexdigest()
        if service == "s3":
            sent.setdefault("x-amz-content-sha256", digest)
        if self.key.token:
            sent["x-amz-security-token"] = self.key.token
        names = sorted(sent)
        path, _, query = target.partition("?")
        canonical = "\n".join((method, canonical_path(path, service), canonical_query(query),
                               canonical_headers(sent.items(), names), ";".join(names),
                               sent.get("x-amz-content-sha256", digest)))
        scope = f"{stamp[:8]}/{self.aws.region}/{service}/aws4_request"
        text = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        signature = sign(self.key.secret, stamp[:8], self.aws.region, service, text)
        sent["authorization"] = (f"{ALGORITHM} Credential={self.key.access_key}/{scope}, SignedHeaders={';'.join(names)}, "
                                 f"Signature={signature}")
        try:
            self.connection.request(method, target, body, sent)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def json(self, service, operation, **request):
        """(status, the answer's JSON)"""
        status, _, body = self.send(service, "POST", "/", json.dumps(request).encode(),
                                    {"content-type": "application/x-amz-json-1.0",
                                     "x-amz-target": f"{PREFIXES[service]}.{operation}"})
        return status, json.loads(body) if body else None

    def form(self, service, version, action, **fields):
        body = urlencode({"Action": action, "Version": version, **fields}).encode()
        return self.send(service, "POST", "/", body, {"content-type": "application/x-www-form-urlencoded"})

    def s3(self, method, bucket, key="", query=(), body=b"", headers=()):
        target = f"/{bucket}/{escape(key.encode(), '/')}" if key else f"/{bucket}"
        if query:
            target += "?" + "&".join(f"{escape(k.encode())}={escape(str(v).encode())}" for k, v in dict(query).items())
        return self.send("s3", method, target, body, headers)
