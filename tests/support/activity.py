"""Ordinary API calls: what roles, machines and people do all day. None of it is a way in.

Each maker takes a session's (or user's) identity and appends one record. For IAM users the caller says that the call is
an access (iam_user_api); activity of roles never is.
"""
from records import UA_BROWSER, UA_CLI, UA_GO, UA_JAVA, UA_TERRAFORM

# name: (source, event, read-only, request, response); texts in braces are filled from the account.
CALLS = {
    "describe_instances": ("ec2", "DescribeInstances", True, {"maxResults": 100, "filterSet": {}, "instancesSet": {}},
                           None),
    "run_instances": ("ec2", "RunInstances", False,
                      {"instancesSet": {"items": [{"imageId": "ami-0abc12de34f56789a", "minCount": 1, "maxCount": 1}]},
                       "instanceType": "m6i.large", "subnetId": "{subnet}"},
                      {"requestId": "{uuid}",
                       "instancesSet": {"items": [{"instanceId": "{instance}", "imageId": "ami-0abc12de34f56789a",
                       "instanceState": {"code": 0, "name": "pending"}, "instanceType": "m6i.large"}]}}),
    "terminate_instances": ("ec2", "TerminateInstances", False,
                            {"instancesSet": {"items": [{"instanceId": "{instance}"}]}},
                            {"instancesSet": {"items": [{"instanceId": "{instance}",
                                                         "currentState": {"code": 32, "name": "shutting-down"},
                             "previousState": {"code": 16, "name": "running"}}]}}),
    "authorize_ingress": ("ec2", "AuthorizeSecurityGroupIngress", False,
                          {"groupId": "{group}",
                           "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
                           "ipRanges": {"items": [{"cidrIp": "198.51.100.0/24"}]}}]}}, {"_return": True}),
    "modify_db": ("rds", "ModifyDBInstance", False,
                  {"dBInstanceIdentifier": "ledger-primary", "applyImmediately": True, "masterUserPassword": "****"},
                  {"dBInstanceIdentifier": "ledger-primary", "dBInstanceStatus": "available", "engine": "postgres"}),
    "describe_db": ("rds", "DescribeDBInstances", True, {"dBInstanceIdentifier": "ledger-primary"}, None),
    "list_buckets": ("s3", "ListBuckets", True, None, None),
    "get_bucket_policy": ("s3", "GetBucketPolicy", True,
                          {"bucketName": "exports-{account}", "policy": "", "Host": "s3.amazonaws.com"}, None),
    "put_bucket_policy": ("s3", "PutBucketPolicy", False,
                          {"bucketName": "exports-{account}", "policy": "", "Host": "s3.amazonaws.com",
                           "bucketPolicy": {"Version": "2012-10-17",
                           "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                                          "Resource": "arn:aws:s3:::exports-{account}/*",
                                          "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}, None),
    "get_secret": ("secretsmanager", "GetSecretValue", True, {"secretId": "prod/ledger/db"}, None),
    "decrypt": ("kms", "Decrypt", True,
                {"encryptionContext": {"aws:lambda:FunctionArn": "arn:aws:lambda:eu-west-1:{account}:function:orders"},
                                         "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, None),
    "data_key": ("kms", "GenerateDataKey", True,
                 {"keyId": "arn:aws:kms:eu-west-1:{account}:key/{key}", "keySpec": "AES_256"}, None),
    "invoke_query": ("athena", "StartQueryExecution", False,
                     {"queryString": "SELECT eventname FROM trail WHERE eventname IN ('Federate','GetRoleCredentials','ConsoleLogin')",
                      "workGroup": "primary"}, {"queryExecutionId": "{uuid}"}),
    "update_code": ("lambda", "UpdateFunctionCode20150331v2", False,
                    {"functionName": "orders", "publish": False, "dryRun": False, "s3Bucket": "artifacts-{account}",
                     "s3Key": "orders/{uuid}.zip"},
                    {"functionName": "orders", "runtime": "python3.12",
                     "role": "arn:aws:iam::{account}:role/orders-lambda", "codeSize": 48211}),
    "list_functions": ("lambda", "ListFunctions20150331", True, None, None),
    "put_role_policy": ("iam", "PutRolePolicy", False, {"roleName": "orders-lambda", "policyName": "runtime",
                        "policyDocument": "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"dynamodb:Query\",\"Resource\":\"*\"}}]}}"}, None),
    "create_role": ("iam", "CreateRole", False,
                    {"roleName": "orders-worker", "path": "/service/", "description": "made by the pipeline",
                    "assumeRolePolicyDocument":
                     "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"Service\":\"lambda.amazonaws.com\"}},\"Action\":\"sts:AssumeRole\"}}]}}"},
                    {"role": {"roleName": "orders-worker", "path": "/service/",
                              "arn": "arn:aws:iam::{account}:role/service/orders-worker"}}),
    "get_role": ("iam", "GetRole", True, {"roleName": "AWSReservedSSO_ReadOnlyAccess_0123456789abcdef"}, None),
    "create_slr": ("iam", "CreateServiceLinkedRole", False, {"aWSServiceName": "autoscaling.amazonaws.com"},
                   {"role": {"roleName": "AWSServiceRoleForAutoScaling",
                             "path": "/aws-service-role/autoscaling.amazonaws.com/"}}),
    "log_stream": ("logs", "CreateLogStream", False, {"logGroupName": "/aws/lambda/orders", "logStreamName": "{uuid}"},
                   None),
    "delete_log_stream": ("logs", "DeleteLogStream", False,
                          {"logGroupName": "/batch/nightly", "logStreamName": "run-{uuid}"}, None),
    "retention": ("logs", "PutRetentionPolicy", False, {"logGroupName": "/aws/lambda/orders", "retentionInDays": 30},
                  None),
    "put_metric_alarm": ("monitoring", "PutMetricAlarm", False,
                         {"alarmName": "orders-latency", "threshold": 2.5, "period": 60}, None),
    "put_rule": ("events", "PutRule", False,
                 {"name": "nightly-orders", "scheduleExpression": "rate(1 day)", "state": "ENABLED"},
                 {"ruleArn": "arn:aws:events:eu-west-1:{account}:rule/nightly-orders"}),
    "assume_info": ("sts", "GetCallerIdentity", True, None, None),
    "ecr_token": ("ecr", "GetAuthorizationToken", True, None, None),
    "describe_stacks": ("cloudformation", "DescribeStacks", True, {"stackName": "orders"}, None),
    "ssm_get": ("ssm", "GetParameters", True, {"names": ["/orders/feature-flags"], "withDecryption": True}, None),
    "ssm_session": ("ssm", "StartSession", False, {"target": "{instance}"},
                    {"sessionId": "session-{uuid}", "tokenValue": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
    "dynamo_describe": ("dynamodb", "DescribeTable", True, {"tableName": "orders"}, None),
    "sqs_attrs": ("sqs", "GetQueueAttributes", True,
                  {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/{account}/orders"}, None),
    "lookup_events": ("cloudtrail", "LookupEvents", True, {"maxResults": 50}, None),
    "describe_trails": ("cloudtrail", "DescribeTrails", True, {"includeShadowTrails": True}, None),
    "tag_resource": ("tagging", "TagResources", False,
                     {"resourceARNList": ["arn:aws:s3:::exports-{account}"], "tags": {"team": "orders"}},
                     {"failedResourcesMap": {}}),
}
CI_WRITES = ("update_code", "put_role_policy", "create_role", "put_bucket_policy", "retention", "put_metric_alarm",
             "put_rule", "create_slr")
READS = ("describe_instances", "describe_db", "list_buckets", "get_bucket_policy", "list_functions", "describe_stacks",
         "lookup_events",
         "describe_trails", "dynamo_describe", "sqs_attrs")
MACHINE = ("decrypt", "data_key", "log_stream", "ecr_token", "ssm_get", "assume_info", "get_secret", "dynamo_describe")


def _fill(value, names):
    if isinstance(value, str):
        return value.format(**names) if "{" in value else value
    if isinstance(value, dict):
        return {k: _fill(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, names) for v in value]
    return value


def call(trail, t, account, identity, what, *, region="eu-west-1", ip="203.0.113.80", ua=None, console=False,
         error=None, version="1.11"):
    """One API call named in CALLS. IAM-style denials carry no requestParameters."""
    source, event, read_only, params, response = CALLS[what]
    r = trail.rng
    names = {"account": account.id, "instance": r.choice(account.instances), "group": r.choice(account.groups),
             "subnet": account.subnet, "key": r.choice(account.kms_keys), "uuid": r.uuid()}
    if ua is None:
        ua = UA_BROWSER[0] if console else {"ec2": UA_GO, "iam": UA_TERRAFORM}.get(source, UA_JAVA)
    denied = error is not None
    return trail.add(account, region, t, source + ".amazonaws.com", event, identity, ip=ip, ua=ua, read_only=read_only,
                     params=None if denied else _fill(params, names),
                     response=None if denied else _fill(response, names),
                     error=error, message=f"User is not authorized to perform: {source}:{event}" if denied else None,
                     console=console, version=version)


def calls(trail, t, s, names, *, step=90, ip, region="eu-west-1", version="1.11",
          command=UA_CLI % "ec2.describe-instances"):
    """A session's calls one after the other. Console calls get a new key each time, as the console does."""
    for i, what in enumerate(names):
        key = trail.rng.short_key() if s.console else None
        on_behalf = trail.rng.random() < 0.87  # stamped by some services only
        call(trail, t + i * step, s.account, s.identity(on_behalf=on_behalf, key=key), what, ip=ip, region=region,
             ua=UA_BROWSER[0] if s.console else command, console=s.console and CALLS[what][0] != "sts", version=version)


def user_calls(trail, t, user, names, *, step=60, ip, who=None, region="eu-west-1", break_glass=False, version="1.11",
               identity=None):
    """An IAM user's calls with the long-term key (or `identity`): each is an access by key."""
    for i, what in enumerate(names):
        rec = call(trail, t + i * step, user.account, identity or user.identity(), what, ip=ip, region=region,
                   ua=UA_CLI % "s3.sync", version=version)
        trail.access(rec, "iam_user_api", user.account.id, None, who or user.name, break_glass=break_glass)
