# The feed EventBridge, what stands in each account and each region: rules that hand records on, and their role.
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
  written   = { for name in ["access", "sessions", "names", "names-2", "names-3", "names-4", "changes", "iam", "iam-2", "parts", "parts-2", "parts-3", "parts-4", "parts-5", "parts-6", "parts-7"] : name => file("${local.patterns}/eventbridge/${name}.json") }
  own_role  = var.own_role == null ? {} : { own-role = replace(file("${local.patterns}/eventbridge-own-role.json"), "@ROLE@", var.own_role) }
  # Without blanks: AWS counts the characters.
  rules = { for name, text in merge(local.written, local.own_role) : name => jsonencode(jsondecode(text)) }
  descriptions = {
    access   = "Ways in, refusals, and who is who"
    sessions = "All that root, emergency roles and emergency users do"
    changes  = "Changes to Identity Center, the trail, the organization, detectors"
    iam      = "Changes to who may come in"
    names    = "Emergency roles and users, by their ARN"
    parts    = "Writes aimed at the trail, the alert's way and what is named after an emergency"
    own-role = "Roles of another name, and what they do"
  }
}

resource "aws_iam_role" "forward" {
  name                 = "${var.name_prefix}-forward-${local.region}"
  description          = "EventBridge hands records on to glasswatch"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:events:${local.region}:${local.account}:rule/${var.name_prefix}-*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "forward" {
  name = "forward"
  role = aws_iam_role.forward.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "events:PutEvents", Resource = var.bus_arn }]
  })
}

# Without this state read-only calls, such as GetRoleCredentials and AssumeRole, never come.
resource "aws_cloudwatch_event_rule" "forward" {
  for_each      = local.rules
  name          = "${var.name_prefix}-${each.key}"
  description   = local.descriptions[replace(each.key, "/-[0-9]+$/", "")]
  state         = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  event_pattern = each.value
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "forward" {
  for_each  = local.rules
  rule      = aws_cloudwatch_event_rule.forward[each.key].name
  target_id = "monitor"
  arn       = var.bus_arn
  role_arn  = aws_iam_role.forward.arn
}
