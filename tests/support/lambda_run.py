"""`glasswatch lambda` against the local Runtime API, S3 and Slack: what the tests of the function share."""
import base64
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import uuid

from aws.runtime_api import RuntimeApi

ACCOUNT, REGION, BUCKET = "222222222222", "eu-west-1", "org-logs"
TABLE = "glasswatch"


def grant(ident, role="BreakGlassAdmin", who="u-alice", **more):
    """Somebody takes a permission set in the access portal."""
    record = {"eventVersion": "1.11",
              "userIdentity": {"type": "IdentityCenterUser", "accountId": "111111111111", "credentialId": "c-" + who,
                               "onBehalfOf": {"userId": who, "identityStoreArn":
                                              "arn:aws:identitystore::111111111111:identitystore/d-1"}},
              "eventTime": "2026-07-01T10:00:00Z", "eventSource": "sso.amazonaws.com", "eventName": "Federate",
              "awsRegion": REGION, "sourceIPAddress": "198.51.100.7", "userAgent": "Mozilla/5.0",
              "requestParameters": None, "responseElements": None, "eventID": ident, "eventType": "AwsServiceEvent",
              "recipientAccountId": ACCOUNT,
              "serviceEventDetails": {"role_name": role, "account_id": ACCOUNT}}
    record.update(more)
    return record


def quiet(ident, **more):
    record = {"eventVersion": "1.11", "userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
              "eventTime": "2026-07-01T10:00:00Z", "eventSource": "kms.amazonaws.com", "eventName": "Decrypt",
              "awsRegion": REGION, "sourceIPAddress": "ec2.amazonaws.com", "userAgent": "ec2.amazonaws.com",
              "eventID": ident, "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT}
    record.update(more)
    return record


def log_file(*records):
    return gzip.compress(json.dumps({"Records": list(records)}).encode())


def key_of(name, kind="CloudTrail", account=ACCOUNT, region=REGION):
    return (f"AWSLogs/o-exampleorg/{account}/{kind}/{region}/2026/07/01/"
            f"{account}_{kind}_{region}_20260701T1005Z_{name:0<16}.json.gz")


def awslogs(*records, kind="DATA_MESSAGE"):
    messages = [r if isinstance(r, str) else json.dumps(r) for r in records]
    document = {"messageType": kind, "owner": "111111111111", "logGroup": "org-trail", "logStream": "s",
                "subscriptionFilters": ["glasswatch"],
                "logEvents": [{"id": str(10 ** 55 + i), "timestamp": 1782900000000, "message": m}
                              for i, m in enumerate(messages)]}
    data = gzip.compress(json.dumps(document).encode())
    return {"awslogs": {"data": base64.b64encode(data).decode()}}


def sqs(*bodies, receives=1, arn="arn:aws:sqs:eu-west-1:111111111111:trail"):
    return {"Records": [{"messageId": str(uuid.uuid4()), "receiptHandle": "r", "body": body,
                         "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1782900000000"},
                         "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs", "eventSourceARN": arn,
                         "awsRegion": REGION} for body in bodies]}


SWEEP = {"version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "Scheduled Event",
         "source": "aws.events", "account": "111111111111", "time": "2026-07-01T10:00:00Z", "region": REGION,
         "resources": ["arn:aws:events:eu-west-1:111111111111:rule/sweep"], "detail": {}}


class Function:
    """One sandbox, fed through `api`."""

    def __init__(self, api, aws, receivers, table=None, **more):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gw-lambda-"))
        env = {"PATH": "/nowhere", "GLASSWATCH_WATCH": "*:BreakGlass*:critical", "GLASSWATCH_SLACK_TOKEN":
               receivers.env()["GWTEST_SLACK_TOKEN"], "GLASSWATCH_SLACK_CHANNEL": "C0123456789",
               "GLASSWATCH_SLACK_API_URL": f"http://127.0.0.1:{receivers.port}/api/", "GLASSWATCH_ALLOW_PRIVATE": "1",
               "GLASSWATCH_BUCKETS": BUCKET, **aws.environment(), **api.environment()}
        if table:
            env["GLASSWATCH_STATE_TABLE"] = table
        env.update(more)
        env = {k: v for k, v in env.items() if v is not None}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        self.out, self.err = open(self.folder / "out", "w+"), open(self.folder / "err", "w+")
        self.process = subprocess.Popen([os.environ["GW_BINARY"], "lambda"], env=env, stdout=self.out, stderr=self.err)

    def output(self):
        return (self.folder / "out").read_text()

    def log(self):
        return (self.folder / "err").read_text()

    def metrics(self):
        """The lines of embedded metrics, without those of one receiver or reason."""
        lines = [json.loads(line) for line in self.output().splitlines() if '"_aws"' in line]
        return [line for line in lines if "receiver" not in line and "reason" not in line]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()
        self.out.close()
        self.err.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def make_table(aws):
    status, answer = aws.dynamodb.call("CreateTable", {
        "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "gsi1pk", "gsi1sk")],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "due", "Projection": {"ProjectionType": "ALL"},
                                    "KeySchema": [{"AttributeName": "gsi1pk", "KeyType": "HASH"},
                                                  {"AttributeName": "gsi1sk", "KeyType": "RANGE"}]}]})
    assert status == 200, answer
    return TABLE


__all__ = ["RuntimeApi", "Function", "grant", "quiet", "log_file", "key_of", "awslogs", "sqs", "SWEEP", "make_table",
           "ACCOUNT", "REGION", "BUCKET", "TABLE"]
