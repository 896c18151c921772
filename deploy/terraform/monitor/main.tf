# The function, its state table, its key, its schedule and the alarms on itself. Once, in the audit account.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.31, < 7.0"
    }
  }
}

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  arn       = "arn:${local.partition}"
  place     = "${local.region}:${local.account}"
  key_arn   = var.kms_key_arn != null ? var.kms_key_arn : aws_kms_key.this[0].arn

  alarm_topic_arn = var.alarm_topic_arn != null ? var.alarm_topic_arn : aws_sns_topic.alarms[0].arn

  secret_arns = concat(compact([var.slack_token_secret_arn, var.slack_webhook_secret_arn]), var.secret_arns)
  network_calls = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
}

resource "aws_kms_key" "this" {
  count               = var.kms_key_arn == null ? 1 : 0
  description         = "${var.name_prefix}: state, queues, alarms and log of the monitor"
  enable_key_rotation = true
  tags                = var.tags
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "${local.arn}:iam::${local.account}:root" }
        Action = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus", "kms:EnableKeyRotation", "kms:EnableKey",
          "kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:UpdateKeyDescription", "kms:TagResource",
          "kms:UntagResource", "kms:ListResourceTags", "kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant", "kms:Encrypt", "kms:Decrypt",
        "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
        Resource = "*"
      },
      {
        Sid       = "Log"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.${data.aws_partition.here.dns_suffix}" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn}:logs:${local.place}:log-group:/aws/lambda/${var.name_prefix}*" } }
      },
      {
        Sid       = "Rules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnLike = { "aws:SourceArn" = "${local.arn}:events:${local.place}:rule/${var.name_prefix}*" } }
      },
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnLike = { "aws:SourceArn" = "${local.arn}:cloudwatch:${local.place}:alarm:${var.name_prefix}*" } }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  count         = var.kms_key_arn == null ? 1 : 0
  name          = "alias/${var.name_prefix}"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_dynamodb_table" "state" {
  name                        = "${var.name_prefix}-state"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = true
  hash_key                    = "pk"
  range_key                   = "sk"
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  attribute {
    name = "gsi1pk"
    type = "S"
  }
  attribute {
    name = "gsi1sk"
    type = "S"
  }
  global_secondary_index {
    name            = "due"
    hash_key        = "gsi1pk"
    range_key       = "gsi1sk"
    projection_type = "ALL"
  }
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = local.key_arn
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "function" {
  name                 = "${var.name_prefix}-function-${local.region}"
  description          = "What glasswatch's function may do. The modules of the feeds add what each needs."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "log-and-state"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function.arn}:*"
      },
      {
        Effect = "Allow"
        Action = ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem"]
        Resource = [aws_dynamodb_table.state.arn, "${aws_dynamodb_table.state.arn}/index/due"]
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = local.key_arn
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.dead_letters.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "secret" {
  count = length(local.secret_arns) > 0 ? 1 : 0
  name  = "secret"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = local.secret_arns }],
      var.secret_key_arn == null ? [] : [{
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.secret_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.${data.aws_partition.here.dns_suffix}" } }
      }],
    )
  })
}

resource "aws_iam_role_policy" "topics" {
  count = length(var.alert_topic_arns) > 0 ? 1 : 0
  name  = "topics"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = var.alert_topic_arns }]
  })
}

