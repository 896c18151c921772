"""What the end-to-end tests share: five records that each page claims, what AWS does with them on each way, and the function behind.

A way is driven as AWS would: the filter or rules of deploy/patterns decide, then envelopes, batches, receive counts, dead letters.
"""
import base64
import glob
import gzip
import json
import os
import random
import uuid

from lambda_run import grant, quiet, sqs
from patterns import Filter, matches

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATTERNS = os.path.join(ROOT, "deploy", "patterns")
MANAGEMENT, AUDIT, MEMBER, OTHER = "111111111111", "333333333333", "222222222222", "444444444444"
MAX_RECEIVES = 10  # of the queues in the templates


def api_call(ident, source, name, identity, account, region, **more):
    record = {"eventVersion": "1.11", "userIdentity": identity, "eventTime": "2026-07-01T10:00:00Z", "eventSource": source,
              "eventName": name, "awsRegion": region, "sourceIPAddress": "198.51.100.9", "userAgent": "aws-cli/2.30",
              "requestParameters": None, "responseElements": None, "eventID": ident, "eventType": "AwsApiCall",
              "managementEvent": True, "eventCategory": "Management", "readOnly": False, "recipientAccountId": account}
    record.update(more)
    return record


def five():
    """{what: record}, each in the account and region that AWS records it in."""
    ops = {"type": "AssumedRole", "principalId": "AROAEXAMPLE:olga", "accountId": MANAGEMENT,
           "arn": f"arn:aws:sts::{MANAGEMENT}:assumed-role/ops/olga", "accessKeyId": "ASIAEXAMPLE",
           "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "ops", "arn": f"arn:aws:iam::{MANAGEMENT}:role/ops"}}}
    dave = {"type": "IAMUser", "userName": "dave", "accountId": OTHER, "arn": f"arn:aws:iam::{OTHER}:user/dave",
            "principalId": "AIDAEXAMPLE", "accessKeyId": "AKIAEXAMPLE"}
    role = f"arn:aws:iam::{MEMBER}:role/BreakGlassAdmin"
    return {
        "Federate": grant("e-federate", who="u-alice", recipientAccountId=MANAGEMENT),
        "GetRoleCredentials": grant("e-credentials", who="u-bob", eventName="GetRoleCredentials", readOnly=True,
                                    recipientAccountId=MANAGEMENT),
        "ConsoleLogin": api_call("e-root", "signin.amazonaws.com", "ConsoleLogin",
                                 {"type": "Root", "principalId": MEMBER, "accountId": MEMBER, "arn": f"arn:aws:iam::{MEMBER}:root"},
                                 MEMBER, "us-east-1", eventType="AwsConsoleSignIn", responseElements={"ConsoleLogin": "Success"},
                                 additionalEventData={"MFAUsed": "Yes", "MobileVersion": "No"}),
        "AssumeRole": api_call("e-denied", "sts.amazonaws.com", "AssumeRole", dave, OTHER, "ap-southeast-2", readOnly=True,
                               errorCode="AccessDenied", errorMessage=f"User: {dave['arn']} is not authorized to perform: "
                               f"sts:AssumeRole on resource: {role}"),
        "StopLogging": api_call("e-stop", "cloudtrail.amazonaws.com", "StopLogging", ops, MANAGEMENT, "eu-west-1",
                                requestParameters={"name": f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/org-trail"}),
    }


def noise(count=40):
    return [quiet(f"q{i}", recipientAccountId=MEMBER) for i in range(count)]


# What Slack is told of each: the kind of its first message, and words that stand in it.
TOLD = {"Federate": ("session.opened", "BreakGlassAdmin", "(Federate)"),
        "GetRoleCredentials": ("session.opened", "BreakGlassAdmin", "(GetRoleCredentials)"),
        "ConsoleLogin": ("session.opened", "root", "(ConsoleLogin)"),
        "AssumeRole": ("access.denied", "BreakGlassAdmin", "FAILED ATTEMPTS"),
        "StopLogging": ("tamper", "StopLogging", "olga")}


def told(receivers):
    """What Slack was told of, as often as it was; `?` and the text for anything else."""
    out = []
    for call in receivers.slack_parents():
        found = [name for name, (kind, *words) in TOLD.items() if call.kind == kind and all(w in call.text() for w in words)]
        out.append(found[0] if len(found) == 1 else f"? {call.kind} {call.text()[:150]}")
    return sorted(out)


def cloudwatch_filter():
    with open(os.path.join(PATTERNS, "cloudwatch-logs.txt"), encoding="utf-8") as f:
        return Filter(f.read()).tree


def rules():
    out = {}
    for path in sorted(glob.glob(os.path.join(PATTERNS, "eventbridge", "*.json"))):
        with open(path, encoding="utf-8") as f:
            out[os.path.basename(path)[:-5]] = json.load(f)
    return out


def subscription(records, stream="s"):
    """The payload of a subscription, as CloudWatch Logs writes it to Kinesis."""
    return gzip.compress(json.dumps({
        "messageType": "DATA_MESSAGE", "owner": MANAGEMENT, "logGroup": "aws-controltower/CloudTrailLogs", "logStream": stream,
        "subscriptionFilters": ["glasswatch"],
        "logEvents": [{"id": str(10 ** 55 + i), "timestamp": 1782900000000, "message": json.dumps(r)} for i, r in enumerate(records)]
    }).encode())


class Stream:
    """A shard, and Lambda's poller of it: what failed comes again, from the lowest number that did."""

    def __init__(self, api):
        self.api, self.records = api, []

    def put(self, payload):
        self.records.append((str(49590338270000000000 + len(self.records)), payload))

    def run(self, batch=3, tries=20):
        while self.records and tries:
            tries -= 1
            given = self.records[:batch]
            answer = self.api.invoke({"Records": [
                {"eventID": f"shardId-000000000000:{number}", "eventSource": "aws:kinesis", "eventName": "aws:kinesis:record",
                 "eventVersion": "1.0", "awsRegion": "eu-west-1", "eventSourceARN": "arn:aws:kinesis:eu-west-1:1:stream/glasswatch-trail",
                 "kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "p", "sequenceNumber": number,
                             "data": base64.b64encode(data).decode()}} for number, data in given]})
            if answer.status != "response":
                continue
            failed = {f["itemIdentifier"] for f in answer.json()["batchItemFailures"]}
            done = next((i for i, (number, _) in enumerate(given) if number in failed), len(given))
            del self.records[:done]
        return not self.records


class Queue:
    """A queue with its dead letters, and Lambda's poller of it; order is not kept."""

    def __init__(self, api, seed=1):
        self.api, self.random, self.messages, self.dead = api, random.Random(seed), [], []

    def put(self, body):
        self.messages.append([body, 0])

    def run(self, batch=10, rounds=MAX_RECEIVES + 1, between=lambda: None):
        for _ in range(rounds):
            if not self.messages:
                break
            self.random.shuffle(self.messages)
            for at in range(0, len(self.messages), batch):
                given = self.messages[at:at + batch]
                for message in given:
                    message[1] += 1
                event = sqs(*(body for body, _ in given), arn="arn:aws:sqs:eu-west-1:333333333333:glasswatch")
                for record, (_, receives) in zip(event["Records"], given):
                    record["attributes"]["ApproximateReceiveCount"] = str(receives)
                answer = self.api.invoke(event)
                failed = {r["messageId"] for r in event["Records"]} if answer.status != "response" else \
                    {f["itemIdentifier"] for f in answer.json()["batchItemFailures"]}
                for message, record in zip(given, event["Records"]):
                    if record["messageId"] not in failed:
                        message[1] = -1
            self.messages = [m for m in self.messages if m[1] >= 0]
            self.dead += [m for m in self.messages if m[1] >= MAX_RECEIVES]
            self.messages = [m for m in self.messages if m[1] < MAX_RECEIVES]
            between()
        return not self.messages

    def redrive(self):
        self.messages += [[body, 0] for body, _ in self.dead]
        self.dead = []


class Bus:
    """The rules of every account and region, and the audit account's bus behind them. A region that is dead keeps what it has."""

    def __init__(self, queue):
        self.queue, self.rules, self.dead, self.waiting = queue, rules(), set(), []

    def record(self, record):
        source = record["eventSource"].split(".")[0]
        kind = {"AwsServiceEvent": "AWS Service Event via CloudTrail", "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail"}
        event = {"version": "0", "id": str(uuid.uuid4()), "source": "aws." + source, "account": record["recipientAccountId"],
                 "detail-type": kind.get(record["eventType"], "AWS API Call via CloudTrail"), "time": record["eventTime"],
                 "region": record["awsRegion"], "resources": [], "detail": record}
        for rule in self.rules.values():  # each rule that matches hands it on
            if matches(rule, event):
                self.waiting.append(event)
        self.move()

    def move(self):
        for event in [e for e in self.waiting if e["region"] not in self.dead]:
            self.waiting.remove(event)
            if event["source"].startswith("aws.") and "eventVersion" in event["detail"]:
                self.queue.put(json.dumps(event))

