# The feed EventBridge, the audit account's half: the bus, the rule and queue behind it, and the way into the function.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.31, < 7.0"
    }
  }
}

data "aws_partition" "here" {}

resource "aws_cloudwatch_event_bus" "this" {
  name = var.name_prefix
  tags = var.tags
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "organization"
      Effect    = "Allow"
      Principal = "*"
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.this.arn
      Condition = {
        StringEquals = { "aws:PrincipalOrgID" = var.organization_id }
        ArnLike      = { "aws:PrincipalArn" = "arn:${data.aws_partition.here.partition}:iam::*:role/${var.name_prefix}-forward-*" }
      }
    }]
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name_prefix}-events-dead-letters"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.monitor.key_arn
  tags                      = var.tags
}

resource "aws_sqs_queue" "events" {
  name                       = "${var.name_prefix}-events"
  visibility_timeout_seconds = 720
  message_retention_seconds  = 1209600
  kms_master_key_id          = var.monitor.key_arn
  tags                       = var.tags
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 10
  })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.events.arn } }
    }]
  })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead_letters.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.events.arn } }
    }]
  })
}

# Who may put events of their own on the bus cannot give them a source of AWS's.
resource "aws_cloudwatch_event_rule" "events" {
  name           = "${var.name_prefix}-events"
  description    = "Records that the accounts hand on"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  state          = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  event_pattern  = jsonencode({ source = [{ prefix = "aws." }], detail = { eventVersion = [{ exists = true }] } })
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "events" {
  rule           = aws_cloudwatch_event_rule.events.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_iam_role_policy" "reading" {
  name = "events"
  role = var.monitor.role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.events.arn
    }]
  })
}

resource "aws_lambda_event_source_mapping" "events" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = var.monitor.function_arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  depends_on              = [aws_iam_role_policy.reading]

  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }
}

resource "aws_cloudwatch_metric_alarm" "age" {
  alarm_name          = "${var.name_prefix}-events-age"
  alarm_description   = "Records wait too long in the queue"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 300
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.monitor.alarm_topic_arn]
  ok_actions          = [var.monitor.alarm_topic_arn]
  tags                = var.tags

  dimensions = {
    QueueName = aws_sqs_queue.events.name
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name_prefix}-events-dead-letters"
  alarm_description   = "Records were given up, see the queue of dead letters"
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

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${var.name_prefix}-events-undelivered"
  alarm_description   = "The rule could not hand records to the queue"
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.monitor.alarm_topic_arn]
  ok_actions          = [var.monitor.alarm_topic_arn]
  tags                = var.tags

  dimensions = {
    EventBusName = aws_cloudwatch_event_bus.this.name
    RuleName     = aws_cloudwatch_event_rule.events.name
  }
}

output "bus_arn" {
  description = "For the modules forwarding and members"
  value       = aws_cloudwatch_event_bus.this.arn
}
