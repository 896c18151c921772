"""The structural tests see what they are for: copies of the templates, each broken in one way, fail."""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]
try:
    import yaml  # noqa: F401  what the tests of templates need
except ImportError:
    print("PyYAML is not installed (Debian: python3-yaml): skipped")
    sys.exit(77)
from runner import Checks

C, T = "cloudformation/", "terraform/"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
BOUNDARY = "      PermissionsBoundary: !If [HasBoundary, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]\n"
# Which test, in which file, what (its first occurrence) becomes what.
BROKEN = [
    ("templates", C + "eventbridge/forwarding.yaml", f"State: {ALL}", "State: ENABLED"),
    ("templates", C + "eventbridge/audit.yaml", f"State: {ALL}", "State: ENABLED"),
    ("templates", C + "eventbridge/members.yaml", "eu-north-1,", ""),
    ("templates", C + "eventbridge/audit.yaml", "          StringEquals: {aws:PrincipalOrgID: !Ref OrganizationId}\n", ""),
    ("templates", C + "eventbridge/audit.yaml", "            Condition: {ArnEquals: {aws:SourceArn: !GetAtt Rule.Arn}}\n", ""),
    ("templates", C + "s3/audit.yaml",
     "            Condition: {ArnEquals: {aws:SourceArn: !If [HasTopic, !Ref TopicArn, !GetAtt Rule.Arn]}}\n", ""),
    ("templates", C + "monitor.yaml", "ArnLike: {aws:SourceArn: !Sub \"arn:${AWS::Partition}:cloudwatch", "ArnLike: {aws:Other: !Sub \"arn:${AWS::Partition}:cloudwatch"),
    ("templates", C + "monitor.yaml", "      SourceAccount: !Ref AWS::AccountId\n", ""),
    ("templates", C + "monitor.yaml", "Action: sqs:SendMessage", "Action: sqs:*"),
    ("templates", C + "monitor.yaml", "Resource: !GetAtt DeadLetters.Arn", "Resource: \"*\""),
    ("templates", C + "monitor.yaml", "      RetentionInDays: !Ref LogRetentionDays\n", ""),
    ("templates", C + "monitor.yaml", "GLASSWATCH_MODE:", "GLASSWATCH_MOOD:"),
    ("templates", C + "monitor.yaml", BOUNDARY, ""),
    ("templates", C + "cloudwatch-logs/management.yaml", BOUNDARY, ""),
    ("templates", C + "monitor.yaml", "    Description: Megabytes.\n", ""),
    ("templates", C + "monitor.yaml", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false"),
    ("templates", C + "monitor.yaml", "AttributeName: ttl", "AttributeName: expires"),
    ("templates", C + "monitor.yaml", "      ReservedConcurrentExecutions: !Ref ReservedConcurrency\n", ""),
    ("templates", C + "monitor.yaml", "    Default: 12\n", "    Default: 5\n"),
    ("templates", C + "monitor.yaml", "MetricName: Invocations", "MetricName: Duration"),
    ("templates", C + "monitor.yaml", "    Default: cron(0 7 ? * MON *)\n", "    Default: \"\"\n"),
    ("templates", C + "eventbridge/audit.yaml", "VisibilityTimeout: 720", "VisibilityTimeout: 60"),
    ("templates", C + "eventbridge/audit.yaml", "maxReceiveCount: 10", "maxReceiveCount: 3"),
    ("templates", C + "eventbridge/audit.yaml", "      KmsMasterKeyId: {Fn::ImportValue: !Sub \"${Monitor}-KeyArn\"}\n", ""),
    ("templates", C + "s3/audit.yaml", "FunctionResponseTypes: [ReportBatchItemFailures]", "FunctionResponseTypes: []"),
    ("templates", C + "s3/audit.yaml", "MetricName: ApproximateAgeOfOldestMessage", "MetricName: NumberOfMessagesSent"),
    ("templates", C + "cloudwatch-logs/audit.yaml", "      BisectBatchOnFunctionError: true\n", ""),
    ("templates", C + "cloudwatch-logs/audit.yaml", "aws:SourceArn:", "aws:Other:"),
    ("templates", C + "cloudwatch-logs/management.yaml", "AssumeRoot", "AssumeRot"),
    ("permissions", C + "s3/audit.yaml", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"),
    ("permissions", C + "s3/log-archive.yaml", "s3:ListBucket", "s3:GetObject"),
    ("permissions", C + "monitor.yaml", "dynamodb:ConditionCheckItem", "dynamodb:Scan"),
    ("permissions", T + "monitor/main.tf", "dynamodb:ConditionCheckItem", "dynamodb:Scan"),
    ("permissions", T + "s3/audit/main.tf", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"),
    ("terraform", T + "eventbridge/audit/main.tf", ALL, "ENABLED"),
    ("terraform", T + "eventbridge/members/variables.tf", "\"eu-north-1\",", ""),
    ("terraform", T + "s3/audit/main.tf", "      Condition = { ArnEquals = { \"aws:SourceArn\" = local.notifier_of } }\n    }]", "    }]"),
    ("terraform", T + "s3/audit/main.tf", "visibility_timeout_seconds = 720", "visibility_timeout_seconds = 60"),
    ("terraform", T + "s3/log-archive/main.tf", "  permissions_boundary = var.permissions_boundary_arn\n", ""),
    ("terraform", T + "monitor/main.tf", "  retention_in_days = var.log_retention_days\n", ""),
    ("terraform", T + "monitor/main.tf", "\"sns:Publish\"", "\"sns:*\""),
    ("terraform", T + "monitor/main.tf", "GLASSWATCH_MODE ", "GLASSWATCH_MOOD "),
    ("terraform", T + "monitor/alarms.tf", "  tags                = var.tags\n", ""),
]


def told(test, root):
    done = subprocess.run([sys.executable, os.path.join(HERE, f"test_{test}.py")], env={**os.environ, "GW_SOURCE_DIR": root},
                          capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()


def main():
    checks = Checks("mutations")

    def tried(test, path=None, old="", new=""):
        with tempfile.TemporaryDirectory(prefix="gw-broken-") as root:
            for name in ("src", "tests", "docs"):
                os.symlink(os.path.join(ROOT, name), os.path.join(root, name))
            shutil.copytree(os.path.join(ROOT, "deploy"), os.path.join(root, "deploy"))
            if path:
                file = os.path.join(root, "deploy", path)
                with open(file, encoding="utf-8") as f:
                    text = f.read()
                if old not in text:
                    return None, [f"{path} has no {old!r}"]
                with open(file, "w", encoding="utf-8") as f:
                    f.write(text.replace(old, new, 1))
            return told(test, root)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        whole = {test: pool.submit(tried, test) for test in ("templates", "permissions", "terraform")}
        broken = [(b, pool.submit(tried, *b)) for b in BROKEN]
        for test, future in whole.items():
            checks.ok(future.result()[0] == 0, f"{test}: a copy that is whole passes: {future.result()}")
        for (test, path, old, _), future in broken:
            code, said = future.result()
            checks.ok(code == 1 and any("FAIL" in line or "Error" in line for line in said),
                      f"{test} does not see {path} without {old.strip()!r}: {code} {said[-1:]}")
    return checks.finish()


sys.exit(main())
