"""deploy/cloudformation as it stands: rule states, regions, sources of every policy, no wide actions, keys, retention, variables."""
import glob
import json
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
from runner import Checks
from statements import listed, problems

DEPLOY = os.path.join(ROOT, "deploy")
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
MOST_DELIVERIES = 5  # after so many the program quarantines: what comes later is for the dead letters
# Enabled in every account ("Enable or disable AWS Regions in your account"). us-east-1: root, IAM, organization; us-east-2, eu-north-1 and
# ap-southeast-2: sign-ins of IAM users by the global address ("AWS Management Console sign-in events"); role sessions: anywhere.
REGIONS = {"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2", "eu-west-3",
           "eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1",
           "ap-southeast-2"}
NAMES = {"AWS::KMS::Alias": "AliasName", "AWS::DynamoDB::Table": "TableName", "AWS::IAM::Role": "RoleName", "AWS::SQS::Queue": "QueueName",
         "AWS::Lambda::Function": "FunctionName", "AWS::Events::Rule": "Name", "AWS::SNS::Topic": "TopicName",
         "AWS::CloudWatch::Alarm": "AlarmName", "AWS::Kinesis::Stream": "Name", "AWS::Logs::Destination": "DestinationName",
         "AWS::Logs::LogGroup": "LogGroupName", "AWS::Events::EventBus": "Name", "AWS::CloudFormation::StackSet": "StackSetName",
         "AWS::Logs::SubscriptionFilter": "FilterName", "AWS::IAM::InstanceProfile": "InstanceProfileName"}
KEYS = {"AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId", "AWS::Logs::LogGroup": "KmsKeyId",
        "AWS::Kinesis::Stream": "StreamEncryption", "AWS::DynamoDB::Table": "SSESpecification", "AWS::Lambda::Function": "KmsKeyArn"}
# Parameters with which everything optional is made, and with which nothing is.
FULL = {"OwnRole": "Vault", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b", "SubnetIds": "subnet-1,subnet-2",
        "SecurityGroupIds": "sg-1", "SlackTokenSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack",
        "SlackWebhookSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hook", "SlackChannel": "C0123456789",
        "ConfigParameter": "/glasswatch/config", "SecretKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k", "Watch": "*:Vault*", "ProbeSchedule": "rate(7 days)",
        "AlarmEmail": "a@example.com", "SecretArns": "arn:s", "AlertTopicArns": "arn:t",
        "EvidenceLocation": "bucket/evidence", "VolumeKeyArn": "arn:aws:kms:eu-west-1:1:key/v", "FindingsLocation": "bucket/ocsf", "Buckets": "org-logs", "BucketOwner": "222233334444",
        "ReaderRoleArn": "arn:aws:iam::222233334444:role/glasswatch-reader", "BucketKeyArn": "arn:aws:kms:eu-west-1:1:key/b",
        "TopicArn": "arn:aws:sns:eu-west-1:222233334444:logs"}
BARE = {"BucketName": "org-logs", "SlackWebhookSecretArn": FULL["SlackWebhookSecretArn"]}


def known_variables():
    """What the program asks its environment for."""
    found = set()
    for path in glob.glob(os.path.join(ROOT, "src", "**", "*.cpp"), recursive=True):
        if not path.endswith("_test.cpp"):
            with open(path, encoding="utf-8") as f:
                found |= set(re.findall(r'"(GLASSWATCH_[A-Z_]+)"', f.read()))
    return found


def policies(kind, properties):
    """(name, statements, of a key?)"""
    if kind == "AWS::IAM::Role":
        yield "trust", properties["AssumeRolePolicyDocument"]["Statement"], False
        for policy in properties.get("Policies", []):
            yield policy["PolicyName"], policy["PolicyDocument"]["Statement"], False
    elif kind == "AWS::KMS::Key":
        yield "key", properties["KeyPolicy"]["Statement"], True
    elif kind == "AWS::Events::EventBusPolicy":
        yield "bus", [properties["Statement"]], False
    elif kind == "AWS::Logs::Destination":
        yield "destination", json.loads(properties["DestinationPolicy"])["Statement"], False
    elif "PolicyDocument" in properties:
        yield "policy", properties["PolicyDocument"]["Statement"], False


