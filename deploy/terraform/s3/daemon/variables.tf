variable "name_prefix" {
  type        = string
  description = "Begins the name of everything that is created. The rules that protect the monitor go by it."
  default     = "glasswatch"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name_prefix))
    error_message = "Lower case letters, digits and hyphens, 3 to 25 of them, a letter first."
  }
}

variable "availability_zone" {
  type        = string
  description = "Where the instance stands, and so the volume."
}

variable "volume_size" {
  type        = number
  description = "Gigabytes."
  default     = 20
}

variable "volume_key_arn" {
  type        = string
  description = "Key for the volume. Null, the account's key for EBS."
  default     = null
}

variable "secret_arns" {
  type        = list(string)
  description = "Secrets Manager secrets that the configuration's receivers name."
  default     = []
}

variable "secret_key_arn" {
  type        = string
  description = "The customer managed key of these secrets, if they have one."
  default     = null
}

variable "alert_topic_arns" {
  type        = list(string)
  description = "Topics that receivers of type sns publish to. The key of an encrypted one must let the daemon's role in."
  default     = []
}

variable "findings_location" {
  type        = string
  description = "BUCKET/PREFIX that a receiver of type ocsf in the configuration writes to."
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
