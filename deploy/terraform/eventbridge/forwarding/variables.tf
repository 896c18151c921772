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
