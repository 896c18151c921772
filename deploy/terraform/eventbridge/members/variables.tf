variable "name_prefix" {
  type        = string
  description = "Begins the name of everything that is created. The rules that protect the monitor go by it."
  default     = "glasswatch"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name_prefix))
    error_message = "Lower case letters, digits and hyphens, 3 to 25 of them, a letter first."
  }
}

variable "bus_arn" {
  type        = string
  description = "Output bus_arn of the module audit."
}

variable "organizational_unit_ids" {
  type        = list(string)
  description = "Organizational units to cover, or the root (r-…) for all of them."
}

variable "regions" {
  type        = list(string)
  description = "All regions that are enabled anywhere, whether used or not: callers choose where role sessions and sign-ins are recorded."
  default = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-south-1",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"
  ]
}

variable "call_as" {
  type        = string
  description = "DELEGATED_ADMIN, or SELF in the management account."
  default     = "DELEGATED_ADMIN"

  validation {
    condition     = contains(["DELEGATED_ADMIN", "SELF"], var.call_as)
    error_message = "DELEGATED_ADMIN or SELF."
  }
}

variable "own_role" {
  type        = string
  description = "Beginning of the names of further roles or permission sets to let through."
  default     = null

  validation {
    condition     = var.own_role == null || can(regex("^[A-Za-z0-9+=,.@_-]+$", var.own_role))
    error_message = "A part of the name of a role, without globs."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Policy that bounds every role that is created."
  default     = null
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that is created."
  default     = {}
}
