"""deploy/terraform as it stands, by the same rules as the templates, and with the same parts as them."""
import collections
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
import hcl
from runner import Checks
from statements import problems

DEPLOY = os.path.join(ROOT, "deploy")
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
NAMES = {"aws_kms_alias": "name", "aws_dynamodb_table": "name", "aws_iam_role": "name", "aws_sqs_queue": "name",
         "aws_lambda_function": "function_name", "aws_cloudwatch_event_rule": "name", "aws_sns_topic": "name",
         "aws_cloudwatch_metric_alarm": "alarm_name", "aws_kinesis_stream": "name", "aws_cloudwatch_log_destination": "name",
         "aws_cloudwatch_log_group": "name", "aws_cloudwatch_event_bus": "name", "aws_cloudformation_stack_set": "name",
         "aws_cloudwatch_log_subscription_filter": "name"}
KEYS = {"aws_sqs_queue": "kms_master_key_id", "aws_sns_topic": "kms_master_key_id", "aws_cloudwatch_log_group": "kms_key_id",
        "aws_kinesis_stream": "kms_key_id", "aws_lambda_function": "kms_key_arn"}
# What takes no tags ("Tagging" of each resource's page): everything else has to have them.
UNTAGGED = {"aws_kms_alias", "aws_iam_role_policy", "aws_lambda_function_event_invoke_config", "aws_lambda_permission", "aws_sns_topic_policy",
            "aws_sns_topic_subscription", "aws_cloudwatch_event_target", "aws_cloudwatch_event_bus_policy", "aws_sqs_queue_policy",
            "aws_cloudwatch_log_destination_policy", "aws_cloudwatch_log_subscription_filter", "aws_lambda_event_source_mapping",
            "aws_cloudformation_stack_set_instance"}
# How CloudFormation calls what stands for itself on both sides.
COUNTED = {"AWS::IAM::Role": "aws_iam_role", "AWS::SQS::Queue": "aws_sqs_queue", "AWS::KMS::Key": "aws_kms_key",
           "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm", "AWS::Kinesis::Stream": "aws_kinesis_stream",
           "AWS::Lambda::Function": "aws_lambda_function", "AWS::Lambda::Permission": "aws_lambda_permission",
           "AWS::Lambda::EventSourceMapping": "aws_lambda_event_source_mapping", "AWS::DynamoDB::Table": "aws_dynamodb_table",
           "AWS::Logs::SubscriptionFilter": "aws_cloudwatch_log_subscription_filter", "AWS::Events::EventBus": "aws_cloudwatch_event_bus",
           "AWS::Logs::Destination": "aws_cloudwatch_log_destination", "AWS::SNS::Topic": "aws_sns_topic",
           "AWS::SNS::Subscription": "aws_sns_topic_subscription", "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
           "AWS::CloudFormation::StackSet": "aws_cloudformation_stack_set"}


def walk(value):
    yield value
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, hcl.Call):
        value = value.arguments
    elif isinstance(value, hcl.Choice):
        value = [value.yes, value.no]
    if isinstance(value, list):
        for v in value:
            yield from walk(v)


def below(block):
    yield from walk(block.values)
    for b in block.blocks:
        yield from below(b)


