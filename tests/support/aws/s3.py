"""S3's objects, their versions, and what it says when one is put.

From a test: `aws.s3.create("bucket", owner="111122223333", versioned=False)`, `aws.s3.put("bucket", key, bytes)`,
`aws.s3.notify("bucket", queue, wrap=None | "sns" | "eventbridge" | "cloudtrail", prefix="")`: a put then sends the message.
`aws.s3.message("bucket", key, wrap)` is that message, for tests that send it themselves.
"""
import bisect
import hashlib
import itertools
import json
import threading
import time
import uuid
from urllib.parse import quote_plus

from aws.refusal import Refusal


class Version:
    def __init__(self, data, version_id, content_type="binary/octet-stream", is_marker=False, sequence=0):
        self.data, self.id, self.content_type, self.is_marker = data, version_id, content_type, is_marker
        self.etag = '"' + hashlib.md5(data).hexdigest() + '"'
        self.at, self.sequence = time.time(), sequence


class Bucket:
    def __init__(self, name, owner, versioned=False):
        self.name, self.owner, self.versioned = name, owner, versioned
        self.objects = {}   # key → [Version], the newest last
        self.sorted = []    # keys; those of deleted objects may linger
        self.notices = []   # (queue, wrap, prefix)

    def newest(self, key):
        """The newest version; None when there is none or it is a delete marker."""
        versions = self.objects.get(key)
        return versions[-1] if versions and not versions[-1].is_marker else None

    def add(self, key, version):
        versions = self.objects.get(key)
        if versions is None:
            versions = self.objects[key] = []
            if not self.sorted or key > self.sorted[-1]:
                self.sorted.append(key)
            else:
                at = bisect.bisect_left(self.sorted, key)
                if at == len(self.sorted) or self.sorted[at] != key:
                    self.sorted.insert(at, key)
        if not self.versioned:
            versions.clear()
        versions.append(version)


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"


class S3:
    def __init__(self, region, account):
        self.region, self.account = region, account
        self.buckets, self.lock, self.sequence = {}, threading.RLock(), itertools.count(1)

    def create(self, name, owner=None, versioned=False):
        return self.buckets.setdefault(name, Bucket(name, owner or self.account, versioned))

    def bucket(self, name):
        if name not in self.buckets:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
        return self.buckets[name]

    def put(self, bucket, key, data, content_type="binary/octet-stream", notify=True):
        """The new Version. `notify` False: no message is sent."""
        with self.lock:
            found = self.bucket(bucket)
            sequence = next(self.sequence)
            version_id = hashlib.sha256(f"{key}{sequence}".encode("utf-8", "surrogatepass")).hexdigest()[:32] \
                if found.versioned else "null"
            version = Version(bytes(data), version_id, content_type, sequence=sequence)
            found.add(key, version)
            notices = list(found.notices) if notify else []
        for queue, wrap, prefix in notices:
            if key.startswith(prefix):
                queue.send(self.message(bucket, key, wrap, version))
        return version

    def get(self, bucket, key):
        """The newest content; None."""
        with self.lock:
            version = self.bucket(bucket).newest(key)
            return version.data if version else None

    def keys(self, bucket, prefix=""):
        with self.lock:
            found = self.bucket(bucket)
            return [key for key in found.sorted if key.startswith(prefix) and found.newest(key)]

    def delete(self, bucket, key):
        with self.lock:
            found = self.bucket(bucket)
            if found.versioned:
                version_id = hashlib.sha256(f"marker{next(self.sequence)}".encode()).hexdigest()[:32]
                found.add(key, Version(b"", version_id, is_marker=True))
                return version_id
            if found.objects.pop(key, None) is not None:
                found.sorted.remove(key)
            return ""

    def notify(self, bucket, queue, wrap=None, prefix=""):
        self.bucket(bucket).notices.append((queue, wrap, prefix))

    def test_event(self, bucket):
        """What S3 sends when a notification is set up."""
        return json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": iso(time.time()), "Bucket": bucket,
                           "RequestId": "0123456789ABCDEF", "HostId": "host"})

    def message(self, bucket, key, wrap=None, version=None, event="ObjectCreated:Put"):
        """A notification's text, with the key encoded as its shape demands. The object need not be there."""
        found = self.bucket(bucket)
        if version is None:
            version = found.newest(key) or Version(b"", "null")
        if wrap == "eventbridge":
            return json.dumps(self.eventbridge(found, key, version))
        if wrap == "cloudtrail":
            return self.sns(json.dumps({"s3Bucket": bucket, "s3ObjectKey": [key]}), None)
        text = json.dumps({"Records": [self.record(found, key, version, event)]})
        return self.sns(text, "Amazon S3 Notification") if wrap == "sns" else text

    def record(self, bucket, key, version, event):
        what = {"key": quote_plus(key, safe="/*-._", encoding="utf-8", errors="surrogateescape"),
                "size": len(version.data), "eTag": version.etag.strip('"'), "sequencer": f"{version.sequence:018X}"}
        if bucket.versioned:
            what["versionId"] = version.id
        if event.startswith("ObjectRemoved"):
            del what["size"], what["eTag"]
        return {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": self.region, "eventTime": iso(version.at),
                "eventName": event, "userIdentity": {"principalId": "AWS:cloudtrail"},
                "requestParameters": {"sourceIPAddress": "192.0.2.1"},
                "responseElements": {"x-amz-request-id": "0123456789ABCDEF", "x-amz-id-2": "host"},
                "s3": {"s3SchemaVersion": "1.0", "configurationId": "trail", "object": what,
                       "bucket": {"name": bucket.name, "arn": f"arn:aws:s3:::{bucket.name}",
                                  "ownerIdentity": {"principalId": "A1B2C3"}}}}

    def eventbridge(self, bucket, key, version):
        what = {"key": key, "size": len(version.data), "etag": version.etag.strip('"'),
                "sequencer": f"{version.sequence:018X}"}
        if bucket.versioned:
            what["version-id"] = version.id
        return {"version": "0", "id": str(uuid.uuid4()), "detail-type": "Object Created", "source": "aws.s3",
                "account": bucket.owner, "time": iso(version.at)[:19] + "Z", "region": self.region,
                "resources": [f"arn:aws:s3:::{bucket.name}"],
                "detail": {"version": "0", "bucket": {"name": bucket.name}, "object": what,
                           "request-id": "0123456789ABCDEF", "requester": "cloudtrail.amazonaws.com",
                           "source-ip-address": "192.0.2.1", "reason": "PutObject"}}

    def sns(self, text, subject):
        """As a subscription without raw delivery puts it into a queue."""
        out = {"Type": "Notification", "MessageId": str(uuid.uuid4()),
               "TopicArn": f"arn:aws:sns:{self.region}:{self.account}:trail", "Message": text,
               "Timestamp": iso(time.time()), "SignatureVersion": "1", "Signature": "c3RhbmQtaW4=",
               "SigningCertURL": f"https://sns.{self.region}.amazonaws.com/SimpleNotificationService-0.pem",
               "UnsubscribeURL": f"https://sns.{self.region}.amazonaws.com/?Action=Unsubscribe"}
        if subject:
            out["Subject"] = subject
        return json.dumps(out)