resource "aws_iam_role_policy" "evidence" {
  count = var.evidence_location == null ? 0 : 1
  name  = "evidence"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${local.arn}:s3:::${var.evidence_location}/*" }]
  })
}

resource "aws_iam_role_policy" "findings" {
  count = var.findings_location == null ? 0 : 1
  name  = "findings"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${local.arn}:s3:::${var.findings_location}/*" }]
  })
}

resource "aws_iam_role_policy" "configuration" {
  count = var.config_parameter == null ? 0 : 1
  name  = "configuration"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ssm:GetParameter", Resource = "${local.arn}:ssm:${local.place}:parameter${var.config_parameter}" }]
  })
}

resource "aws_iam_role_policy" "vpc" {
  count = length(var.subnet_ids) > 0 ? 1 : 0
  name  = "vpc"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # Lambda's own needs; these calls know no resources
      { Effect = "Allow", Action = local.network_calls, Resource = "*" },
      # and not for the program itself
      {
        Effect    = "Deny"
        Action    = local.network_calls
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = "${local.arn}:lambda:${local.place}:function:${var.name_prefix}" } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name_prefix}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name_prefix
  description                    = "Watches CloudTrail for break-glass access"
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size
  timeout                        = 120
  reserved_concurrent_executions = var.reserved_concurrency
  role                           = aws_iam_role.function.arn
  kms_key_arn                    = local.key_arn
  filename                       = var.package_file
  source_code_hash               = var.package_file == null ? null : filebase64sha256(var.package_file)
  s3_bucket                      = var.code_bucket
  s3_key                         = var.code_key
  s3_object_version              = var.code_object_version
  tags                           = var.tags
  depends_on                     = [aws_iam_role_policy.function, aws_iam_role_policy.vpc]

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) > 0 ? [1] : []
    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }
  environment {
    variables = { for name, value in {
      GLASSWATCH_STATE_TABLE       = aws_dynamodb_table.state.name
      GLASSWATCH_MODE              = var.mode
      GLASSWATCH_WATCH             = var.watch
      GLASSWATCH_CONFIG            = var.config_parameter == null ? null : "ssm:${var.config_parameter}"
      GLASSWATCH_SLACK_TOKEN       = var.slack_token_secret_arn == null ? null : "secretsmanager:${var.slack_token_secret_arn}"
      GLASSWATCH_SLACK_CHANNEL     = var.slack_channel
      GLASSWATCH_SLACK_WEBHOOK_URL = var.slack_webhook_secret_arn == null ? null : "secretsmanager:${var.slack_webhook_secret_arn}"
      GLASSWATCH_EVIDENCE          = var.evidence_location == null ? null : "s3://${var.evidence_location}"
      GLASSWATCH_BUCKETS           = length(var.buckets) == 0 ? null : join(",", var.buckets)
      GLASSWATCH_BUCKET_OWNER      = var.bucket_owner
      GLASSWATCH_READ_ROLE_ARN     = var.reader_role_arn
    } : name => value if value != null }
  }
  lifecycle {
    precondition {
      condition     = var.slack_token_secret_arn != null || var.slack_webhook_secret_arn != null || var.config_parameter != null
      error_message = "Give slack_token_secret_arn with slack_channel, slack_webhook_secret_arn, or a configuration with receivers in config_parameter."
    }
    precondition {
      condition     = var.slack_token_secret_arn == null || var.slack_channel != null
      error_message = "slack_token_secret_arn needs slack_channel."
    }
  }
}

# What asynchronous sources deliver is tried three times, then kept here.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name_prefix}-dead-letters"
  message_retention_seconds = 1209600
  kms_master_key_id         = local.key_arn
  tags                      = var.tags
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600
  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${var.name_prefix}-sweep"
  description         = "Wakes glasswatch, so that sessions lapse and nothing stays untold"
  schedule_expression = var.sweep_schedule
  state               = "ENABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule      = aws_cloudwatch_event_rule.sweep.name
  target_id = "function"
  arn       = aws_lambda_function.this.arn
}

resource "aws_lambda_permission" "sweep" {
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.sweep.arn
  source_account = local.account
}

resource "aws_cloudwatch_event_rule" "probe" {
  count               = var.probe_schedule == null ? 0 : 1
  name                = "${var.name_prefix}-probe"
  description         = "Sends a marked test alert down the real path"
  schedule_expression = var.probe_schedule
  state               = "ENABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "probe" {
  count     = var.probe_schedule == null ? 0 : 1
  rule      = aws_cloudwatch_event_rule.probe[0].name
  target_id = "function"
  arn       = aws_lambda_function.this.arn
  input     = jsonencode({ alert_test = { receiver = var.probe_receiver } })
}

resource "aws_lambda_permission" "probe" {
  count          = var.probe_schedule == null ? 0 : 1
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.probe[0].arn
  source_account = local.account
}

resource "aws_sns_topic" "alarms" {
  count             = var.alarm_topic_arn == null ? 1 : 0
  name              = "${var.name_prefix}-alarms"
  kms_master_key_id = local.key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  count = var.alarm_topic_arn == null ? 1 : 0
  arn   = aws_sns_topic.alarms[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms[0].arn
      Condition = { ArnLike = { "aws:SourceArn" = "${local.arn}:cloudwatch:${local.place}:alarm:${var.name_prefix}*" } }
    }]
  })
}

resource "aws_sns_topic_subscription" "alarms" {
  count     = var.alarm_topic_arn == null && var.alarm_email != null ? 1 : 0
  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
