"""moto creates the stacks of one account: the monitor, and each feed's part beside it. Skipped (77) where it is not installed.

moto does not know, so that this says nothing of it: see LEFT_OUT.
"""
import io
import json
import os
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "eu-west-1"}.items():
    os.environ[name] = value
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)
try:
    import boto3
    import moto
    import yaml  # noqa: F401  what cfn needs
except ImportError as error:
    print(f"{error.name} is not installed: skipped")
    sys.exit(77)
import cfn
from runner import Checks

# Kinds of resources that moto's CloudFormation (5.2) does not make; they are taken out before. Whatever else is missing
# after the creation is an error of this test.
LEFT_OUT = {"AWS::CloudFormation::StackSet", "AWS::CloudWatch::Alarm", "AWS::Events::EventBusPolicy", "AWS::IAM::RolePolicy",
            "AWS::Lambda::EventInvokeConfig", "AWS::Logs::Destination", "AWS::Logs::SubscriptionFilter", "AWS::SNS::Subscription",
            "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"}


def prepared(name, given):
    """The template as JSON, its conditions within resources decided: moto keeps AWS::NoValue in lists as null."""
    template = cfn.load(os.path.join(ROOT, "deploy", "cloudformation", name))
    values = cfn.parameters(template, **given)
    conditions = {n: cfn.holds(c, values, template) for n, c in template.get("Conditions", {}).items()}

    nothing = {"Ref": "AWS::NoValue"}

    def pruned(value):
        while isinstance(value, dict) and "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            value = yes if conditions[condition] else no
        if isinstance(value, dict):
            if isinstance(value.get("Fn::GetAtt"), str):
                return {"Fn::GetAtt": value["Fn::GetAtt"].split(".", 1)}
            return {k: found for k, v in value.items() if (found := pruned(v)) != nothing}
        if isinstance(value, list):
            return [found for v in value if (found := pruned(v)) != nothing]
        return value

    left_out = {n for n, r in template["Resources"].items() if r["Type"] in LEFT_OUT}
    for part in ("Resources", "Outputs"):
        template[part] = {n: pruned(v) for n, v in template.get(part, {}).items() if n not in left_out}
    for name in left_out:
        template["Outputs"] = {n: v for n, v in template["Outputs"].items() if f'"{name}"' not in json.dumps(v)}
    for resource in template["Resources"].values():
        if resource.get("DependsOn") in left_out:
            del resource["DependsOn"]
    expected = {n for n, r in template["Resources"].items() if conditions.get(r.get("Condition"), True)}
    return json.dumps(template), expected


@moto.mock_aws
def main():
    checks = Checks("moto")
    stacks, s3 = boto3.client("cloudformation"), boto3.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as z:
        z.writestr("bootstrap", "")
    s3.put_object(Bucket="code", Key="glasswatch.zip", Body=package.getvalue())
    topic = boto3.client("sns").create_topic(Name="logs")["TopicArn"]
    secret = boto3.client("secretsmanager").create_secret(Name="slack", SecretString="x")["ARN"]

    def create(stack, name, **given):
        body, expected = prepared(name, given)
        stacks.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"],
                            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()])
        made = {r["LogicalResourceId"]: r for r in stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]}
        missing = {n for n in expected if n not in made}
        checks.ok(not missing, f"{name}: moto did not make {sorted(missing)}")
        return {n: r["PhysicalResourceId"] for n, r in made.items()}

    create("glasswatch", "monitor.yaml", CodeBucket="code", CodeKey="glasswatch.zip", SlackTokenSecretArn=secret,
           SlackChannel="C0123456789", ProbeSchedule="rate(7 days)", AlarmEmail="platform@example.com")
    create("single", "cloudwatch-logs/single-account.yaml", LogGroupName="org-trail", OwnRole="Vault")
    create("logs-audit", "cloudwatch-logs/audit.yaml", ManagementAccountId="123456789012")
    create("events-audit", "eventbridge/audit.yaml", OrganizationId="o-exampleorgid")
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus/glasswatch"
    create("forwarding", "eventbridge/forwarding.yaml", BusArn=bus, OwnRole="Vault")
    create("daemon", "s3/daemon.yaml", AvailabilityZone="eu-west-1a")
    create("archive", "s3/log-archive.yaml", AuditAccountId="123456789012", FunctionRoleName="glasswatch-function-eu-west-1",
           BucketName="org-logs")
    create("objects", "s3/audit.yaml", TopicArn=topic, ReaderRoleArn="arn:aws:iam::123456789012:role/glasswatch-reader")
    look(checks)
    return checks.finish()


def look(checks):
    """What came of it, as AWS's own calls show it."""
    function = boto3.client("lambda").get_function(FunctionName="glasswatch")
    variables = function["Configuration"]["Environment"]["Variables"]
    checks.ok(variables["GLASSWATCH_STATE_TABLE"] == "glasswatch-state" and variables["GLASSWATCH_SLACK_TOKEN"].startswith(
        "secretsmanager:arn:aws:secretsmanager:"), f"variables: {sorted(variables)}")
    table = boto3.client("dynamodb").describe_table(TableName="glasswatch-state")["Table"]
    checks.ok([i["IndexName"] for i in table["GlobalSecondaryIndexes"]] == ["due"], "the index")
    events = boto3.client("events")
    rules = {r["Name"]: r["State"] for r in events.list_rules()["Rules"]}
    forwarded = {n: s for n, s in rules.items() if n not in ("glasswatch-sweep", "glasswatch-probe")}
    checks.ok(len(forwarded) == 17 and set(forwarded.values()) == {"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}, f"rules: {rules}")
    mappings = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    checks.ok(len(mappings) == 3 and all("ReportBatchItemFailures" in m["FunctionResponseTypes"] for m in mappings),
              f"mappings: {len(mappings)}")


sys.exit(main())