class Template:
    def __init__(self, checks, path):
        self.checks, self.name = checks, os.path.relpath(path, DEPLOY)
        self.template = cfn.load(path)

    def ok(self, condition, text):
        self.checks.ok(condition, f"{self.name}: {text}")

    def parameters(self):
        text = json.dumps({k: v for k, v in self.template.items() if k != "Parameters"})
        for name, parameter in self.template["Parameters"].items():
            self.ok(parameter.get("Description", "").endswith("."), f"{name} is described")
            self.ok(f'"{name}"' in text or "${" + name + "}" in text, f"{name} is used")
        self.ok(self.template["Parameters"]["NamePrefix"]["Default"] == "glasswatch", "the prefix")

    def look(self, given):
        made = cfn.resources(self.template, **given)
        for name, (kind, properties, whole) in made.items():
            label = f"{name} ({kind})"
            if kind in NAMES:
                self.ok("glasswatch" in properties[NAMES[kind]].split("/")[-1][:10], f"{label} is named after the prefix")
            if kind in KEYS:
                self.ok(properties.get(KEYS[kind]), f"{label} has a key")
            for policy, statements, is_key in policies(kind, properties):
                for statement in statements:
                    for problem in problems(statement, is_key):
                        self.ok(False, f"{label}, {policy}: {problem}")
            getattr(self, kind.split("::")[-1].lower(), lambda *_: None)(label, properties, made, whole)
        return made

    def role(self, label, properties, made, _):
        wanted = "PermissionsBoundaryArn" in self.template["Parameters"]
        self.ok(wanted, f"{label}: a boundary can be given")
        with_boundary = self.template["Resources"][label.split()[0]]["Properties"].get("PermissionsBoundary")
        self.ok(with_boundary == {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]},
                f"{label} is bounded")

    def rule(self, label, properties, made, _):
        if "ScheduleExpression" in properties:
            self.ok(properties["State"] == "ENABLED", f"{label} is on")
        elif properties["EventPattern"].get("source") == ["aws.s3"]:
            self.ok(properties["State"] == "ENABLED", f"{label}: data events need no other state")
        else:
            self.ok(properties["State"] == ALL, f"{label} sees read-only calls")
            self.ok(len(json.dumps(properties["EventPattern"], separators=(",", ":"))) <= 2048, f"{label} is small enough")

    def loggroup(self, label, properties, made, _):
        self.ok(properties.get("RetentionInDays"), f"{label} has a retention")

    def queue(self, label, properties, made, _):
        self.ok(properties["MessageRetentionPeriod"] == 1209600, f"{label} keeps messages for 14 days")
        redrive = properties.get("RedrivePolicy")
        if redrive:
            self.ok(redrive["maxReceiveCount"] > MOST_DELIVERIES, f"{label}: the program has its tries before the dead letters")
            self.ok(properties["VisibilityTimeout"] >= 6 * 120, f"{label}: six times the function's timeout")

    def volume(self, label, properties, made, whole):
        self.ok(properties["Encrypted"] is True and whole.get("DeletionPolicy") == "Retain", f"{label} is encrypted and outlives the stack")

    def eventsourcemapping(self, label, properties, made, _):
        self.ok(properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"], f"{label} takes partial answers")
        if "StartingPosition" in properties:  # of a stream
            self.ok(properties.get("BisectBatchOnFunctionError") is True and properties["MaximumRecordAgeInSeconds"] <= 86400
                    and properties.get("DestinationConfig"), f"{label}: what cannot be handled blocks no shard, and is told")
        else:
            self.ok(properties["ScalingConfig"]["MaximumConcurrency"] >= 2, f"{label} leaves room for other feeds")

    def permission(self, label, properties, made, _):
        self.ok(properties["SourceArn"] and properties["SourceAccount"] == "111122223333", f"{label} names its source")

    def alarm(self, label, properties, made, _):
        self.ok(properties["AlarmActions"] and properties["TreatMissingData"], f"{label} tells somebody")
        self.ok(properties["Period"] * properties["EvaluationPeriods"] <= 86400
                if isinstance(properties["EvaluationPeriods"], int) else True, f"{label} looks back a day at most")

    def table(self, label, properties, made, whole):
        keys = lambda part: [(k["AttributeName"], k["KeyType"]) for k in part["KeySchema"]]
        index, = properties["GlobalSecondaryIndexes"]
        self.ok(keys(properties) == [("pk", "HASH"), ("sk", "RANGE")], f"{label}: keys")
        self.ok(index["IndexName"] == "due" and keys(index) == [("gsi1pk", "HASH"), ("gsi1sk", "RANGE")]
                and index["Projection"] == {"ProjectionType": "ALL"}, f"{label}: index")
        self.ok(properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}, f"{label}: TTL")
        self.ok(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, f"{label}: recovery")
        self.ok(whole.get("DeletionPolicy") == "Retain", f"{label} outlives the stack")

    def function(self, label, properties, made, _):
        variables = properties["Environment"]["Variables"]
        self.ok(set(variables) <= known_variables(), f"{label}: unknown: {set(variables) - known_variables()}")
        self.ok(variables["GLASSWATCH_STATE_TABLE"].startswith("ref:"), f"{label} has its table")
        self.ok(properties["ReservedConcurrentExecutions"] >= 12 and properties["Timeout"] == 120, f"{label}: limits")
        self.ok(properties["Runtime"] == "provided.al2023", f"{label}: runtime")


