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

variable "organization_id" {
  type        = string
  description = "The organization whose accounts may hand records on."

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "The id of an organization, o-…"
  }
}

variable "maximum_concurrency" {
  type        = number
  description = "Invocations of the function that the queue may cause at once."
  default     = 2
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that is created."
  default     = {}
}
