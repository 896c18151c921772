# The feed S3, what the daemon needs instead of the function: a role for an EC2 instance or an ECS task on one, and a volume for its store.
# The store is one SQLite file: a local disk that stays, never EFS, and so never Fargate.
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
}

resource "aws_iam_role" "daemon" {
  name                 = "${var.name_prefix}-daemon"
  description          = "What glasswatch serve may do. The module audit adds the queue and the reader."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "secrets" {
  count = length(var.secret_arns) > 0 ? 1 : 0
  name  = "secrets"
  role  = aws_iam_role.daemon.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = var.secret_arns }],
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
  role  = aws_iam_role.daemon.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = var.alert_topic_arns }]
  })
}

resource "aws_iam_role_policy" "findings" {
  count = var.findings_location == null ? 0 : 1
  name  = "findings"
  role  = aws_iam_role.daemon.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "arn:${local.partition}:s3:::${var.findings_location}/*" }]
  })
}

resource "aws_iam_instance_profile" "daemon" {
  name = "${var.name_prefix}-daemon"
  role = aws_iam_role.daemon.name
  tags = var.tags
}

resource "aws_ebs_volume" "store" {
  availability_zone = var.availability_zone
  size              = var.volume_size
  type              = "gp3"
  encrypted         = true
  kms_key_id        = var.volume_key_arn
  tags              = merge(var.tags, { Name = "${var.name_prefix}-store" })

  lifecycle {
    prevent_destroy = true
  }
}

output "role_name" {
  description = "daemon_role_name of the module audit, function_role_name of log-archive"
  value       = aws_iam_role.daemon.name
}

output "profile_name" {
  description = "The instance's profile"
  value       = aws_iam_instance_profile.daemon.name
}

output "volume_id" {
  description = "The store's volume"
  value       = aws_ebs_volume.store.id
}
