variable "name_prefix" {
  type        = string
  description = "Begins the name of everything that is created. The rules that protect the monitor go by it."
  default     = "glasswatch"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name_prefix))
    error_message = "Lower case letters, digits and hyphens, 3 to 25 of them, a letter first."
  }
}

variable "audit_account_id" {
  type        = string
  description = "The account of the monitor."
}

variable "function_role_name" {
  type        = string
  description = "Output role_name of the monitor; no other role may assume the reader."
}

variable "bucket_name" {
  type        = string
  description = "The trail's bucket."
}

variable "key_prefix" {
  type        = string
  description = "What stands before AWSLogs/ in the keys, with its slash; under Control Tower the id of the organization."
  default     = ""
}

variable "bucket_key_arn" {
  type        = string
  description = "Key that encrypts the objects, if it is a customer managed one. Its policy must let this role decrypt."
  default     = null
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