def same_patterns(checks, templates):
    """The templates say what deploy/patterns says."""
    def text(name):
        with open(os.path.join(DEPLOY, "patterns", name), encoding="utf-8") as f:
            return f.read()

    for name in ("single-account", "management"):
        made = cfn.resources(templates[f"cloudformation/cloudwatch-logs/{name}.yaml"].template, OwnRole="Vault")
        for resource, file in (("Filter", "cloudwatch-logs.txt"), ("OwnRoleFilter", "cloudwatch-logs-own-role.txt")):
            expected = " ".join(text(file).replace("@ROLE@", "Vault").split())
            got = made[resource][1]["FilterPattern"]
            checks.ok(got == expected and len(got) <= 1024, f"{name}: {resource} is that of deploy/patterns, {len(got)} characters")
    for prefix in ("glasswatch", "gw-test"):
        made = cfn.resources(templates["cloudformation/eventbridge/forwarding.yaml"].template, OwnRole="Vault", NamePrefix=prefix)
        rules = {p["Name"].removeprefix(prefix + "-"): p["EventPattern"] for k, p, _ in made.values() if k == "AWS::Events::Rule"}
        files = {os.path.basename(f)[:-5]: "eventbridge/" + os.path.basename(f)
                 for f in glob.glob(os.path.join(DEPLOY, "patterns", "eventbridge", "*.json"))}
        files["own-role"] = "eventbridge-own-role.json"
        checks.ok(set(rules) == set(files), f"forwarding: rules {sorted(rules)}, patterns {sorted(files)}")
        for name, file in files.items():
            wanted = text(file).replace("@ROLE@", "Vault").replace("glasswatch", prefix)
            checks.ok(rules.get(name) == json.loads(wanted), f"forwarding: the rule {name} is that of deploy/patterns")


# What must be told of the monitor itself, by the metric that shows it.
ALARMS = {"cloudformation/monitor.yaml": {"Errors", "Throttles", "Invocations", "AsyncEventAge", "ApproximateNumberOfMessagesVisible",
                                          "glasswatch_alerts_parked_total", "glasswatch_records_quarantined_total",
                                          "glasswatch_records_decoded_total"},
          "cloudformation/cloudwatch-logs/audit.yaml": {"IteratorAge", "ApproximateNumberOfMessagesVisible"},
          "cloudformation/eventbridge/audit.yaml": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "FailedInvocations"},
          "cloudformation/s3/audit.yaml": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}}


