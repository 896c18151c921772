"""Every call of the program has its permission in each variant of the templates, and no more is granted than is used."""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
try:
    import cfn
except ImportError:
    print("PyYAML is not installed (Debian: python3-yaml): skipped")
    sys.exit(77)
import hcl
import permissions
from permissions import CALLS, GIVES_UP, LOG, POLLS_QUEUE, POLLS_STREAM, STATE, USES_KEY
from runner import Checks
from statements import NETWORK, listed

DEPLOY = os.path.join(ROOT, "deploy")
SLACK = {"SlackTokenSecretArn": "arn:aws:secretsmanager:eu-west-1:1:secret:slack", "SlackChannel": "C1"}
MONITOR = LOG | STATE | USES_KEY | GIVES_UP
SECRET = {"secretsmanager:GetSecretValue"}
# template, parameters, what its roles may do: exactly.
VARIANTS = [
    ("monitor.yaml", SLACK, MONITOR | SECRET),
    ("monitor.yaml", {"SlackWebhookSecretArn": "arn:x"}, MONITOR | SECRET),
    ("monitor.yaml", {"ConfigParameter": "/glasswatch/config"}, MONITOR | {"ssm:GetParameter"}),
    ("monitor.yaml", {"ConfigParameter": "/c", "SecretArns": "arn:a,arn:b"}, MONITOR | SECRET | {"ssm:GetParameter"}),
    ("monitor.yaml", {**SLACK, "SecretKeyArn": "arn:k"}, MONITOR | SECRET),
    ("monitor.yaml", {**SLACK, "AlertTopicArns": "arn:t"}, MONITOR | SECRET | {"sns:Publish"}),
    ("monitor.yaml", {**SLACK, "EvidenceLocation": "bucket/evidence"}, MONITOR | SECRET | {"s3:PutObject"}),
    ("monitor.yaml", {**SLACK, "FindingsLocation": "bucket/ocsf"}, MONITOR | SECRET | {"s3:PutObject"}),
    ("monitor.yaml", {**SLACK, "SubnetIds": "s-1", "SecurityGroupIds": "sg-1"}, MONITOR | SECRET | NETWORK),
    ("cloudwatch-logs/audit.yaml", {}, POLLS_STREAM | GIVES_UP | USES_KEY | {"kinesis:PutRecord"}),
    ("cloudwatch-logs/audit.yaml", {"ExistingStreamArn": "arn:s"}, POLLS_STREAM | GIVES_UP | USES_KEY),
    ("cloudwatch-logs/management.yaml", {}, {"logs:PutLogEvents"}),
    ("cloudwatch-logs/single-account.yaml", {}, set()),
    ("eventbridge/audit.yaml", {}, POLLS_QUEUE),
    ("eventbridge/forwarding.yaml", {}, {"events:PutEvents"}),
    ("eventbridge/members.yaml", {}, set()),
    ("s3/audit.yaml", {"TopicArn": "arn:aws:sns:eu-west-1:1:t"}, POLLS_QUEUE | {"kms:Decrypt", "sts:AssumeRole"}),
    ("s3/audit.yaml", {"BucketName": "b", "DaemonRoleName": "r"},
     POLLS_QUEUE | {"sqs:ChangeMessageVisibility", "kms:Decrypt", "sts:AssumeRole"}),
    ("s3/daemon.yaml", {}, set()),
    ("s3/daemon.yaml", {"SecretArns": "arn:a", "SecretKeyArn": "arn:k", "AlertTopicArns": "arn:t", "FindingsLocation": "bucket/ocsf"},
     SECRET | {"kms:Decrypt", "sns:Publish", "s3:PutObject"}),
    ("s3/log-archive.yaml", {}, {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"}),
    ("s3/log-archive.yaml", {"BucketKeyArn": "arn:k"}, {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "kms:Decrypt"}),
]
# On the page of the program by hand, for those who deploy without the templates.
PAGES = {"docs/aws/lambda.md": STATE | SECRET | {"ssm:GetParameter", "s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"} | POLLS_QUEUE,
         "docs/aws/s3-worker.md": POLLS_QUEUE | {"sqs:ChangeMessageVisibility", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"}}


def terraform_actions(folder):
    """All that the policies of roles in a module may allow, whatever its variables say."""
    found, blocks, local = set(), [], {}
    for path in sorted(glob.glob(os.path.join(folder, "*.tf"))):
        with open(path, encoding="utf-8") as f:
            blocks += hcl.read(f.read(), path)
    for block in blocks:
        if block.kind == "locals":
            local.update(block.values)

    def walk(value):
        if isinstance(value, dict):
            if value.get("Effect") == "Allow" and "Principal" not in value:
                action = value["Action"]
                action = local[action[6:]] if isinstance(action, hcl.Text) else action
                found.update(listed(action))
            value = list(value.values())
        elif isinstance(value, hcl.Call):
            value = value.arguments
        elif isinstance(value, hcl.Choice):
            value = [value.yes, value.no]
        if isinstance(value, list):
            for v in value:
                walk(v)

    for block in blocks:
        if block.kind == "resource" and block.labels[0] == "aws_iam_role_policy":
            walk(block.values)
    return found


def main():
    checks = Checks("permissions")
    made = permissions.program_calls()
    checks.ok(made == set(CALLS), f"what the program calls and what is listed: {made ^ set(CALLS)}")
    most = {}
    for name, given, expected in VARIANTS:
        got = permissions.actions(cfn.load(os.path.join(DEPLOY, "cloudformation", name)), **given)
        checks.ok(got == expected, f"{name} with {sorted(given)}: too much {sorted(got - expected)}, missing {sorted(expected - got)}")
        most[name] = most.get(name, set()) | got
    for name, granted in most.items():
        got = terraform_actions(os.path.join(DEPLOY, "terraform", name.removesuffix(".yaml")))
        checks.ok(got == granted, f"terraform/{name}: too much {sorted(got - granted)}, missing {sorted(granted - got)}")
    templates = {os.path.relpath(p, os.path.join(DEPLOY, "cloudformation"))
                 for p in glob.glob(os.path.join(DEPLOY, "cloudformation", "**", "*.yaml"), recursive=True)}
    checks.ok(templates == set(most), f"templates without a variant: {templates ^ set(most)}")
    for page, needed in PAGES.items():
        with open(os.path.join(ROOT, page), encoding="utf-8") as f:
            named = set(re.findall(r'"([a-z0-9]+:[A-Z]\w+)"', f.read()))
        checks.ok(needed <= named, f"{page} leaves out {sorted(needed - named)}")
    return checks.finish()


sys.exit(main())
