"""The stand-in itself: what it refuses, what goes wrong on purpose, and that it is fast enough for loops of 20,000 objects."""
import contextlib
import hashlib
import http.client
import json
import random
import re
import threading
import time
import unittest

from aws.caller import Caller
from aws.s3_service import S3Service
from aws.server import StandIn
from aws.sigv4 import Key, Verifier, canonical_path, canonical_query
from aws.wire import Request

# The credentials and the scope of AWS's published signature suite.
SUITE = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SUITE_TIME = 1440938160  # 2015-08-30T12:36:00Z


class StandInCase(unittest.TestCase):
    def setUp(self):
        self.aws = StandIn()
        self.addCleanup(self.aws.close)
        self.caller = self.called(Caller(self.aws))
        self.queue = self.aws.sqs.create("trail", visibility=30)
        self.aws.s3.create("logs", versioned=True)

    def called(self, caller):
        self.addCleanup(caller.close)
        return caller

    def receive(self, **more):
        _, answer = self.caller.json("sqs", "ReceiveMessage", QueueUrl=self.queue.url, **{"MaxNumberOfMessages": 10, **more})
        return answer.get("Messages", [])

    def delete(self, messages):
        return self.caller.json("sqs", "DeleteMessageBatch", QueueUrl=self.queue.url, Entries=[
            {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(messages)])[1]


class Signatures(StandInCase):
    def test_published_signatures_are_accepted_and_others_are_not(self):
        """The verifier is checked apart from our signer: these signatures are AWS's own."""
        verifier = Verifier(lambda: SUITE_TIME, "us-east-1")
        verifier.add(SUITE)
        for target, signature, more in (
                ("/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", []),
                ("/example1/example2/../..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", []),
                ("//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84", []),
                ("/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", []),
                ("/?%E1%88%B4=bar", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04", []),
                ("/", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                 [("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')]),
                ("/", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
                 [("My-Header1", value) for value in ("value4", "value1", "value3", "value2")])):
            names = ";".join(sorted({"host", "x-amz-date", *(name.lower() for name, _ in more)}))
            for said, accepted in ((signature, True), (signature[:-1] + ("0" if signature[-1] != "0" else "1"), False)):
                authorization = (f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                                 f"SignedHeaders={names}, Signature={said}")
                request = Request("GET", target, [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"),
                                                  *more, ("Authorization", authorization)], b"", None)
                with self.subTest(target, accepted=accepted):
                    if accepted:
                        self.assertIs(verifier.verify(request, "service"), SUITE)
                    else:
                        with self.assertRaisesRegex(Exception, "SignatureDoesNotMatch"):
                            verifier.verify(request, "service")

    def test_paths_and_queries(self):
        self.assertEqual(canonical_path("/a%20b/+/%2b//./../x", "s3"), "/a%20b/%2B/%2B//./../x")
        self.assertEqual(canonical_path("/a%20b/./../x/", "sqs"), "/x/")
        self.assertEqual(canonical_path("/a%20b", "sqs"), "/a%2520b")
        self.assertEqual(canonical_query("b=2&a=%2f&a=%20&c"), "a=%20&a=%2F&b=2&c=")

    def test_refusals(self):
        wrong = Key(self.aws.key.access_key, "wrong")
        temporary = self.aws.sts.issue(60)
        tokenless = Key(temporary.access_key, temporary.secret)
        expired = self.aws.sts.issue(-1)
        for key, skew, s3, sqs in ((wrong, 0, "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
                                   (Key("AKIANOBODY", "x"), 0, "InvalidAccessKeyId", "InvalidClientTokenId"),
                                   (tokenless, 0, "InvalidAccessKeyId", "InvalidClientTokenId"),
                                   (expired, 0, "ExpiredToken", "ExpiredToken"),
                                   (self.aws.key, 301, "RequestTimeTooSkewed", "RequestTimeTooSkewed"),
                                   (self.aws.key, -301, "RequestTimeTooSkewed", "RequestTimeTooSkewed")):
            caller = self.called(Caller(self.aws, key, skew))
            status, headers, body = caller.s3("GET", "logs", query={"list-type": "2"})
            self.assertIn(f"<Code>{s3}</Code>", body.decode())
            self.assertIn(status, (400, 403))
            self.assertIn("GMT", headers["date"])
            status, answer = caller.json("sqs", "ListQueues")
            self.assertEqual((status, answer["__type"]), (403, "com.amazonaws.sqs#" + sqs))
        self.assertEqual(self.called(Caller(self.aws, temporary)).json("sqs", "ListQueues")[0], 200)

    def test_what_was_not_signed_as_it_came_is_refused(self):
        def tampered(change, service="s3"):
            caller = self.called(Caller(self.aws))
            real = caller.connection.request
            caller.connection.request = lambda method, target, body, headers: real(*change(method, target, body, headers))
            if service == "s3":
                return re.search("<Code>(.*)</Code>", caller.s3("PUT", "logs", "a", body=b"x")[2].decode())[1]
            return caller.json("sqs", "SendMessage", QueueUrl=self.queue.url, MessageBody="x")[1]["__type"]
        mismatch = "SignatureDoesNotMatch"
        self.assertEqual(tampered(lambda m, t, b, h: (m, t + "b", b, h)), mismatch)
        self.assertEqual(tampered(lambda m, t, b, h: (m, t + "?x-id=1", b, h)), mismatch)
        self.assertEqual(tampered(lambda m, t, b, h: (m, t, b, {**h, "x-amz-acl": "public-read"})), mismatch)
        self.assertEqual(tampered(lambda m, t, b, h: (m, t, b, {**h, "content-type": "text/plain"})), mismatch)
        self.assertEqual(tampered(lambda m, t, b, h: (m, t, b"y", h)), "XAmzContentSHA256Mismatch")
        self.assertTrue(tampered(lambda m, t, b, h: (m, t, b.replace(b"x", b"y"), h), "sqs").endswith(mismatch))
        self.assertEqual(tampered(lambda m, t, b, h: (m, t, b, {k: v for k, v in h.items() if k != "authorization"})),
                         "AccessDenied")


class Notifications(StandInCase):
    KEY = "AWSLogs/a b+c=\u00fc.json.gz"

    def test_each_shape_encodes_the_key_as_it_should(self):
        encoded = "AWSLogs/a+b%2Bc%3D%C3%BC.json.gz"
        for wrap, read in ((None, lambda body: body["Records"][0]["s3"]["object"]["key"]),
                           ("sns", lambda body: json.loads(body["Message"])["Records"][0]["s3"]["object"]["key"]),
                           ("eventbridge", lambda body: body["detail"]["object"]["key"]),
                           ("cloudtrail", lambda body: json.loads(body["Message"])["s3ObjectKey"][0])):
            queue = self.aws.sqs.create(f"q-{wrap}")
            self.aws.s3.notify("logs", queue, wrap, "AWSLogs/")
            self.aws.s3.put("logs", self.KEY, b"x")
            self.caller.s3("PUT", "logs", "elsewhere", body=b"x")
            self.assertEqual(read(json.loads(queue.bodies()[0])),
                             encoded if wrap in (None, "sns") else self.KEY)
            self.assertEqual(queue.counts()["visible"], 1)


class Wrongs(StandInCase):
    def test_messages_come_again_when_told_so(self):
        sent = self.queue.send("x")
        self.aws.faults.add("sqs", "ReceiveMessage", "duplicate")
        first = self.receive()
        self.delete(first)
        second = self.receive()
        self.assertEqual([first[0]["MessageId"], second[0]["MessageId"]], [sent.id, sent.id])
        self.delete(second)
        self.queue.send("y")
        self.aws.faults.add("sqs", "ReceiveMessage", "expired_lease")
        stale, fresh = self.receive(), self.receive()
        self.assertEqual((len(stale), len(fresh)), (1, 1))
        self.delete(stale)
        self.assertEqual(self.queue.counts()["in_flight"], 1)
        self.delete(fresh)
        self.assertEqual(self.queue.bodies(), [])

    def test_queues_reorder_when_told_so(self):
        self.queue.shuffle = random.Random(1)
        for i in range(50):
            self.queue.send(str(i))
        got = [message["Body"] for _ in range(5) for message in self.receive()]
        self.assertEqual(sorted(got, key=int), [str(i) for i in range(50)])
        self.assertNotEqual(got, sorted(got, key=int))

    def test_somebody_is_faster(self):
        put = {"body": b"mine", "headers": {"if-none-match": "*"}}
        self.aws.faults.add("s3", "PutObject", "race", before=lambda: self.aws.s3.put("logs", "k", b"theirs"))
        self.assertEqual(self.caller.s3("PUT", "logs", "k", **put)[0], 412)
        self.assertEqual(self.aws.s3.get("logs", "k"), b"theirs")
        self.aws.faults.add("s3", "PutObject", "race")
        self.assertEqual(self.caller.s3("PUT", "logs", "k2", **put)[0], 412)
        self.assertEqual(self.aws.s3.get("logs", "k2"), b"mine")

    def test_broken_connections(self):
        self.aws.s3.put("logs", "k", b"x" * 1000)
        self.aws.faults.add("s3", None, "reset")
        with self.assertRaises(ConnectionResetError):
            self.caller.s3("GET", "logs", "k")
        self.aws.faults.add("s3", None, "truncated", after=10)
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.caller.s3("GET", "logs", "k")
        self.assertEqual(len(caught.exception.partial), 10)
        self.aws.faults.add("s3", None, "hang", seconds=0.2)
        started = time.monotonic()
        self.assertEqual(self.caller.s3("GET", "logs", "k")[0], 200)
        self.assertGreater(time.monotonic() - started, 0.2)
        self.assertEqual([call.fault for call in self.aws.calls("s3")], ["reset", "truncated", "hang"])

    def test_a_client_that_is_gone_gets_no_message(self):
        caller = Caller(self.aws)
        poll = threading.Thread(target=self.poll, args=(caller,))
        poll.start()
        while not self.aws.calls("sqs", "ReceiveMessage"):
            time.sleep(0.01)
        caller.connection.sock.shutdown(2)
        poll.join()
        self.queue.send("x")
        self.assertEqual([message["Body"] for message in self.receive(WaitTimeSeconds=5)], ["x"])

    def poll(self, caller):
        with contextlib.suppress(OSError, http.client.HTTPException):
            caller.json("sqs", "ReceiveMessage", QueueUrl=self.queue.url, WaitTimeSeconds=20)
        caller.close()


class Objects(StandInCase):
    def test_ranges_versions_and_markers(self):
        old = self.aws.s3.put("logs", "k", b"0123456789")
        for wanted, got in (("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=0-99", b"0123456789")):
            self.assertEqual(self.caller.s3("GET", "logs", "k", headers={"range": wanted})[::2], (206, got))
        self.assertEqual(self.caller.s3("GET", "logs", "k", headers={"range": "bytes=10-"})[0], 416)
        self.assertEqual(self.caller.s3("HEAD", "logs", "k")[1]["content-length"], "10")
        self.assertEqual(self.caller.s3("DELETE", "logs", "k")[0], 204)
        status, headers, _ = self.caller.s3("GET", "logs", "k")
        self.assertEqual((status, headers["x-amz-delete-marker"]), (404, "true"))
        self.assertEqual(self.caller.s3("GET", "logs", "k", {"versionId": old.id})[0], 200)
        self.assertEqual(self.caller.s3("GET", "logs", "k", {"acl": ""})[0], 501)

    def test_lists_page_through_prefixes(self):
        keys = [f"{folder}/{i}" for folder in "abc" for i in range(4)] + ["d", "e"]
        for key in keys:
            self.aws.s3.put("logs", key, b"")
        for delimiter, expected in (("", keys), ("/", ["a/", "b/", "c/", "d", "e"])):
            for limit in (1, 2, 3, 1000):
                got, after = [], ""
                while True:
                    contents, prefixes, after, is_cut = S3Service.page(self.aws.s3.buckets["logs"], "", delimiter, after, limit)
                    got += sorted([key for key, _ in contents] + prefixes)
                    if not is_cut:
                        break
                self.assertEqual(got, expected, (delimiter, limit))


class Speed(StandInCase):
    def test_1500_messages_a_second(self):
        body = hashlib.sha256(b"x").hexdigest() * 10
        for _ in range(3000):
            self.queue.send(body)
        started = time.process_time()  # of both ends; others may be busy on the machine
        while messages := self.receive():
            self.assertEqual(len(self.delete(messages)["Successful"]), len(messages))
        rate = 3000 / (time.process_time() - started)
        self.assertEqual(self.queue.counts()["deleted"], 3000)
        print(f"{rate:.0f} messages a second of CPU")
        self.assertGreater(rate, 1500)


if __name__ == "__main__":
    unittest.main(verbosity=2)
