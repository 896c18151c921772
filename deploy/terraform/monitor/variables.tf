variable "name_prefix" {
  type        = string
  description = "Begins the name of everything that is created. The rules that protect the monitor go by it."
  default     = "glasswatch"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name_prefix))
    error_message = "Lower case letters, digits and hyphens, 3 to 25 of them, a letter first."
  }
}

variable "package_file" {
  type        = string
  description = "The Lambda package, glasswatch-lambda-VERSION-ARCH.zip, on this machine. Either this, or code_bucket with code_key."
  default     = null
}

variable "code_bucket" {
  type        = string
  description = "Bucket in this region that holds the package."
  default     = null
}

variable "code_key" {
  type        = string
  description = "Key of the package. Another key is an upgrade; the earlier one is the way back."
  default     = null
}

variable "code_object_version" {
  type        = string
  description = "Version of that object, where the bucket keeps versions."
  default     = null
}

variable "architecture" {
  type        = string
  description = "What the package was built for; amd64 packages are x86_64."
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "x86_64 or arm64."
  }
}

variable "memory_size" {
  type        = number
  description = "Megabytes."
  default     = 256
}

variable "reserved_concurrency" {
  type        = number
  description = "So many invocations at once are kept for the monitor, and no more are run; 0 switches it off. All three feeds ask for at most 10, the sweep and the probe for one each."
  default     = 12
}

variable "watch" {
  type        = string
  description = "Watches beside the built-in ones, ACCOUNTS:ROLES[:SEVERITY], separated by semicolons."
  default     = null
}

variable "config_parameter" {
  type        = string
  description = "Systems Manager parameter with a whole configuration; of secrets and topics it may name those that are given here."
  default     = null

  validation {
    condition     = var.config_parameter == null || can(regex("^/[A-Za-z0-9_./-]+$", var.config_parameter))
    error_message = "The name of a parameter, from its first slash on."
  }
}

variable "slack_token_secret_arn" {
  type        = string
  description = "Secrets Manager secret with the token of a Slack app (threads). Needs slack_channel."
  default     = null
}

variable "slack_channel" {
  type        = string
  description = "Id of the channel, C0123456789."
  default     = null
}

variable "slack_webhook_secret_arn" {
  type        = string
  description = "Secrets Manager secret with the address of an incoming webhook, instead of a token and a channel."
  default     = null
}

variable "secret_arns" {
  type        = list(string)
  description = "Secrets Manager secrets that the configuration names beside these, such as PagerDuty's routing key."
  default     = []
}

variable "secret_key_arn" {
  type        = string
  description = "The customer managed key of these secrets, if they have one."
  default     = null
}

variable "alert_topic_arns" {
  type        = list(string)
  description = "Topics that receivers of type sns publish to. The key of an encrypted one must let the function's role in."
  default     = []
}

variable "evidence_location" {
  type        = string
  description = "BUCKET/PREFIX in this region where every fact is also written, as evidence. Null, nowhere."
  default     = null

  validation {
    condition     = var.evidence_location == null || can(regex("^[a-z0-9.-]{3,63}/[^*?]*[^*?/]$", var.evidence_location))
    error_message = "BUCKET/PREFIX, without a slash at its end."
  }
}

variable "findings_location" {
  type        = string
  description = "BUCKET/PREFIX that a receiver of type ocsf in the configuration writes to."
  default     = null

  validation {
    condition     = var.findings_location == null || can(regex("^[a-z0-9.-]{3,63}/[^*?]*[^*?/]$", var.findings_location))
    error_message = "BUCKET/PREFIX, without a slash at its end."
  }
}

variable "buckets" {
  type        = list(string)
  description = "For the feed S3, the log buckets. Objects of others are not fetched."
  default     = []
}

variable "bucket_owner" {
  type        = string
  description = "For the feed S3, the account that owns them, the log archive."
  default     = null
}

variable "reader_role_arn" {
  type        = string
  description = "For the feed S3, the role that objects are read with, NAME_PREFIX-reader in the log archive account."
  default     = null
}

variable "mode" {
  type        = string
  description = "alert, or shadow: everything is recorded, nobody is told."
  default     = "alert"

  validation {
    condition     = contains(["alert", "shadow"], var.mode)
    error_message = "alert or shadow."
  }
}

variable "log_retention_days" {
  type        = number
  description = "How long the function's log is kept."
  default     = 400
}

variable "kms_key_arn" {
  type        = string
  description = "Key for table, queues, topic and log. Null, one is created. A key of yours must let in what the key here lets in."
  default     = null
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Policy that bounds every role that is created."
  default     = null
}

variable "subnet_ids" {
  type        = list(string)
  description = "Subnets for the function, with a way to AWS and to Slack. Empty, it runs outside of a VPC."
  default     = []
}

variable "security_group_ids" {
  type        = list(string)
  description = "Its security groups, where there are subnets. Only outgoing 443 is needed."
  default     = []
}

variable "alarm_topic_arn" {
  type        = string
  description = "Where alarms about the monitor itself go. Null, a topic is created."
  default     = null
}

variable "alarm_email" {
  type        = string
  description = "Subscribed to the created topic. Not the channel that the alerts go to."
  default     = null
}

variable "feed_silence_hours" {
  type        = number
  description = "An alarm is raised when no record at all has come for so long."
  default     = 6

  validation {
    condition     = var.feed_silence_hours >= 1 && var.feed_silence_hours <= 24
    error_message = "1 to 24."
  }
}

variable "sweep_schedule" {
  type        = string
  description = "When what only the clock causes is looked after, and what was not told is told. Every five minutes at least, or silence is not told."
  default     = "rate(1 minute)"
}

variable "probe_schedule" {
  type        = string
  description = "When a marked test alert is sent down the real path, in UTC. Null, never."
  default     = "cron(0 7 ? * MON *)"
}

variable "probe_receiver" {
  type        = string
  description = "To which receiver. The one of slack_token_secret_arn or slack_webhook_secret_arn is called slack."
  default     = "slack"
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that is created."
  default     = {}
}
