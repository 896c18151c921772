#!/bin/sh
# Looks, by the AWS CLI and without changing anything, whether a feed can be had. Run it in the account that it says.
#   preflight.sh cloudwatch-logs LOG_GROUP   in the account of the log group (under Control Tower: management), in its region
#   preflight.sh eventbridge                 in the management account
#   preflight.sh s3 BUCKET                   in the log archive account
# Exit codes: 0 all is well; 1 something is in the way, each on a line that begins with NO; 2 wrong usage; 4 AWS did not answer.
set -eu

no=0
say() { printf '%s\n' "$*"; }
bad() { printf 'NO  %s\n' "$*"; no=1; }
ask() { aws --output text "$@" || { say "AWS did not answer: aws $*" >&2; exit 4; }; }

# The organization's trail has to record management events, reads and writes.
trail() {
  arn=$(ask cloudtrail describe-trails --query "trailList[?IsOrganizationTrail]|[0].TrailARN")
  if [ -z "$arn" ] || [ "$arn" = None ]; then
    bad "there is no organization trail in this region: other accounts' records do not come"
    return 0
  fi
  say "ok  organization trail $arn"
  logging=$(ask cloudtrail get-trail-status --name "$arn" --query IsLogging)
  [ "$logging" = True ] || bad "it is switched off"
  kinds=$(ask cloudtrail get-event-selectors --trail-name "$arn" \
    --query "EventSelectors[?IncludeManagementEvents].ReadWriteType")
  advanced=$(ask cloudtrail get-event-selectors --trail-name "$arn" \
    --query "AdvancedEventSelectors[?FieldSelectors[?Field=='eventCategory'&&contains(Equals,'Management')]]|[].FieldSelectors[].Field")
  case "$kinds $advanced" in
    *All*) say "ok  it records reads and writes" ;;
    *eventCategory*readOnly* | *readOnly*eventCategory*)
      bad "its selectors split reads from writes: GetRoleCredentials and AssumeRole are reads" ;;
    *eventCategory*) say "ok  it records reads and writes" ;;
    *) bad "it does not record reads (${kinds:-nothing}): GetRoleCredentials and AssumeRole never come" ;;
  esac
}

cloudwatch_logs() {
  class=$(ask logs describe-log-groups --log-group-name-prefix "$1" --query "logGroups[?logGroupName=='$1']|[0].logGroupClass")
  case $class in
    None | '') bad "there is no log group $1 in this account and region" && return 0 ;;
    STANDARD) say "ok  log group $1" ;;
    *) bad "log group $1 is of class $class, which takes no subscriptions" ;;
  esac
  filters=$(ask logs describe-subscription-filters --log-group-name "$1" \
    --query "subscriptionFilters[].[filterName,destinationArn]")
  taken=$(printf '%s' "$filters" | grep -c . || true)
  case $filters in
    glasswatch*) say "ok  glasswatch is subscribed already" ;;
    *)
      if [ "$taken" -ge 2 ]; then
        bad "both subscriptions of $1 are taken:"
        printf '%s\n' "$filters" | sed 's/^/      /'
        say "    The way out is a fan-out: let one of them fill a Kinesis stream, and give that stream to every reader, to glasswatch"
        say "    as ExistingStreamArn of cloudwatch-logs/audit.yaml. Or take the feed EventBridge or S3, which need no subscription."
      else
        say "ok  $((2 - taken)) of 2 subscriptions free"
      fi ;;
  esac
}

# Regions that are enabled here and not in the StackSet's list are blind spots.
regions() {
  listed=$(sed -n 's/^ *Default: "\(us-east-1,.*\)"/\1/p' "$(dirname "$0")/cloudformation/eventbridge/members.yaml")
  enabled=$(ask ec2 describe-regions --query "Regions[].RegionName")
  for region in $enabled; do
    case ",$listed," in
      *",$region,"*) ;;
      *) bad "region $region is enabled and not in the default of Regions: add it" ;;
    esac
  done
  say "ok  all other enabled regions are in the default of Regions"
}

bucket() {
  topics=$(ask s3api get-bucket-notification-configuration --bucket "$1" --query "TopicConfigurations[].TopicArn")
  bus=$(ask s3api get-bucket-notification-configuration --bucket "$1" --query "EventBridgeConfiguration")
  if [ -n "$topics" ] && [ "$topics" != None ]; then
    say "ok  objects are told to $topics: subscribe to it (TopicArn)"
  elif [ "$bus" != None ]; then
    say "ok  objects are told to EventBridge (BucketName)"
  else
    bad "$1 tells nobody of its objects; glasswatch does not change a bucket's notifications: its owner switches EventBridge on"
  fi
  key=$(ask s3api get-bucket-encryption --bucket "$1" \
    --query "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID")
  [ "$key" = None ] || say "    objects are encrypted with $key: BucketKeyArn of log-archive.yaml, and a line in that key's policy"
}

case "${1:-} $#" in
  "cloudwatch-logs 2") trail; cloudwatch_logs "$2" ;;
  "eventbridge 1") trail; regions ;;
  "s3 2") bucket "$2" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
exit $no
