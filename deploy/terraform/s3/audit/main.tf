# The feed S3, the audit account's half: a queue that an existing topic or bus tells of new objects. It owns no bucket's notifications.
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
  account     = data.aws_caller_identity.here.account_id
  partition   = data.aws_partition.here.partition
  region      = data.aws_region.here.name
  has_topic   = var.topic_arn != null
  has_daemon  = var.daemon_role_name != null
  notifier    = local.has_topic ? "sns.amazonaws.com" : "events.amazonaws.com"
  rule_path   = var.event_bus_name == "default" ? "" : "${var.event_bus_name}/"
  rule_arn    = "arn:${local.partition}:events:${local.region}:${local.account}:rule/${local.rule_path}${var.name_prefix}-objects"
  notifier_of = local.has_topic ? var.topic_arn : local.rule_arn
}

# A key of the queue's own: its policy has to name the topic, which belongs to somebody else.
resource "aws_kms_key" "objects" {
  description         = "${var.name_prefix}: the queue of log objects"
  enable_key_rotation = true
  tags                = var.tags
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus", "kms:EnableKeyRotation",
          "kms:EnableKey", "kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:UpdateKeyDescription",
        "kms:TagResource", "kms:UntagResource", "kms:ListResourceTags", "kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "*"
      },
      {
        Sid       = "Notifications"
        Effect    = "Allow"
        Principal = { Service = local.notifier }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnEquals = { "aws:SourceArn" = local.notifier_of } }
      },
    ]
  })
  lifecycle {
    precondition {
      condition     = (var.topic_arn == null) != (var.bucket_name == null)
      error_message = "Give either topic_arn or bucket_name."
    }
  }
}

resource "aws_kms_alias" "objects" {
  name          = "alias/${var.name_prefix}-objects"
  target_key_id = aws_kms_key.objects.key_id
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name_prefix}-objects-dead-letters"
  message_retention_seconds = 1209600
  kms_master_key_id         = aws_kms_key.objects.arn
  tags                      = var.tags
}

resource "aws_sqs_queue" "objects" {
  name                       = "${var.name_prefix}-objects"
  visibility_timeout_seconds = 720
  message_retention_seconds  = 1209600
  kms_master_key_id          = aws_kms_key.objects.arn
  tags                       = var.tags
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 10
  })
}

resource "aws_sqs_queue_policy" "objects" {
  queue_url = aws_sqs_queue.objects.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = local.notifier }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.objects.arn
      Condition = { ArnEquals = { "aws:SourceArn" = local.notifier_of } }
    }]
  })
}

resource "aws_sns_topic_subscription" "objects" {
  count      = local.has_topic ? 1 : 0
  topic_arn  = var.topic_arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.objects.arn
  depends_on = [aws_sqs_queue_policy.objects]
}

resource "aws_cloudwatch_event_rule" "objects" {
  count          = local.has_topic ? 0 : 1
  name           = "${var.name_prefix}-objects"
  description    = "New objects of the trail"
  event_bus_name = var.event_bus_name
  state          = "ENABLED"
  tags           = var.tags
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [var.bucket_name] }
      object = { key = [{ wildcard = "*AWSLogs/*/CloudTrail/*" }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "objects" {
  count          = local.has_topic ? 0 : 1
  rule           = aws_cloudwatch_event_rule.objects[0].name
  event_bus_name = var.event_bus_name
  target_id      = "queue"
  arn            = aws_sqs_queue.objects.arn
}

resource "aws_iam_role_policy" "reading" {
  name = "${var.name_prefix}-objects"
  role = local.has_daemon ? var.daemon_role_name : var.monitor.role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
          Resource = aws_sqs_queue.objects.arn
        },
        { Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.objects.arn },
        { Effect = "Allow", Action = "sts:AssumeRole", Resource = var.reader_role_arn },
      ],
      local.has_daemon ? [{ Effect = "Allow", Action = "sqs:ChangeMessageVisibility", Resource = aws_sqs_queue.objects.arn }] : [],
    )
  })
}

resource "aws_lambda_event_source_mapping" "objects" {
  count                   = local.has_daemon ? 0 : 1
  event_source_arn        = aws_sqs_queue.objects.arn
  function_name           = var.monitor.function_arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  depends_on              = [aws_iam_role_policy.reading]

  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }
}

resource "aws_cloudwatch_metric_alarm" "age" {
  alarm_name          = "${var.name_prefix}-objects-age"
  alarm_description   = "Log objects wait too long in the queue"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 900
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.monitor.alarm_topic_arn]
  ok_actions          = [var.monitor.alarm_topic_arn]
  tags                = var.tags

  dimensions = {
    QueueName = aws_sqs_queue.objects.name
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name_prefix}-objects-dead-letters"
  alarm_description   = "Log objects were given up, see the queue of dead letters"
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

output "queue_url" {
  description = "For the daemon, where it reads the queue instead of the function"
  value       = aws_sqs_queue.objects.id
}

output "queue_arn" {
  description = "For a policy of the topic"
  value       = aws_sqs_queue.objects.arn
}
