# The feed EventBridge, the StackSet that brings the rules to every member account and region, also to accounts that come later.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.31, < 7.0"
    }
  }
}

resource "aws_cloudformation_stack_set" "forwarding" {
  name             = "${var.name_prefix}-forwarding"
  description      = "glasswatch's rules in every account and region"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/../../../cloudformation/eventbridge/forwarding.yaml")
  tags             = var.tags

  parameters = {
    NamePrefix             = var.name_prefix
    BusArn                 = var.bus_arn
    OwnRole                = var.own_role == null ? "" : var.own_role
    PermissionsBoundaryArn = var.permissions_boundary_arn == null ? "" : var.permissions_boundary_arn
  }
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }
  managed_execution {
    active = true
  }
  operation_preferences {
    region_concurrency_type      = "PARALLEL"
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }
  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "forwarding" {
  for_each       = toset(var.regions)
  stack_set_name = aws_cloudformation_stack_set.forwarding.name
  region         = each.value
  call_as        = var.call_as

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
