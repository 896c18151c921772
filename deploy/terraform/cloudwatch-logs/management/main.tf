# The feed CloudWatch Logs, all that stands in the account of the trail's log group: a subscription, and its role.
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

resource "aws_iam_role" "subscription" {
  name                 = "${var.name_prefix}-subscription-${local.region}"
  description          = "CloudWatch Logs writes records of the trail to glasswatch's destination"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringLike = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:${local.account}:*" } }
    }]
  })
}

resource "aws_iam_role_policy" "subscription" {
  name = "write"
  role = aws_iam_role.subscription.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "logs:PutLogEvents"
      Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${var.log_group_name}:*"
    }]
  })
}

resource "aws_cloudwatch_log_subscription_filter" "trail" {
  name            = var.name_prefix
  log_group_name  = var.log_group_name
  filter_pattern  = local.filter
  destination_arn = var.destination_arn
  role_arn        = aws_iam_role.subscription.arn
  depends_on      = [aws_iam_role_policy.subscription]
}

resource "aws_cloudwatch_log_subscription_filter" "own_role" {
  count           = var.own_role == null ? 0 : 1
  name            = "${var.name_prefix}-own-role"
  log_group_name  = var.log_group_name
  filter_pattern  = local.own_role
  destination_arn = var.destination_arn
  role_arn        = aws_iam_role.subscription.arn
  depends_on      = [aws_cloudwatch_log_subscription_filter.trail]
}
