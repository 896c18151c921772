# The feed S3, all that stands in the log archive account: a role that may read the trail's objects and nothing else.
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

resource "aws_iam_role" "reader" {
  name                 = "${var.name_prefix}-reader"
  description          = "glasswatch reads the trail's objects"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.here.partition}:iam::${var.audit_account_id}:role/${var.function_role_name}" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "reader" {
  name = "read"
  role = aws_iam_role.reader.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = "arn:${data.aws_partition.here.partition}:s3:::${var.bucket_name}/${var.key_prefix}AWSLogs/*"
        },
        # Without it S3 says "denied" of an object that is not there.
        { Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:${data.aws_partition.here.partition}:s3:::${var.bucket_name}" },
      ],
      var.bucket_key_arn == null ? [] : [{
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.bucket_key_arn
        Condition = { StringLike = { "kms:ViaService" = "s3.*.${data.aws_partition.here.dns_suffix}" } }
      }],
    )
  })
}

output "reader_role_arn" {
  description = "For the module audit, and reader_role_arn of the monitor"
  value       = aws_iam_role.reader.arn
}
