"""A function of the usual kind, CloudTrail to Slack in plain Python: what bench_lambda.py measures beside `glasswatch lambda`.

Standard library only, with a loop of its own over the Runtime API, and nothing imported that is not used.
"""
import base64
import fnmatch
import gzip
import http.client
import json
import os
import urllib.parse
import urllib.request

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
HOOK = os.environ["GLASSWATCH_SLACK_WEBHOOK_URL"]
OBJECTS = os.environ.get("OBJECTS_URL", "")  # where objects can be had without a signature
PREFIX = "/2018-06-01/runtime/invocation/"
ROLES = ["BreakGlass*", "*-break-glass", "EmergencyAdmin"]
TRAIL = {"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"}
WAY_IN = {"CreateAccountAssignment", "PutInlinePolicyToPermissionSet", "UpdateAssumeRolePolicy", "DeactivateMFADevice"}


def is_watched(name):
    return any(fnmatch.fnmatchcase(name, role) for role in ROLES)


def issuer(record):
    return record.get("userIdentity", {}).get("sessionContext", {}).get("sessionIssuer", {}).get("userName", "")


# As such functions have it: rules in a list, each asked about each event.
RULES = [
    ("console sign-in of root", lambda r: r["eventName"] == "ConsoleLogin" and r["userIdentity"].get("type") == "Root"),
    ("root's API call", lambda r: r["userIdentity"].get("type") == "Root" and r["eventType"] != "AwsServiceEvent"),
    ("AssumeRoot", lambda r: r["eventName"] == "AssumeRoot"),
    ("permission set", lambda r: r["eventName"] in ("Federate", "GetRoleCredentials") and is_watched(
        (r.get("serviceEventDetails") or {}).get("role_name", ""))),
    ("role", lambda r: r["eventName"].startswith("AssumeRole") and is_watched(
        ((r.get("requestParameters") or {}).get("roleArn") or "").rpartition("/")[2])),
    ("switch of role", lambda r: r["eventName"] == "SwitchRole"),
    ("within a role", lambda r: is_watched(issuer(r))),
    ("user", lambda r: r["userIdentity"].get("type") == "IAMUser" and is_watched(r["userIdentity"].get("userName", ""))),
    ("the trail", lambda r: r["eventSource"] == "cloudtrail.amazonaws.com" and r["eventName"] in TRAIL),
    ("the way in", lambda r: r["eventName"] in WAY_IN),
]


def is_hit(record):
    return any(rule(record) for _, rule in RULES)


def tell(record):
    text = "%s in %s by %s" % (record.get("eventName"), record.get("recipientAccountId"),
                               (record.get("userIdentity") or {}).get("arn"))
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(HOOK, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()


def records_of(event):
    if "awslogs" in event:
        data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        for one in data["logEvents"]:
            yield json.loads(one["message"])
        return
    for one in event["Records"]:
        key = urllib.parse.unquote_plus(one["s3"]["object"]["key"])
        data = urllib.request.urlopen(OBJECTS + urllib.parse.quote(key), timeout=60).read()
        yield from json.loads(gzip.decompress(data))["Records"]


def handle(event):
    count = 0
    for record in records_of(event):
        count += 1
        if is_hit(record):
            tell(record)
    return {"records": count}


def main():
    connection = http.client.HTTPConnection(HOST)
    while True:
        connection.request("GET", PREFIX + "next")
        response = connection.getresponse()
        body = response.read()
        path = PREFIX + response.headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            path, answer = path + "/response", handle(json.loads(body))
        except Exception as e:  # what it is goes to whoever asks
            path, answer = path + "/error", {"errorMessage": str(e), "errorType": type(e).__name__}
        connection.request("POST", path, json.dumps(answer))
        connection.getresponse().read()


if __name__ == "__main__":
    main()
