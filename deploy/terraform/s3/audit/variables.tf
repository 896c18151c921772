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

variable "topic_arn" {
  type        = string
  description = "Topic that tells of the bucket's new objects, or the one that the trail itself notifies."
  default     = null
}

variable "bucket_name" {
  type        = string
  description = "Instead of a topic, a bucket that sends its events to EventBridge, and whose events reach a bus of this account and region."
  default     = null
}

variable "event_bus_name" {
  type        = string
  description = "That bus."
  default     = "default"
}

variable "reader_role_arn" {
  type        = string
  description = "Output of the module log-archive."
}

variable "daemon_role_name" {
  type        = string
  description = "Role of the ECS task or EC2 instance in this account that runs glasswatch serve. With it the queue is the daemon's."
  default     = null
}

variable "maximum_concurrency" {
  type        = number
  description = "Invocations of the function that the queue may cause at once."
  default     = 4
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that is created."
  default     = {}
}
