"""AWS on loopback: SQS, S3, DynamoDB, SSM, Secrets Manager, STS, SNS and the directories behind one address, as far as glasswatch calls them.

    with StandIn() as aws:
        queue = aws.sqs.create("trail", visibility=5)
        aws.s3.create("logs"); aws.s3.notify("logs", queue); aws.s3.put("logs", key, data)
        subprocess.run([...], env={**os.environ, **aws.environment()})
        aws.faults.add("s3", "GetObject", "throttle", times=2)
        assert aws.calls("sqs", "DeleteMessageBatch")

Signatures are verified (sigv4.py). `aws.clock.shift = 600` sets its clock ahead. What is not known is refused, not ignored.
"""
import json
import ssl
import threading
import time
from email.utils import formatdate
from urllib.parse import unquote

from aws import s3_service
from aws.directories import SERVICES as DIRECTORIES, Directories
from aws.faults import Faults
from aws.parameters import SecretsManager, Sns, Ssm, Sts, fields_of
from aws.refusal import Refusal, json_response, refuse
from aws.s3 import S3
from aws.sigv4 import Key, Verifier
from aws.sqs_service import BATCHES, Sqs
from aws.wire import Response, Server

TARGETS = {"AmazonSQS": "sqs", "AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "DynamoDB_20120810": "dynamodb",
           **DIRECTORIES}
VERSIONS = {"2011-06-15": "sts", "2010-03-31": "sns"}
ANSWERS = {"throttle", "error500", "refuse"}


class Clock:
    def __init__(self):
        self.shift = 0  # seconds ahead of the machine's

    def now(self):
        return time.time() + self.shift


class Call:
    """One request, in the log. `request` is its JSON, its form's fields, or S3's parameters."""

    def __init__(self, service, operation, http, request, subject):
        self.service, self.operation, self.request, self.subject = service, operation, request, subject
        self.method, self.target, self.size = http.method, http.target, len(http.body)
        self.at = time.monotonic()
        self.status, self.code, self.fault, self.key = 0, "", "", None

    def __repr__(self):
        return f"{self.service} {self.operation} {self.status} {self.code} {self.fault}".rstrip()