class Module:
    def __init__(self, checks, folder):
        self.checks, self.name = checks, os.path.relpath(folder, DEPLOY)
        self.text, self.blocks = "", []
        for path in sorted(glob.glob(os.path.join(folder, "*.tf"))):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            self.text += text
            self.blocks += hcl.read(text, os.path.relpath(path, DEPLOY))
        self.resources = [b for b in self.blocks if b.kind == "resource"]

    def ok(self, condition, text):
        self.checks.ok(condition, f"{self.name}: {text}")

    def names(self):
        """Every reference leads somewhere, and everything that is declared is used."""
        variables = {b.labels[0] for b in self.blocks if b.kind == "variable"}
        local = {name for b in self.blocks if b.kind == "locals" for name in b.values}
        made = {".".join(b.labels) for b in self.blocks if b.kind in ("resource", "data")}
        used = lambda pattern: set(re.findall(pattern, self.text))
        used_variables, used_locals = used(r"\bvar\.(\w+)"), used(r"\blocal\.([\w-]+)")
        self.ok(used_variables == variables, f"variables: {used_variables ^ variables}")
        self.ok(used_locals == local, f"locals: {used_locals ^ local}")
        references = {".".join(m) for m in re.findall(r"(?<![\w.\"])(?:data\.)?(aws_\w+)\.(\w+)", self.text)}
        self.ok(references <= made, f"no such parts: {references - made}")
        for block in self.blocks:
            if block.kind in ("variable", "output"):
                self.ok(block.values.get("description"), f"{block.labels[0]} is described")
            if block.kind == "variable":
                self.ok(block.values["description"].endswith("."), f"{block.labels[0]}: a sentence")

    def look(self, known):
        for block in self.resources:
            kind, name = block.labels
            label = f"{kind}.{name}"
            if kind in NAMES:
                self.ok("name_prefix" in str(block.values[NAMES[kind]]), f"{label} is named after the prefix")
            if kind in KEYS:
                self.ok(block.values.get(KEYS[kind]), f"{label} has a key")
            if kind not in UNTAGGED:
                self.ok("var.tags" in str(block.values.get("tags")), f"{label} has tags")
            for found in below(block):
                if isinstance(found, dict) and "Effect" in found:
                    shown = {k: self.shown(v) for k, v in found.items()}
                    for problem in problems(shown, kind == "aws_kms_key"):
                        self.ok(False, f"{label}: {problem}")
            getattr(self, kind.removeprefix("aws_"), lambda *_: None)(label, block, known)

    def shown(self, value):
        """What a reference to a local of this module stands for."""
        if isinstance(value, hcl.Text) and value.startswith("local."):
            for block in self.blocks:
                if block.kind == "locals" and value[6:] in block.values:
                    value = block.values[value[6:]]
        if isinstance(value, hcl.Choice):
            return value.yes
        return {k: self.shown(v) for k, v in value.items()} if isinstance(value, dict) else value

    def iam_role(self, label, block, _):
        self.ok(block.values.get("permissions_boundary") == "var.permissions_boundary_arn", f"{label} is bounded")

    def cloudwatch_event_rule(self, label, block, _):
        state = block.values["state"]
        aws_s3 = "aws.s3" in str(block.values.get("event_pattern"))
        self.ok(state == ("ENABLED" if "schedule_expression" in block.values or aws_s3 else ALL), f"{label}: state {state}")

    def cloudwatch_log_group(self, label, block, _):
        self.ok(block.values["retention_in_days"], f"{label} has a retention")

    def sqs_queue(self, label, block, _):
        self.ok(block.values["message_retention_seconds"] == 1209600, f"{label} keeps messages for 14 days")
        if "redrive_policy" in block.values:
            self.ok(block.values["redrive_policy"].arguments[0]["maxReceiveCount"] > 5, f"{label}: tries before the dead letters")
            self.ok(block.values["visibility_timeout_seconds"] >= 720, f"{label}: six times the function's timeout")

    def lambda_event_source_mapping(self, label, block, _):
        self.ok(block.values["function_response_types"] == ["ReportBatchItemFailures"], f"{label} takes partial answers")

    def lambda_permission(self, label, block, _):
        self.ok(block.values["source_arn"] and block.values["source_account"], f"{label} names its source")

    def dynamodb_table(self, label, block, _):
        values, index = block.values, block.of("global_secondary_index")[0].values
        self.ok((values["hash_key"], values["range_key"]) == ("pk", "sk"), f"{label}: keys")
        self.ok((index["name"], index["hash_key"], index["range_key"], index["projection_type"]) ==
                ("due", "gsi1pk", "gsi1sk", "ALL"), f"{label}: index")
        self.ok(block.of("ttl")[0].values == {"attribute_name": "ttl", "enabled": True}, f"{label}: TTL")
        self.ok(block.of("point_in_time_recovery")[0].values["enabled"] is True, f"{label}: recovery")
        self.ok(block.of("server_side_encryption")[0].values["kms_key_arn"], f"{label}: key")

    def lambda_function(self, label, block, known):
        variables = set(re.findall(r"\b(GLASSWATCH_\w+)", str(block.of("environment")[0].values)))
        self.ok(variables and variables <= known, f"{label}: unknown: {variables - known}")

    def cloudformation_stack_set_instance(self, label, block, _):
        default = next(b for b in self.blocks if b.kind == "variable" and b.labels == ["regions"]).values["default"]
        with open(os.path.join(DEPLOY, "cloudformation", "eventbridge", "members.yaml"), encoding="utf-8") as f:
            theirs = re.search(r'Default: "(us-[^"]*)"', f.read())[1].split(",")
        self.ok(sorted(default) == sorted(theirs) and len(theirs) >= 17, f"{label}: regions {set(default) ^ set(theirs)}")

    def parts(self):
        """As many of each kind as the template makes, its conditions aside."""
        path = os.path.join(DEPLOY, "cloudformation", os.path.relpath(self.name, "terraform") + ".yaml")
        with open(path, encoding="utf-8") as f:
            theirs = collections.Counter(re.findall(r"^    Type: (AWS::\w+::\w+)$", f.read(), re.M))
        ours = collections.Counter(b.labels[0] for b in self.resources)
        for kind, name in COUNTED.items():
            self.ok(theirs[kind] == ours[name], f"{ours[name]} {name}, and {theirs[kind]} {kind} in {os.path.basename(path)}")


def main():
    checks = Checks("terraform")
    known = set()
    for path in glob.glob(os.path.join(ROOT, "src", "app", "**", "*.cpp"), recursive=True):
        with open(path, encoding="utf-8") as f:
            known |= set(re.findall(r'"(GLASSWATCH_[A-Z_]+)"', f.read()))
    folders = sorted({os.path.dirname(p) for p in glob.glob(os.path.join(DEPLOY, "terraform", "**", "*.tf"), recursive=True)})
    checks.ok(len(folders) == 10, f"{len(folders)} modules")
    for folder in folders:
        module = Module(checks, folder)
        module.names()
        module.look(known)
        module.parts()
        for used in re.findall(r'"\$\{path\.module\}/([\w./-]+)"', module.text):
            checks.ok(os.path.exists(os.path.join(folder, used)), f"{module.name}: {used} exists")
    forwarding = "".join(open(p, encoding="utf-8").read() for p in glob.glob(os.path.join(DEPLOY, "terraform/eventbridge/forwarding/*.tf")))
    names = json.loads(re.search(r"for name in (\[[^\]]*\])", forwarding)[1])
    files = [os.path.basename(p)[:-5] for p in glob.glob(os.path.join(DEPLOY, "patterns", "eventbridge", "*.json"))]
    checks.ok(sorted(names) == sorted(files), f"rules {names}, patterns {files}")
    return checks.finish()


sys.exit(main())
