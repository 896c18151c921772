output "function_arn" {
  description = "The function"
  value       = aws_lambda_function.this.arn
}

output "function_name" {
  description = "Its name"
  value       = aws_lambda_function.this.function_name
}

output "role_name" {
  description = "Its role, to which the feeds attach what they need"
  value       = aws_iam_role.function.name
}

output "key_arn" {
  description = "The key of queues and streams"
  value       = local.key_arn
}

output "alarm_topic_arn" {
  description = "Where alarms about the monitor go"
  value       = local.alarm_topic_arn
}

output "state_table_name" {
  description = "The state"
  value       = aws_dynamodb_table.state.name
}