class StandIn:
    def __init__(self, region="eu-central-1", account="111122223333", tls=None, port=0):
        """`tls`: (certificate chain file, key file): speaks https."""
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
        self.region, self.account, self.clock = region, account, Clock()
        self.verifier = Verifier(self.clock.now, region)
        self.key = self.verifier.add(Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                         account=account))
        self.faults, self.log, self.log_lock = Faults(), [], threading.Lock()
        self.server = Server(self.handle, context, port)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.port}"
        self.sqs, self.s3 = Sqs(self.url, region, account), S3(region, account)
        self.s3_service = s3_service.S3Service(self.s3)
        self.ssm, self.secrets = Ssm(region, account), SecretsManager(region, account)
        self.sts, self.sns = Sts(self.verifier), Sns(self.s3)
        self.directories = Directories()
        self.control = None  # answers POST /_control: main.py
        self.table_store = None

    @property
    def dynamodb(self):
        if self.table_store is None:
            from aws.dynamodb import DynamoDb
            self.table_store = DynamoDb()
        return self.table_store

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.close()

    def environment(self, key=None):
        """What a program needs to call this in place of AWS; `key`: as somebody else."""
        key = key or self.key
        out = {"AWS_ACCESS_KEY_ID": key.access_key, "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_REGION": self.region,
               "AWS_DEFAULT_REGION": self.region, "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "NO_PROXY": "127.0.0.1"}
        if key.token:
            out["AWS_SESSION_TOKEN"] = key.token
        return out

    def calls(self, service=None, operation=None):
        """The log, in the order in which calls came."""
        with self.log_lock:
            return [call for call in self.log
                    if service in (None, call.service) and operation in (None, call.operation)]

    def clear_log(self):
        with self.log_lock:
            self.log.clear()

    def handle(self, http):
        if http.path == "/_control" and self.control and http.method == "POST":
            return self.control(http)
        service = "s3"
        try:
            service, operation, request, subject, place = self.route(http)
            call = Call(service, operation, http, request, subject)
            with self.log_lock:
                self.log.append(call)
            response = self.answer(call, http, place)
            call.status, call.code = response.status, response.code
        except Refusal as refusal:
            response = refuse(service, refusal)
        response.headers += [("Date", formatdate(self.clock.now(), usegmt=True)), ("x-amzn-RequestId", "stand-in")]
        return response

    def route(self, http):
        """(service, operation, request, what faults look for text in, S3's place)."""
        target, dot, operation = http.header("x-amz-target").partition(".")
        if dot:
            service = TARGETS.get(target)
            if service is None:
                raise Refusal("UnknownOperationException", target, 404)
            try:
                request = json.loads(http.body)
                if not isinstance(request, dict):
                    raise ValueError
            except ValueError:
                request = None
            return service, operation, request, http.body.decode("utf-8", "replace"), None
        if http.method == "POST" and http.header("content-type").startswith("application/x-www-form-urlencoded"):
            fields = fields_of(http)
            service = VERSIONS.get(fields.get("Version"))
            if service is None:
                raise Refusal("InvalidAction", f"no service has version {fields.get('Version')}", 400)
            return service, fields.get("Action", ""), fields, http.body.decode("utf-8", "replace"), None
        place = s3_service.locate(http)
        operation = s3_service.operation_of(http.method, *place)
        return "s3", operation, place[2], unquote(http.target, errors="replace"), place

    def answer(self, call, http, place):
        fault = None
        try:
            if call.operation != "AssumeRoleWithWebIdentity":
                call.key = self.verifier.verify(http, call.service)
            if call.request is None:
                raise Refusal("SerializationException", "the body is no JSON object")
            fault = self.faults.take(call)
            call.fault = fault.kind if fault else ""
            response = self.before(fault, call) or self.perform(call, http, place, fault)
        except Refusal as refusal:
            response = refuse(call.service, refusal)
        return self.spoil(response, fault)

    def before(self, fault, call):
        """The answer, where nothing is carried out."""
        if fault is None:
            return None
        if fault.kind in ANSWERS:
            if fault.options.get("status") == 429:
                return Response(429, headers=fault.options.get("headers", ()))
            raise fault.refusal(call.service)
        if fault.kind == "reset" and not fault.options.get("after"):
            return Response(500)
        return None

    def perform(self, call, http, place, fault):
        if fault and fault.kind == "race":
            if "before" in fault.options:
                fault.options["before"]()
            else:
                self.carry_out(call, http, place, None)
        return self.carry_out(call, http, place, fault)

    def carry_out(self, call, http, place, fault):
        service, operation = call.service, call.operation
        if service == "s3":
            return self.s3_service.call(operation, http, place)
        if service in ("sts", "sns"):
            return getattr(self, service).call(operation, call.request, call.key)
        if service == "dynamodb":
            status, answer = self.dynamodb.call(operation, call.request)
            response = json_response(service, answer, status)
            response.code = str(answer.get("__type", "")).rpartition("#")[2] if status >= 400 else ""
            return response
        if service == "sqs":
            wrong = fault and fault.kind == "entry_failure" and operation not in BATCHES
            answer = self.sqs.call(operation, dict(call.request), http, None if wrong else fault)
            return json_response(service, answer) if answer is not None else Response(200)
        if service in DIRECTORIES.values():
            return json_response(service, self.directories.call(service, operation, request=call.request))
        return json_response(service, (self.ssm if service == "ssm" else self.secrets).call(operation, call.request))

    @staticmethod
    def spoil(response, fault):
        if fault is None:
            return response
        options = fault.options
        if fault.kind == "reset":
            response.reset = True
        elif fault.kind == "hang":
            response.delay = options.get("seconds", 1.0)
        elif fault.kind == "slow":
            response.pause = (options.get("after", 1), options.get("seconds", 1.0))
        elif fault.kind == "truncated":
            response.cut_after = options.get("after", len(response.body) // 2)
        return response
