# The feed CloudWatch Logs beside the log group: the subscription calls the function of the same account and region.
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
  patterns  = "${path.module}/../../../patterns"
  filter    = trimspace(replace(file("${local.patterns}/cloudwatch-logs.txt"), "/\\s+/", " "))
  own_role  = var.own_role == null ? "" : trimspace(replace(replace(file("${local.patterns}/cloudwatch-logs-own-role.txt"), "@ROLE@", var.own_role), "/\\s+/", " "))
}

resource "aws_lambda_permission" "logs" {
  function_name  = var.monitor.function_name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_arn     = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${var.log_group_name}:*"
  source_account = local.account
}

resource "aws_cloudwatch_log_subscription_filter" "trail" {
  name            = var.name_prefix
  log_group_name  = var.log_group_name
  filter_pattern  = local.filter
  destination_arn = var.monitor.function_arn
  depends_on      = [aws_lambda_permission.logs]
}

resource "aws_cloudwatch_log_subscription_filter" "own_role" {
  count           = var.own_role == null ? 0 : 1
  name            = "${var.name_prefix}-own-role"
  log_group_name  = var.log_group_name
  filter_pattern  = local.own_role
  destination_arn = var.monitor.function_arn
  depends_on      = [aws_cloudwatch_log_subscription_filter.trail]
}
