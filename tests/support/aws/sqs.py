"""SQS by its JSON protocol: standard queues with leases, receive counts and dead-letter queues.

From a test: `queue = aws.sqs.create("name", visibility=30, dead_letter=other, max_receives=3)`, then queue.url, queue.arn,
queue.send(body), queue.counts(), queue.bodies(), queue.expire_leases(). `queue.shuffle = random.Random(1)` reorders.
"""
import collections
import hashlib
import heapq
import json
import threading
import time
import uuid

from aws.refusal import Refusal

BATCH = 10
BODY_LIMIT = 1 << 20
MAX_VISIBILITY = 43200


class Message:
    def __init__(self, body, attributes=None):
        self.id, self.body, self.attributes = str(uuid.uuid4()), body, attributes or {}
        self.md5 = hashlib.md5(body.encode()).hexdigest()
        self.sent, self.first, self.receives = time.time(), None, 0
        self.turn = 0           # a heap entry of an older turn counts no longer
        self.in_flight = False
        self.source = None      # the queue whose dead letter it is

    def handle(self):
        return f"{self.id}/{self.receives}"


class Queue:
    """Safe from any thread."""

    def __init__(self, service, name, visibility=30, dead_letter=None, max_receives=None, wait=0, delay=0):
        self.name, self.visibility, self.wait, self.delay = name, visibility, wait, delay
        self.dead_letter, self.max_receives = dead_letter, max_receives
        self.url = f"{service.url}/{service.account}/{name}"
        self.arn = f"arn:aws:sqs:{service.region}:{service.account}:{name}"
        self.created = int(time.time())
        self.shuffle = None
        self.messages = {}                   # id → Message
        self.ready = collections.deque()     # (message, turn)
        self.later = []                      # heap of (when, number, message, turn)
        self.number = 0
        self.deleted = 0
        self.changed = threading.Condition()

    def send(self, body, attributes=None, delay=None):
        message = Message(body, attributes)
        with self.changed:
            self.messages[message.id] = message
            self.show(message, self.delay if delay is None else delay)
        return message

    def show(self, message, seconds):
        """Visible in so many seconds. Locked."""
        message.turn += 1
        if seconds <= 0:
            message.in_flight = False
            self.ready.append((message, message.turn))
            self.changed.notify()
        else:
            self.number += 1
            heapq.heappush(self.later, (time.monotonic() + seconds, self.number, message, message.turn))
            self.changed.notify_all()  # whoever waits must wait for less

    def ripen(self):
        now = time.monotonic()
        while self.later and self.later[0][0] <= now:
            _, _, message, turn = heapq.heappop(self.later)
            if turn == message.turn and message.id in self.messages:
                message.in_flight = False
                self.ready.append((message, turn))

    def expire_leases(self):
        """All that is in flight or delayed is visible at once."""
        with self.changed:
            for _, _, message, turn in self.later:
                if turn == message.turn and message.id in self.messages:
                    self.show(message, 0)
            self.later.clear()

    def take(self, count, visibility):
        out = []
        while self.ready and len(out) < count:
            if self.shuffle:
                self.ready.rotate(-self.shuffle.randrange(min(len(self.ready), 100)))
            message, turn = self.ready.popleft()
            if turn != message.turn or message.id not in self.messages:
                continue
            if self.dead_letter and self.max_receives and message.receives >= self.max_receives:
                del self.messages[message.id]
                self.dead_letter.adopt(message, self)
                continue
            message.receives += 1
            message.first = message.first or time.time()
            # As it was handed out: the message may be received again before the answer is written.
            out.append((message, message.handle(), message.receives))
        # Not before: no call gets a message twice.
        for message, _, _ in out:
            message.in_flight = visibility > 0
            self.show(message, visibility)
        return out

    def adopt(self, message, source):
        with self.changed:
            message.source, message.receives, message.first = source.arn, 0, None
            self.messages[message.id] = message
            self.show(message, 0)

    def receive(self, count, visibility, wait, is_gone):
        end = time.monotonic() + wait
        with self.changed:
            while True:
                self.ripen()
                if is_gone():
                    return []
                out = self.take(count, visibility)
                left = end - time.monotonic()
                if out or left <= 0:
                    return out
                until_next = self.later[0][0] - time.monotonic() if self.later else left
                self.changed.wait(max(0.001, min(left, until_next, 1.0)))

    def find(self, handle):
        """(message or None, whether the handle is its newest one); Refusal for what is no handle."""
        name, slash, number = str(handle).partition("/")
        if not slash or not number.isdigit() or len(name) != 36:
            raise Refusal("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", 400)
        message = self.messages.get(name)
        return message, message is not None and int(number) == message.receives

    def delete(self, handle):
        with self.changed:
            message, is_newest = self.find(handle)
            # An older handle is accepted, and "the message might not be deleted".
            if is_newest:
                del self.messages[message.id]
                self.deleted += 1

    def change(self, handle, seconds):
        if not isinstance(seconds, int) or not 0 <= seconds <= MAX_VISIBILITY:
            raise Refusal("InvalidParameterValue", "VisibilityTimeout must be between 0 and 43200.")
        with self.changed:
            self.ripen()
            message, is_newest = self.find(handle)
            if not is_newest:
                raise Refusal("InvalidParameterValue", "Message does not exist or is not available for visibility "
                              "timeout change.")
            if not message.in_flight:
                raise Refusal("MessageNotInflight", "The message is not in flight.")
            self.show(message, seconds)

    def counts(self):
        """What is visible, in flight and delayed."""
        with self.changed:
            self.ripen()
            in_flight = sum(message.in_flight for message in self.messages.values())
            delayed = sum(1 for _, _, message, turn in self.later
                          if turn == message.turn and message.id in self.messages and not message.in_flight)
            return {"visible": len(self.messages) - in_flight - delayed, "in_flight": in_flight, "delayed": delayed,
                    "deleted": self.deleted}

    def bodies(self):
        with self.changed:
            return [message.body for message in self.messages.values()]

    def attributes(self):
        counts = self.counts()
        out = {"QueueArn": self.arn, "VisibilityTimeout": self.visibility, "DelaySeconds": self.delay,
               "ReceiveMessageWaitTimeSeconds": self.wait, "MaximumMessageSize": BODY_LIMIT,
               "MessageRetentionPeriod": 345600, "CreatedTimestamp": self.created,
               "LastModifiedTimestamp": self.created, "ApproximateNumberOfMessages": counts["visible"],
               "ApproximateNumberOfMessagesNotVisible": counts["in_flight"],
               "ApproximateNumberOfMessagesDelayed": counts["delayed"]}
        if self.dead_letter and self.max_receives:
            out["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": self.dead_letter.arn,
                                               "maxReceiveCount": self.max_receives})
        return {name: str(value) for name, value in out.items()}
