"""Which calls the program makes of AWS, which actions each needs, and what the templates' roles allow.

`CALLS` is held equal to the program's text by test_permissions.py, and to what it really calls by test_end_to_end.py.
"""
import fnmatch
import glob
import os
import re

import cfn
from statements import listed

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# service, operation → actions. A transaction is allowed by the actions of its parts ("Using IAM with DynamoDB transactions"), a batch of
# SQS by the action for one message ("Amazon SQS API permissions"), a version of an object by an action of its own.
CALLS = {
    ("dynamodb", "BatchGetItem"): {"dynamodb:BatchGetItem"},
    ("dynamodb", "Query"): {"dynamodb:Query"},
    ("dynamodb", "PutItem"): {"dynamodb:PutItem"},
    ("dynamodb", "UpdateItem"): {"dynamodb:UpdateItem"},
    ("dynamodb", "DeleteItem"): {"dynamodb:DeleteItem"},
    ("dynamodb", "TransactWriteItems"): {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"},
    ("sqs", "ReceiveMessage"): {"sqs:ReceiveMessage"},
    ("sqs", "DeleteMessageBatch"): {"sqs:DeleteMessage"},
    ("sqs", "ChangeMessageVisibilityBatch"): {"sqs:ChangeMessageVisibility"},
    ("sqs", "GetQueueAttributes"): {"sqs:GetQueueAttributes"},
    ("s3", "GetObject"): {"s3:GetObject", "s3:GetObjectVersion"},
    ("s3", "ListObjectsV2"): {"s3:ListBucket"},
    ("s3", "PutObject"): {"s3:PutObject"},
    ("sts", "AssumeRole"): {"sts:AssumeRole"},
    ("sts", "AssumeRoleWithWebIdentity"): set(),  # not signed: the token is the leave
    ("ssm", "GetParameter"): {"ssm:GetParameter"},
    ("secretsmanager", "GetSecretValue"): {"secretsmanager:GetSecretValue"},
    ("sns", "Publish"): {"sns:Publish"},
}
# What each feature needs, by the role that has it. Lambda polls, logs and sends to destinations with the function's role, and
# EventBridge, CloudWatch Logs, DynamoDB, SQS and Kinesis use a key in the name of whoever calls them.
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
STATE = {a for (service, _), actions in CALLS.items() if service == "dynamodb" for a in actions}
POLLS_QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
POLLS_STREAM = {"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator",
                "kinesis:GetRecords"}
USES_KEY = {"kms:Decrypt", "kms:GenerateDataKey"}
GIVES_UP = {"sqs:SendMessage"}


def program_calls():
    """{(service, operation)} as the program's text has them."""
    found = set()
    text = lambda *names: "".join(open(p, encoding="utf-8").read() for n in names for p in glob.glob(os.path.join(ROOT, "src", "edge", n))
                                  if not p.endswith("_test.cpp"))
    for service, file in (("sqs", "aws/sqs.cpp"), ("sts", "aws/sts.cpp"), ("sns", "aws/sns.cpp")):
        found |= {(service, n) for n in re.findall(r'(?:operation\(|batch\(\w+, |ask\(\w+, |"Action", )"(\w+)"', text(file))}
    found |= {(s, o) for s, o in re.findall(r'\{"(\w+)", "\w+", "(\w+)", JsonVersion', text("aws/secrets.cpp"))}
    table = text("store/dynamodb/*.cpp")
    found |= {("dynamodb", n) for n in re.findall(r'\bcall\("(\w+)"', table) + re.findall(r'return alone \? "(\w+)"', table)}
    verbs = {"get": "GetObject", "list": "ListObjectsV2", "put": "PutObject"}
    header = text("aws/s3.h")
    found |= {("s3", verbs.get(n.split("_")[0], n)) for n in re.findall(r"^\[\[nodiscard\]\] Result<[\w:]+> (\w+_objects?)\(", header, re.M)}
    return found


def allowed(template, kinds=("AWS::IAM::Role", "AWS::IAM::RolePolicy"), **given):
    """[(action, resource)] that the roles and policies of roles in a template allow with these parameters."""
    out = []
    for kind, properties, _ in cfn.resources(template, **given).values():
        if kind not in kinds:
            continue
        for policy in properties.get("Policies", [properties]):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    out += [(a, r) for a in listed(statement["Action"]) for r in listed(statement["Resource"])]
    return out


def actions(template, **given):
    return {action for action, _ in allowed(template, **given)}


def may(rights, action, resource=""):
    """Do the rights hold an action, on this resource if it is named?"""
    return any(a == action and (not resource or fnmatch.fnmatchcase(resource, str(r))) for a, r in rights)
