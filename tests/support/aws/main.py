"""AWS's stand-in as a program, for tests in other languages: prints one JSON line {"url": …, "region": …, "access_key": …,
"secret": …}, and serves until its standard input ends.

    python3 tests/support/aws/main.py [--cert FILE --key FILE] [--region NAME]

POST /_control takes JSON {"do": …} and answers JSON:
  create_queue   name, visibility, dead_letter (name), max_receives, wait → {"url", "arn"}
  create_bucket  name, owner, versioned
  notify         bucket, queue, wrap, prefix
  put            bucket, key, text | base64, notify → {"version", "etag"};   get bucket, key → {"base64"} or {}
  message        bucket, key, wrap → {"text"}
  send           queue, body, count;   expire_leases queue
  parameter      name, value, secure;  secret name, value → {"arn"};   topic arn, queues
  issue_key      seconds → {"access_key", "secret", "token"};   add_key access_key, secret;   expire_key access_key
  roles          roles {arn: external id};   clock shift
  fault          service, operation, kind, times, where (text), …: faults.py;   clear_faults
  index_delay    writes: by how many the indexes of tables are behind
  calls          service, operation → {"calls": [{service, operation, status, code, fault, target}]};   clear_log
  dump           → queues with their counts and bodies, buckets with their keys, topics' messages
"""
import argparse
import base64
import json
import sys
from pathlib import Path

# In place of this folder, whose files would hide modules of the same name.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from aws.refusal import Refusal  # noqa: E402
from aws.server import StandIn  # noqa: E402
from aws.sigv4 import Key  # noqa: E402
from aws.wire import Response  # noqa: E402


class Control:
    def __init__(self, aws):
        self.aws = aws

    def __call__(self, http):
        try:
            request = json.loads(http.body)
            answer = getattr(self, "do_" + request.pop("do"))(**request)
            status = 200
        except (Refusal, KeyError, TypeError, ValueError, AttributeError) as error:
            answer, status = {"error": repr(error)}, 400
        return Response(status, json.dumps(answer or {}).encode(), content_type="application/json")

    def do_create_queue(self, name, dead_letter=None, **settings):
        other = self.aws.sqs.queue(dead_letter) if dead_letter else None
        queue = self.aws.sqs.create(name, dead_letter=other, **settings)
        return {"url": queue.url, "arn": queue.arn}

    def do_create_bucket(self, name, **settings):
        self.aws.s3.create(name, **settings)

    def do_notify(self, bucket, queue, wrap=None, prefix=""):
        self.aws.s3.notify(bucket, self.aws.sqs.queue(queue), wrap, prefix)

    def do_put(self, bucket, key, text=None, notify=True, **data):
        content = text.encode() if text is not None else base64.b64decode(data["base64"])
        version = self.aws.s3.put(bucket, key, content, notify=notify)
        return {"version": version.id, "etag": version.etag}

    def do_get(self, bucket, key):
        data = self.aws.s3.get(bucket, key)
        return {} if data is None else {"base64": base64.b64encode(data).decode()}

    def do_message(self, bucket, key, wrap=None):
        return {"text": self.aws.s3.message(bucket, key, wrap)}

    def do_send(self, queue, body, count=1):
        for _ in range(count):
            self.aws.sqs.queue(queue).send(body)

    def do_expire_leases(self, queue):
        self.aws.sqs.queue(queue).expire_leases()

    def do_parameter(self, name, value, secure=True):
        self.aws.ssm.put(name, value, secure)

    def do_secret(self, name, value):
        return {"arn": self.aws.secrets.put(name, value)}

    def do_topic(self, arn, queues=()):
        self.aws.sns.create(arn, *(self.aws.sqs.queue(name) for name in queues))

    def do_issue_key(self, seconds=3600):
        key = self.aws.sts.issue(seconds)
        return {"access_key": key.access_key, "secret": key.secret, "token": key.token}

    def do_add_key(self, access_key, secret):
        self.aws.verifier.add(Key(access_key, secret))

    def do_expire_key(self, access_key):
        self.aws.verifier.keys[access_key].expires = 0

    def do_roles(self, roles):
        self.aws.sts.roles = roles

    def do_clock(self, shift):
        self.aws.clock.shift = shift

    def do_fault(self, service, operation, kind, **options):
        self.aws.faults.add(service, operation, kind, **options)

    def do_clear_faults(self):
        self.aws.faults.clear()

    def do_index_delay(self, writes):
        self.aws.dynamodb.index_delay = writes

    def do_calls(self, service=None, operation=None):
        names = ("service", "operation", "status", "code", "fault", "target")
        return {"calls": [{name: getattr(call, name) for name in names}
                          for call in self.aws.calls(service, operation)]}

    def do_clear_log(self):
        self.aws.clear_log()

    def do_dump(self):
        return {"queues": {name: {**queue.counts(), "bodies": queue.bodies()}
                           for name, queue in self.aws.sqs.queues.items()},
                "buckets": {name: self.aws.s3.keys(name) for name in self.aws.s3.buckets},
                "published": self.aws.sns.published}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    with StandIn(region=given.region, tls=(given.cert, given.key) if given.cert else None, port=given.port) as aws:
        aws.control = Control(aws)
        print(json.dumps({"url": aws.url, "region": aws.region, "access_key": aws.key.access_key,
                          "secret": aws.key.secret}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
