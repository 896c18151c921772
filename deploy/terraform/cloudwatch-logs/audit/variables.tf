variable "monitor" {
  type = object({
    function_arn    = string
    function_name   = string
    role_name       = string
    key_arn         = string
    alarm_topic_arn = string
  })
  description = "The monitor module: pass it as a whole."
}

variable "name_prefix" {
  type        = string
  description = "Begins the name of everything that is created. The rules that protect the monitor go by it."
  default     = "glasswatch"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name_prefix))
    error_message = "Lower case letters, digits and hyphens, 3 to 25 of them, a letter first."
  }
}

variable "management_account_id" {
  type        = string
  description = "The one account that may subscribe, the owner of the trail's log group."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.management_account_id))
    error_message = "An account id of 12 digits."
  }
}

variable "retention_hours" {
  type        = number
  description = "So long the stream keeps records when the function cannot take them."
  default     = 168
}

variable "existing_stream_arn" {
  type        = string
  description = "A stream of this account that a subscription of the log group fills already; nothing is subscribed then."
  default     = null
}

variable "existing_stream_key_arn" {
  type        = string
  description = "The customer managed key of that stream, if it has one."
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
