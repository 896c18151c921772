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

variable "log_group_name" {
  type        = string
  description = "Log group of the trail. At most two subscriptions fit on it."
}

variable "own_role" {
  type        = string
  description = "Beginning of the names of further roles or permission sets to let through. Takes the second subscription."
  default     = null

  validation {
    condition     = var.own_role == null || can(regex("^[A-Za-z0-9+=,.@_-]+$", var.own_role))
    error_message = "A part of the name of a role, without globs."
  }
}
