"""deploy/preflight.sh against an `aws` that answers what it is told to."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from runner import Checks

AWS = """#!/usr/bin/env python3
import json, os, sys
words = sys.argv[1:]
known = json.loads(os.environ["ANSWERS"])
asked = " ".join(words)
print(next((v for k, v in known["calls"].items() if all(p in asked for p in k.split("|"))), "None"))
sys.exit(known.get("code", 0))
"""
GOOD = {"describe-trails": "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org", "get-trail-status": "True",
        "get-event-selectors|EventSelectors[?Include": "All", "describe-log-groups": "STANDARD",
        "describe-subscription-filters": "", "describe-regions": "us-east-1\teu-west-1",
        "get-bucket-notification-configuration|TopicConfigurations": "arn:aws:sns:eu-west-1:1:logs",
        "get-bucket-encryption": "None"}
TAKEN = "siem\tarn:aws:lambda:eu-west-1:1:function:siem\nlake\tarn:aws:kinesis:eu-west-1:1:stream/lake"


def main():
    checks = Checks("preflight")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "aws"), "w", encoding="utf-8") as f:
            f.write(AWS)
        os.chmod(f.name, 0o755)

        def run(*arguments, code=0, **changed):
            calls = {**{k.replace("_", "-"): v for k, v in changed.items()}, **GOOD}
            calls.update({k.replace("_", "-"): v for k, v in changed.items()})
            env = {**os.environ, "PATH": folder + ":" + os.environ["PATH"], "ANSWERS": json.dumps({"calls": calls, "code": code})}
            done = subprocess.run(["sh", os.path.join(ROOT, "deploy", "preflight.sh"), *arguments], env=env, capture_output=True,
                                  text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        for arguments in (["cloudwatch-logs", "org-trail"], ["eventbridge"], ["s3", "org-logs"]):
            code, text = run(*arguments)
            checks.ok(code == 0 and "NO" not in text, f"{arguments}: {code} {text}")
        table = [
            (["cloudwatch-logs", "g"], {"describe_subscription_filters": TAKEN}, ["both subscriptions", "lake", "ExistingStreamArn"]),
            (["cloudwatch-logs", "g"], {"describe_log_groups": "INFREQUENT_ACCESS"}, ["takes no subscriptions"]),
            (["cloudwatch-logs", "g"], {"describe_log_groups": "None"}, ["there is no log group"]),
            (["cloudwatch-logs", "g"], {"describe_trails": "None"}, ["no organization trail"]),
            (["eventbridge"], {"get_trail_status": "False"}, ["switched off"]),
            (["eventbridge"], {"get-event-selectors|EventSelectors[?Include": "WriteOnly"}, ["never come"]),
            (["eventbridge"], {"get-event-selectors|EventSelectors[?Include": "", "get-event-selectors|AdvancedEventSelectors":
                               "eventCategory\treadOnly"}, ["split reads from writes"]),
            (["eventbridge"], {"describe_regions": "us-east-1\tme-central-1"}, ["me-central-1"]),
            (["s3", "b"], {"get-bucket-notification-configuration|TopicConfigurations": "None"}, ["tells nobody"]),
        ]
        for arguments, changed, words in table:
            code, text = run(*arguments, **changed)
            checks.ok(code == 1 and all(w in text for w in words), f"{arguments} {changed}: {code} {text}")
        one = run("cloudwatch-logs", "g", describe_subscription_filters=TAKEN.split("\n")[0])
        checks.ok(one[0] == 0 and "1 of 2" in one[1], f"one is free: {one}")
        ours = run("cloudwatch-logs", "g", describe_subscription_filters="glasswatch\tx\nlake\ty")
        checks.ok(ours[0] == 0 and "already" in ours[1], f"ours is one of them: {ours}")
        advanced = run("eventbridge", **{"get-event-selectors|EventSelectors[?Include": "", "get-event-selectors|AdvancedEventSelectors":
                                         "eventCategory"})
        checks.ok(advanced[0] == 0, f"advanced selectors without a split: {advanced}")
        encrypted = run("s3", "b", get_bucket_encryption="arn:aws:kms:eu-west-1:1:key/k")
        checks.ok("BucketKeyArn" in encrypted[1], f"the key is named: {encrypted}")
        for arguments in (["cloudwatch-logs", "g"], ["eventbridge"], ["s3", "b"]):
            checks.ok(run(*arguments, code=255)[0] == 4, f"{arguments}: AWS does not answer")
        checks.ok(run()[0] == 2 and run("s3")[0] == 2, "usage")
    return checks.finish()


sys.exit(main())
