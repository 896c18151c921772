"""The same records in other clothes: every form in which CloudTrail records are handed on, and other spellings of JSON.

Each function takes a list of records and returns the bytes of one input. Forms: the AWS pages "Log group-level
subscription filters" (payload and export), "AWS service events delivered via CloudTrail" (EventBridge).
"""
import gzip
import json

from layout import dumps, gz
from org import Rng

DETAIL_TYPES = {"AwsApiCall": "AWS API Call via CloudTrail", "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
                "AwsServiceEvent": "AWS Service Event via CloudTrail",
                "AwsConsoleAction": "AWS Console Action via CloudTrail"}


def records_file(records):
    return ('{"Records":[' + ",".join(dumps(r) for r in records) + "]}").encode()


def json_lines(records):
    return "".join(dumps(r) + "\n" for r in records).encode()


def eventbridge_event(rec):
    source = rec["eventSource"].split(".")[0]
    return {"version": "0", "id": rec["eventID"][::-1], "detail-type": DETAIL_TYPES[rec["eventType"]],
            "source": "aws." + source,
            "account": rec["recipientAccountId"], "time": rec["eventTime"], "region": rec["awsRegion"], "resources": [],
            "detail": rec}


def eventbridge_lines(records):
    return "".join(dumps(eventbridge_event(r)) + "\n" for r in records).encode()


def cwl_payload(records, message=dumps):
    """A decoded CloudWatch Logs subscription payload: every record is a JSON string inside."""
    return {"messageType": "DATA_MESSAGE", "owner": records[0]["recipientAccountId"], "logGroup": "org-trail",
            "logStream": "o-example_CloudTrail_eu-west-1", "subscriptionFilters": ["glasswatch"],
            "logEvents": [{"id": f"3195310660696698337880902507980421114328961542429{i:07d}",
                           "timestamp": 1788739200000 + i,
                           "message": message(r)} for i, r in enumerate(records)]}


def cwl_subscription(records, per=50):
    """Payloads as a Firehose stream stores them: gzip members back to back."""
    return b"".join(gz(dumps(cwl_payload(records[i:i + per])).encode(), 6) for i in range(0, len(records), per))


def cwl_subscription_escaped(records, per=100):
    """Payloads one a line, their inner JSON escaped as far as JSON allows (\\u0022 for quotes, \\u0053 for letters)."""
    inner = lambda r: escaped(r, Rng("escaped", r["eventID"]))
    texts = [dumps(cwl_payload(records[i:i + per], inner)) for i in range(0, len(records), per)]
    return "\n".join(t.replace('\\"', "\\u0022") for t in texts).encode()


def cwl_export(records):
    """An export of a log group to S3: `<time> <message>` lines, gzip."""
    lines = "".join(f"{r['eventTime'][:-1]}.000Z {dumps(r)}\n" for r in records)
    return gz(lines.encode(), 6)


def multi_member(records, parts=5):
    """A Records file cut into gzip members at arbitrary bytes."""
    data = records_file(records)
    step = len(data) // parts + 1
    return b"".join(gzip.compress(data[i:i + step], 6, mtime=0) for i in range(0, len(data), step))


def shuffled(value, rng):
    """The same value with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {k: shuffled(value[k], rng) for k in keys}
    if isinstance(value, list):
        return [shuffled(v, rng) for v in value]
    return value


def shuffled_file(records):
    return records_file([shuffled(r, Rng("shuffle", r["eventID"])) for r in records])


def spaced_file(records):
    """Whitespace wherever JSON allows it."""
    return json.dumps({"Records": records}, indent=3, separators=(" ,", " :\t")).replace("\n", "\r\n").encode()


def escaped(value, rng):
    """JSON text in which many letters of keys and values are \\u escapes."""
    def text(s):
        out = []
        for c in s:
            if rng.random() < 0.2 and ord(c) < 0x10000 and c not in '"\\':
                out.append("\\u%04x" % ord(c) if rng.random() < 0.5 else "\\u%04X" % ord(c))
            else:
                out.append(json.dumps(c, ensure_ascii=False)[1:-1])
        return '"' + "".join(out).replace("/", "\\/") + '"'

    if isinstance(value, dict):
        return "{" + ",".join(text(k) + ":" + escaped(v, rng) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(escaped(v, rng) for v in value) + "]"
    if isinstance(value, str):
        return text(value)
    return json.dumps(value)


def escaped_file(records):
    return ('{"Records":[' + ",".join(escaped(r, Rng("escaped", r["eventID"])) for r in records) + "]}").encode()


def one_record_each(records):
    """Every record as an input of its own, as some exporters store them."""
    return [dumps(r).encode() for r in records]


FORMS = {"records file": records_file, "gzip": lambda r: gz(records_file(r), 6), "json lines": json_lines,
         "json lines, gzip": lambda r: gz(json_lines(r), 6), "eventbridge events": eventbridge_lines,
         "cloudwatch payloads, gzip members": cwl_subscription,
         "cloudwatch payloads, escaped twice": cwl_subscription_escaped,
         "cloudwatch export": cwl_export, "gzip in members": multi_member, "keys in another order": shuffled_file,
         "whitespace": spaced_file, "escaped letters": escaped_file}
