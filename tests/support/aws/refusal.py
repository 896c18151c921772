"""How each service says no."""
import json
import uuid
from xml.sax.saxutils import escape

from aws.wire import Response

JSON_TYPES = {"sqs": "application/x-amz-json-1.0", "dynamodb": "application/x-amz-json-1.0",
              "ssm": "application/x-amz-json-1.1", "secretsmanager": "application/x-amz-json-1.1",
              "organizations": "application/x-amz-json-1.1", "identitystore": "application/x-amz-json-1.1",
              "sso": "application/x-amz-json-1.1"}
NAMESPACES = {"sqs": "com.amazonaws.sqs#", "dynamodb": "com.amazonaws.dynamodb.v20120810#"}
# The old protocol's names, which a header repeats.
QUERY_NAMES = {"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
               "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
               "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
               "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
               "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"}


class Refusal(Exception):
    """What a service says no with: its code, a text for people, the HTTP status, and headers besides."""

    def __init__(self, code, message="", status=400, headers=()):
        super().__init__(code)
        self.code, self.message, self.status, self.headers = code, message, status, list(headers)


def xml_response(text, status=200, headers=()):
    body = '<?xml version="1.0" encoding="UTF-8"?>\n' + text
    return Response(status, body.encode(), headers, "application/xml")


def json_response(service, answer, status=200, headers=()):
    body = json.dumps(answer).encode()
    return Response(status, body, headers, JSON_TYPES[service])


def refuse(service, refusal):
    """The answer for a Refusal in the form of the service."""
    text, message = escape(refusal.code), escape(refusal.message)
    if service in JSON_TYPES:
        headers = list(refusal.headers)
        if service == "sqs":
            fault = "Receiver" if refusal.status >= 500 else "Sender"
            headers.append(("x-amzn-query-error", f"{QUERY_NAMES.get(refusal.code, refusal.code)};{fault}"))
        answer = {"__type": NAMESPACES.get(service, "") + refusal.code, "message": refusal.message}
        response = json_response(service, answer, refusal.status, headers)
    elif service == "s3":
        response = xml_response(f"<Error><Code>{text}</Code><Message>{message}</Message>"
                                f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId></Error>",
                                refusal.status, refusal.headers)
    else:
        response = xml_response(f"<ErrorResponse><Error><Type>Sender</Type><Code>{text}</Code>"
                                f"<Message>{message}</Message></Error><RequestId>{uuid.uuid4()}</RequestId>"
                                "</ErrorResponse>", refusal.status, refusal.headers)
    response.code = refusal.code
    return response
