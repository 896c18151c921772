"""The operations of SQS on the queues of sqs.py."""
import json
import re
import time

from aws.refusal import Refusal
from aws.sqs import BATCH, BODY_LIMIT, MAX_VISIBILITY, Message, Queue

BATCHES = {"DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch"}
SETTINGS = {"VisibilityTimeout": "visibility", "ReceiveMessageWaitTimeSeconds": "wait", "DelaySeconds": "delay"}


def number(request, name, default, low, high):
    value = request.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refusal("InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: must be between "
                      f"{low} and {high}.")
    return value


class Sqs:
    def __init__(self, url, region, account):
        self.url, self.region, self.account = url, region, account
        self.queues = {}

    def create(self, name, **settings):
        return self.queues.setdefault(name, Queue(self, name, **settings))

    def queue(self, url):
        """By URL, whatever its host; by ARN; by name."""
        parts = re.split("[/:]", str(url))
        queue = self.queues.get(parts[-1])
        if queue is None or (len(parts) > 1 and parts[-2] != self.account):
            raise Refusal("QueueDoesNotExist", "The specified queue does not exist.")
        return queue

    def call(self, operation, request, http, fault):
        handler = getattr(self, "on_" + operation, None)
        if handler is None:
            raise Refusal("InvalidAction", f"no operation {operation}")
        if "QueueUrl" in request:
            request["queue"] = self.queue(request["QueueUrl"])
        elif operation not in ("CreateQueue", "GetQueueUrl", "ListQueues"):
            raise Refusal("MissingParameter", "The request must contain the parameter QueueUrl.")
        return handler(request, http, fault)

    def on_CreateQueue(self, request, http, fault):
        queue = self.create(request["QueueName"])
        self.set_attributes(queue, request.get("Attributes", {}))
        return {"QueueUrl": queue.url}

    def on_GetQueueUrl(self, request, http, fault):
        return {"QueueUrl": self.queue(request["QueueName"]).url}

    def on_ListQueues(self, request, http, fault):
        prefix = request.get("QueueNamePrefix", "")
        return {"QueueUrls": [queue.url for name, queue in sorted(self.queues.items()) if name.startswith(prefix)]}

    def on_PurgeQueue(self, request, http, fault):
        with request["queue"].changed:
            request["queue"].messages.clear()

    def set_attributes(self, queue, attributes):
        for name, value in attributes.items():
            if name in SETTINGS:
                setattr(queue, SETTINGS[name], int(value))
            elif name == "RedrivePolicy":
                policy = json.loads(value)
                queue.dead_letter = self.queue(policy["deadLetterTargetArn"])
                queue.max_receives = int(policy["maxReceiveCount"])
            else:
                raise Refusal("InvalidAttributeName", f"Unknown Attribute {name}.")

    def on_SetQueueAttributes(self, request, http, fault):
        self.set_attributes(request["queue"], request["Attributes"])

    def on_GetQueueAttributes(self, request, http, fault):
        names = request.get("AttributeNames", [])
        all_of_them = request["queue"].attributes()
        wrong = [name for name in names if name not in all_of_them and name not in ("All", "RedrivePolicy", "Policy")]
        if wrong:
            raise Refusal("InvalidAttributeName", f"Unknown Attribute {wrong[0]}.")
        chosen = {name: value for name, value in all_of_them.items() if name in names or "All" in names}
        return {"Attributes": chosen} if chosen else {}

    def send(self, queue, entry):
        body = entry.get("MessageBody")
        if not body:
            raise Refusal("MissingParameter", "The request must contain the parameter MessageBody.")
        if len(body.encode()) > BODY_LIMIT:
            raise Refusal("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter.")
        delay = number(entry, "DelaySeconds", queue.delay, 0, 900)
        return queue.send(body, entry.get("MessageAttributes"), delay)

    def on_SendMessage(self, request, http, fault):
        message = self.send(request["queue"], request)
        return {"MessageId": message.id, "MD5OfMessageBody": message.md5}

    def on_SendMessageBatch(self, request, http, fault):
        def one(entry):
            message = self.send(request["queue"], entry)
            return {"MessageId": message.id, "MD5OfMessageBody": message.md5}
        return self.batch(request, fault, one)

    def on_ReceiveMessage(self, request, http, fault):
        queue = request["queue"]
        count = number(request, "MaxNumberOfMessages", 1, 1, BATCH)
        wait = number(request, "WaitTimeSeconds", queue.wait, 0, 20)
        visibility = number(request, "VisibilityTimeout", queue.visibility, 0, MAX_VISIBILITY)
        if fault and fault.kind == "expired_lease":
            visibility = 0
        taken = queue.receive(count, visibility, wait, http.is_gone)
        if fault and fault.kind == "duplicate":
            for message, _, _ in taken:
                self.repeat(queue, message)
        asked = set(request.get("MessageSystemAttributeNames", [])) | set(request.get("AttributeNames", []))
        named = request.get("MessageAttributeNames", [])
        out = [self.shown(message, handle, receives, asked, named) for message, handle, receives in taken]
        return {"Messages": out} if out else {}

    @staticmethod
    def repeat(queue, message):
        """The same message, with its id, once more."""
        again = Message(message.body, message.attributes)
        again.sent = message.sent
        again.shown_id = getattr(message, "shown_id", message.id)
        with queue.changed:
            queue.messages[again.id] = again
            queue.show(again, 0)

    def shown(self, message, handle, receives, asked, named):
        out = {"MessageId": getattr(message, "shown_id", message.id), "ReceiptHandle": handle,
               "MD5OfBody": message.md5, "Body": message.body}
        system = {"ApproximateReceiveCount": str(receives), "SentTimestamp": str(int(message.sent * 1000)),
                  "ApproximateFirstReceiveTimestamp": str(int((message.first or time.time()) * 1000)),
                  "SenderId": self.account}
        if message.source:
            system["DeadLetterQueueSourceArn"] = message.source
        chosen = {name: value for name, value in system.items() if name in asked or "All" in asked}
        if chosen:
            out["Attributes"] = chosen
        attributes = {name: value for name, value in message.attributes.items()
                      if name in named or "All" in named or ".*" in named}
        if attributes:
            out["MessageAttributes"] = attributes
        return out

    def on_DeleteMessage(self, request, http, fault):
        request["queue"].delete(request.get("ReceiptHandle", ""))

    def on_ChangeMessageVisibility(self, request, http, fault):
        request["queue"].change(request.get("ReceiptHandle", ""), request.get("VisibilityTimeout"))

    def on_DeleteMessageBatch(self, request, http, fault):
        return self.batch(request, fault, lambda entry: request["queue"].delete(entry.get("ReceiptHandle", "")))

    def on_ChangeMessageVisibilityBatch(self, request, http, fault):
        return self.batch(request, fault, lambda entry: request["queue"].change(entry.get("ReceiptHandle", ""),
                                                                                 entry.get("VisibilityTimeout")))

    @staticmethod
    def batch(request, fault, one):
        entries = request.get("Entries") or []
        if not entries:
            raise Refusal("EmptyBatchRequest", "There should be at least one entry in the request.")
        if len(entries) > BATCH:
            raise Refusal("TooManyEntriesInBatchRequest", f"Maximum number of entries per request are {BATCH}.")
        if len({entry.get("Id") for entry in entries}) != len(entries):
            raise Refusal("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.")
        failing = fault.options.get("entries", [0]) if fault and fault.kind == "entry_failure" else ()
        done, failed = [], []
        for index, entry in enumerate(entries):
            if index in failing:
                failed.append({"Id": entry["Id"], "Code": fault.options.get("code", "InternalError"),
                               "Message": "on purpose", "SenderFault": fault.options.get("sender_fault", False)})
                continue
            try:
                done.append({"Id": entry["Id"], **(one(entry) or {})})
            except Refusal as refusal:
                failed.append({"Id": entry["Id"], "Code": refusal.code, "Message": refusal.message, "SenderFault": True})
        return {name: value for name, value in (("Successful", done), ("Failed", failed)) if value}