def watched(checks, templates):
    """Alarms, schedules, and room for all feeds at once in the reserved concurrency."""
    asked = 4  # shards that a new stream on demand has
    for name, template in templates.items():
        made = cfn.resources(template.template, **BARE).values()
        metrics = {p["MetricName"] for kind, p, _ in made if kind == "AWS::CloudWatch::Alarm"}
        checks.ok(metrics == ALARMS.get(name, set()), f"{name}: alarms: {metrics ^ ALARMS.get(name, set())}")
        asked += sum(p["ScalingConfig"]["MaximumConcurrency"] for kind, p, _ in made
                     if kind == "AWS::Lambda::EventSourceMapping" and "ScalingConfig" in p)
    monitor = cfn.resources(templates["cloudformation/monitor.yaml"].template, **BARE)
    checks.ok(monitor["NoInvocationsAlarm"][1]["TreatMissingData"] == monitor["SilenceAlarm"][1]["TreatMissingData"] == "breaching",
              "what is missing altogether is told")
    checks.ok("Sweep" in monitor and "Probe" in monitor, "sweep and probe are on")
    reserved = monitor["Function"][1]["ReservedConcurrentExecutions"]
    checks.ok(asked + 2 <= reserved, f"all feeds, the sweep and the probe ask for {asked + 2}, {reserved} are reserved")


def imports(checks, templates):
    """What the feeds take from the monitor's stack is there."""
    exported = {o["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
                for o in templates["cloudformation/monitor.yaml"].template["Outputs"].values() if "Export" in o}
    for name, template in templates.items():
        for found in cfn.walk(template.template):
            if "Fn::ImportValue" in found:
                wanted = found["Fn::ImportValue"]["Fn::Sub"].removeprefix("${Monitor}-")
                checks.ok(wanted in exported, f"{name} imports {wanted}")


def main():
    checks = Checks("templates")
    paths = sorted(glob.glob(os.path.join(DEPLOY, "cloudformation", "**", "*.yaml"), recursive=True))
    checks.ok(len(paths) == 10, f"{len(paths)} templates")
    templates = {}
    for path in paths:
        template = Template(checks, path)
        templates[template.name] = template
        template.parameters()
        full, bare = template.look(FULL), template.look(BARE)
        checks.ok(set(full) | set(bare) == set(template.template["Resources"]),
                  f"{template.name}: not looked at: {set(template.template['Resources']) - set(full) - set(bare)}")
    members = cfn.resources(templates["cloudformation/eventbridge/members.yaml"].template)["Forwarding"][1]
    group, = members["StackInstancesGroup"]
    checks.ok(set(group["Regions"]) == REGIONS, f"regions: {set(group['Regions']) ^ REGIONS}")
    checks.ok(members["AutoDeployment"]["Enabled"] and members["PermissionModel"] == "SERVICE_MANAGED", "new accounts are covered")
    passed = {p["ParameterKey"] for p in members["Parameters"]}
    forwarding = set(templates["cloudformation/eventbridge/forwarding.yaml"].template["Parameters"])
    checks.ok(passed == forwarding, f"the StackSet passes {passed}, the template takes {forwarding}")
    minimal = cfn.resources(templates["cloudformation/cloudwatch-logs/management.yaml"].template)
    checks.ok(sorted(kind for kind, _, _ in minimal.values()) == ["AWS::IAM::Role", "AWS::Logs::SubscriptionFilter"],
              "the management account gets a subscription and its role, nothing else")
    same_patterns(checks, templates)
    imports(checks, templates)
    watched(checks, templates)
    for statement in ([{"Effect": "Allow", "Action": "s3:*", "Resource": "x"}],
                      [{"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "x"}],
                      [{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*"}]):
        checks.ok(any(list(problems(s)) for s in listed(statement)), f"a wide statement would be seen: {statement}")
    return checks.finish()


sys.exit(main())
