"""The SCP sample guards what the templates create, and nothing else: within AWS's size, denials only, tried on requests."""
import fnmatch
import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
try:
    import cfn
except ImportError:
    print("PyYAML is not installed (Debian: python3-yaml): skipped")
    sys.exit(77)
from runner import Checks
from statements import listed

LIMIT = 5120  # "Quotas and service limits for AWS Organizations", characters of a service control policy
MEMBER = "arn:aws:iam::222222222222:role/"
AT = "eu-west-1:222222222222"
# What the templates make → how a request names it, and a call that would end it.
ENDS = {"AWS::Events::Rule": ("Name", "arn:aws:events:{at}:rule/{name}", "events:DisableRule"),
        "AWS::Events::EventBus": ("Name", "arn:aws:events:{at}:event-bus/{name}", "events:DeleteEventBus"),
        "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{at}:function:{name}", "lambda:PutFunctionConcurrency"),
        "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{at}:{name}", "sqs:PurgeQueue"),
        "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{at}:{name}", "sns:SetTopicAttributes"),
        "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{at}:table/{name}", "dynamodb:DeleteItem"),
        "AWS::Kinesis::Stream": ("Name", "arn:aws:kinesis:{at}:stream/{name}", "kinesis:DeleteStream"),
        "AWS::Logs::Destination": ("DestinationName", "arn:aws:logs:{at}:destination:{name}", "logs:PutDestinationPolicy"),
        "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{at}:log-group:{name}", "logs:DeleteLogGroup"),
        "AWS::CloudWatch::Alarm": ("AlarmName", "arn:aws:cloudwatch:{at}:alarm:{name}", "cloudwatch:DeleteAlarms"),
        "AWS::IAM::Role": ("RoleName", "arn:aws:iam::222222222222:role/{name}", "iam:PutRolePolicy")}


def denied(policy, action, resource, principal, **context):
    context["aws:PrincipalArn"] = principal
    for statement in policy["Statement"]:
        if action not in listed(statement["Action"]):
            continue
        if not any(fnmatch.fnmatchcase(resource, r) for r in listed(statement["Resource"])):
            continue
        met = True
        for operator, block in statement["Condition"].items():
            for key, patterns in block.items():
                found = any(fnmatch.fnmatchcase(v, p) for v in listed(context.get(key, [])) for p in listed(patterns))
                met &= found != ("Not" in operator)
        if met:
            return True
    return False


def main():
    checks = Checks("scp")
    with open(os.path.join(ROOT, "deploy", "scp", "protect-the-monitor.json"), encoding="utf-8") as f:
        policy = json.load(f)
    size = len(json.dumps(policy, separators=(",", ":")))
    checks.ok(size <= LIMIT, f"{size} characters")
    for statement in policy["Statement"]:
        checks.ok(statement["Effect"] == "Deny" and "ArnNotLike" in statement["Condition"], f"{statement['Sid']} only denies, and not to all")
        checks.ok(not any("*" in a for a in statement["Action"]), f"{statement['Sid']} names its calls")
    guarded = 0
    for path in sorted(glob.glob(os.path.join(ROOT, "deploy", "cloudformation", "**", "*.yaml"), recursive=True)):
        for name, (kind, properties, _) in cfn.resources(cfn.load(path), OwnRole="Vault", ProbeSchedule="x").items():
            if kind in ENDS:
                key, arn, call = ENDS[kind]
                resource = arn.format(at=AT, name=properties[key])
                guarded += 1
                checks.ok(denied(policy, call, resource, MEMBER + "admin"), f"{call} on {resource} is denied")
                checks.ok(not denied(policy, call, resource, MEMBER + "glasswatch-deploy"), f"{call} is left to the deployment")
    checks.ok(guarded > 40, f"{guarded} guarded")
    rule = f"arn:aws:events:{AT}:rule/glasswatch-access"
    for expected, call, resource, principal, context in [
            (False, "events:DisableRule", f"arn:aws:events:{AT}:rule/nightly", "admin", {}),
            (False, "events:PutRule", rule, "stacksets-exec-0123456789abcdef", {}),
            (True, "events:PutRule", rule, "AWSReservedSSO_BreakGlassAdmin_0123456789abcdef", {}),
            (False, "dynamodb:PutItem", f"arn:aws:dynamodb:{AT}:table/glasswatch-state", "glasswatch-function-eu-west-1", {}),
            (True, "dynamodb:PutItem", f"arn:aws:dynamodb:{AT}:table/glasswatch-state", "admin", {}),
            # Whoever could make a role with an excepted name would be excepted.
            (True, "iam:CreateRole", MEMBER + "glasswatch-deploy", "admin", {}),
            (True, "iam:CreateRole", MEMBER + "stacksets-exec-mine", "admin", {}),
            (True, "iam:UpdateAssumeRolePolicy", MEMBER + "stacksets-exec-0123456789abcdef", "admin", {}),
            (True, "kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:2:key/k", "admin", {"kms:ResourceAliases": ["alias/glasswatch"]}),
            (False, "kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:2:key/k", "admin", {"kms:ResourceAliases": ["alias/app"]}),
            (True, "lambda:UpdateEventSourceMapping", "arn:aws:lambda:eu-west-1:2:event-source-mapping:x", "admin",
             {"lambda:FunctionArn": "arn:aws:lambda:eu-west-1:222222222222:function:glasswatch"})]:
        got = denied(policy, call, resource, MEMBER + principal, **context)
        checks.ok(got == expected, f"{call} on {resource} by {principal}: denied {got}")
    return checks.finish()


sys.exit(main())
