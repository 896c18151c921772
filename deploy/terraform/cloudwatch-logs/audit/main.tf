# The feed CloudWatch Logs, the audit account's half: destination, stream, and the stream's way into the function.
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
  account      = data.aws_caller_identity.here.account_id
  partition    = data.aws_partition.here.partition
  region       = data.aws_region.here.name
  makes_stream = var.existing_stream_arn == null
  stream_arn   = local.makes_stream ? aws_kinesis_stream.trail[0].arn : var.existing_stream_arn
}

resource "aws_kinesis_stream" "trail" {
  count            = local.makes_stream ? 1 : 0
  name             = "${var.name_prefix}-trail"
  retention_period = var.retention_hours
  encryption_type  = "KMS"
  kms_key_id       = var.monitor.key_arn
  tags             = var.tags

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_iam_role" "destination" {
  count                = local.makes_stream ? 1 : 0
  name                 = "${var.name_prefix}-destination-${local.region}"
  description          = "CloudWatch Logs writes to glasswatch's stream"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringLike = {
          "aws:SourceArn" = [
            "arn:${local.partition}:logs:${local.region}:${var.management_account_id}:*",
            "arn:${local.partition}:logs:${local.region}:${local.account}:*",
          ]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "destination" {
  count = local.makes_stream ? 1 : 0
  name  = "write"
  role  = aws_iam_role.destination[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kinesis:PutRecord", Resource = aws_kinesis_stream.trail[0].arn },
      { Effect = "Allow", Action = ["kms:GenerateDataKey", "kms:Decrypt"], Resource = var.monitor.key_arn },
    ]
  })
}

resource "aws_cloudwatch_log_destination" "trail" {
  count      = local.makes_stream ? 1 : 0
  name       = "${var.name_prefix}-trail"
  target_arn = aws_kinesis_stream.trail[0].arn
  role_arn   = aws_iam_role.destination[0].arn
  tags       = var.tags
  depends_on = [aws_iam_role_policy.destination]
}

resource "aws_cloudwatch_log_destination_policy" "trail" {
  count            = local.makes_stream ? 1 : 0
  destination_name = aws_cloudwatch_log_destination.trail[0].name
  access_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.management_account_id }
      Action    = "logs:PutSubscriptionFilter"
      Resource  = aws_cloudwatch_log_destination.trail[0].arn
    }]
  })
}

resource "aws_iam_role_policy" "reading" {
  name = "stream"
  role = var.monitor.role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect = "Allow"
          Action = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator",
          "kinesis:GetRecords"]
          Resource = local.stream_arn
        },
        { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.dead_letters.arn },
        { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = var.monitor.key_arn },
      ],
      var.existing_stream_key_arn == null ? [] : [
        { Effect = "Allow", Action = "kms:Decrypt", Resource = var.existing_stream_key_arn },
      ],
    )
  })
}

# Where records were that failed until they were too old; the records themselves stay in the stream for its retention.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name_prefix}-trail-dead-letters"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.monitor.key_arn
  tags                      = var.tags
}

resource "aws_lambda_event_source_mapping" "trail" {
  event_source_arn               = local.stream_arn
  function_name                  = var.monitor.function_arn
  starting_position              = "TRIM_HORIZON"
  batch_size                     = 100
  function_response_types        = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error = true
  maximum_record_age_in_seconds  = 86400
  depends_on                     = [aws_iam_role_policy.reading]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "age" {
  alarm_name          = "${var.name_prefix}-stream-age"
  alarm_description   = "Records wait too long in the stream"
  namespace           = "AWS/Lambda"
  metric_name         = "IteratorAge"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 300000
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.monitor.alarm_topic_arn]
  ok_actions          = [var.monitor.alarm_topic_arn]
  tags                = var.tags

  dimensions = {
    FunctionName = var.monitor.function_name
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name_prefix}-stream-dead-letters"
  alarm_description   = "Records of the stream were given up"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.monitor.alarm_topic_arn]
  ok_actions          = [var.monitor.alarm_topic_arn]
  tags                = var.tags

  dimensions = {
    QueueName = aws_sqs_queue.dead_letters.name
  }
}

output "destination_arn" {
  description = "For the module management; null with a stream that existed"
  value       = local.makes_stream ? aws_cloudwatch_log_destination.trail[0].arn : null
}
