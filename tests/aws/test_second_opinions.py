"""The stand-in's SQS beside other people's: what the same calls answer. Where they differ, DIFFERENT says so.

Skipped (77) when neither fauxqs (npm) nor moto can be had.
"""
import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from aws import others
from aws.caller import Caller
from aws.server import StandIn

# Answers of others that are not AWS's: fauxqs deletes by a handle that is none, moto sees equal ids where there are none.
DIFFERENT = {"fauxqs": {"nonsense"}, "moto": {"eleven"}}


class Scenario:
    """Asks one service, and notes what it answered under names."""

    def __init__(self, caller):
        self.caller, self.noted = caller, {}

    def ask(self, operation, **request):
        status, answer = self.caller.json("sqs", operation, **request)
        return answer or {} if status == 200 else {"error": (status, str(answer.get("__type")).rpartition("#")[2])}

    def note(self, name, value):
        self.noted[name] = value

    def receive(self, url, **more):
        answer = self.ask("ReceiveMessage", QueueUrl=url, **{"MaxNumberOfMessages": 10, "WaitTimeSeconds": 0, **more,
                          "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp"]})
        return answer["error"] if "error" in answer else answer.get("Messages", [])

    def queue(self, name, **attributes):
        return self.ask("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]

    def attributes(self, url, *names):
        return self.ask("GetQueueAttributes", QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})

    def run(self):
        with contextlib.closing(self.caller):
            self.ask_all()
        return self.noted

    def ask_all(self):
        self.leases()
        self.batches()
        self.refusals()
        self.redrive()
        self.waiting()

    def leases(self):
        url = self.queue("leases", VisibilityTimeout="30")
        self.note("nothing there", self.receive(url))
        body = "\u00e4 <&> \"\n\u1234"
        sent = self.ask("SendMessage", QueueUrl=url, MessageBody=body)
        self.note("sent md5", sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest())
        first = self.receive(url)
        self.note("fields", sorted(first[0]))
        self.note("body", (first[0]["Body"], first[0]["MessageId"] == sent["MessageId"]))
        self.note("attributes", sorted(first[0]["Attributes"]))
        self.note("in flight", (self.receive(url), self.attributes(url, "ApproximateNumberOfMessagesNotVisible")))
        handle = first[0]["ReceiptHandle"]
        self.note("nack", self.ask("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0))
        again = self.receive(url)
        self.note("count", [message["Attributes"]["ApproximateReceiveCount"] for message in again])
        handle = again[0]["ReceiptHandle"]
        self.note("too long", self.ask("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle,
                                       VisibilityTimeout=43201))
        self.note("delete", self.ask("DeleteMessage", QueueUrl=url, ReceiptHandle=handle))
        self.note("delete again", self.ask("DeleteMessage", QueueUrl=url, ReceiptHandle=handle))
        self.note("nothing left", self.attributes(url, "ApproximateNumberOfMessages",
                                                  "ApproximateNumberOfMessagesNotVisible"))

    def batches(self):
        url = self.queue("batches")
        sent = self.ask("SendMessageBatch", QueueUrl=url,
                        Entries=[{"Id": str(i), "MessageBody": f"m{i}"} for i in range(10)])
        self.note("sent batch", ([each["Id"] for each in sent["Successful"]], sent.get("Failed", [])))
        got = []
        for _ in range(20):
            got += self.receive(url)
        self.note("all of them", sorted(message["Body"] for message in got))
        entries = [{"Id": str(i), "ReceiptHandle": each["ReceiptHandle"]} for i, each in enumerate(got[:3])]
        changed = self.ask("ChangeMessageVisibilityBatch", QueueUrl=url,
                           Entries=[{**entry, "VisibilityTimeout": 60} for entry in entries])
        self.note("changed", ([each["Id"] for each in changed["Successful"]], changed.get("Failed", [])))
        deleted = self.ask("DeleteMessageBatch", QueueUrl=url, Entries=entries)
        self.note("deleted", ([each["Id"] for each in deleted["Successful"]], deleted.get("Failed", [])))
        wrong = self.ask("DeleteMessageBatch", QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": "nonsense"}])
        self.note("nonsense", [(each["Code"], each["SenderFault"]) for each in wrong.get("Failed", [])])
        self.note("no entries", self.ask("DeleteMessageBatch", QueueUrl=url, Entries=[]))
        self.note("eleven", self.ask("DeleteMessageBatch", QueueUrl=url,
                                     Entries=[{"Id": str(i), "ReceiptHandle": "x"} for i in range(11)]))
        self.note("same id", self.ask("DeleteMessageBatch", QueueUrl=url, Entries=[entries[0], entries[0]]))

    def refusals(self):
        url = self.queue("refusals")
        self.note("no queue", self.receive(url.replace("refusals", "none")))
        self.note("eleven wanted", self.receive(url, MaxNumberOfMessages=11))
        self.note("wait too long", self.receive(url, WaitTimeSeconds=21))

    def redrive(self):
        dead = self.queue("dead")
        arn = self.attributes(dead, "QueueArn")["QueueArn"]
        self.note("arn", arn.split(":")[2])
        url = self.queue("alive", RedrivePolicy=f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"2"}}')
        self.ask("SendMessage", QueueUrl=url, MessageBody="poison")
        self.note("tries", [len(self.receive(url, VisibilityTimeout=0)) for _ in range(3)])
        self.note("buried", [message["Body"] for message in self.receive(dead)])

    def waiting(self):
        url = self.queue("waiting", VisibilityTimeout="1")
        started = time.monotonic()
        self.receive(url, WaitTimeSeconds=1)
        self.note("waits", 0.8 < time.monotonic() - started < 5)
        other = Scenario(Caller(self.caller.aws, url=f"http://{self.caller.host}"))
        timer = threading.Timer(0.3, other.ask, ("SendMessage",), {"QueueUrl": url, "MessageBody": "late"})
        timer.start()
        started = time.monotonic()
        got = self.receive(url, WaitTimeSeconds=10)
        self.note("woken", (len(got), time.monotonic() - started < 5))
        timer.join()
        other.caller.close()
        again = self.receive(url, WaitTimeSeconds=5)
        self.note("lease ran out", [message["Attributes"]["ApproximateReceiveCount"] for message in again])


class SecondOpinions(unittest.TestCase):
    maxDiff = None
    asked = 0

    def compare(self, name, start):
        try:
            with start() as url, StandIn(region="us-east-1") as aws:
                ours = Scenario(Caller(aws)).run()
                theirs = Scenario(Caller(aws, url=url)).run()
                self.clients(url)
        except others.Missing as missing:
            print(f"skipped: {name}: {missing}", file=sys.stderr)
            self.skipTest(str(missing))
        SecondOpinions.asked += 1
        differing = {key for key in ours if ours[key] != theirs.get(key)}
        shown = {key: (ours[key], theirs.get(key)) for key in differing ^ DIFFERENT[name]}
        self.assertEqual(differing, DIFFERENT[name], shown)

    def clients(self, url):
        """Our clients in C++ against it."""
        program = Path(os.environ["GW_BUILD_DIR"]) / "tests/aws_test"
        environment = {**os.environ, "GW_OTHER_AWS": url}
        ran = subprocess.run([program, "--gtest_filter=OtherAws.*"], env=environment, capture_output=True, text=True,
                             timeout=60, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout)
        self.assertNotIn("SKIPPED", ran.stdout)

    def test_fauxqs(self):
        self.compare("fauxqs", others.fauxqs)

    def test_moto(self):
        self.compare("moto", others.moto)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() and SecondOpinions.asked else 77 if result.wasSuccessful() else 1)
