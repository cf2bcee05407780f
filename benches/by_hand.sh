#!/usr/bin/env bash
# The same facts that `evac status` gathers, by hand: one aws or kubectl call after another, as a runbook has it.
# usage: by_hand.sh DIR, the directory of a running `evac sim --dir DIR`; with PARALLEL=1 the regions side by side.
set -euo pipefail
dir=${1:?usage: by_hand.sh DIR}
export AWS_CONFIG_FILE=$dir/aws-config AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
now=$(date -u +%Y-%m-%dT%H:%M:%SZ) before=$(date -u -d '-30 minutes' +%Y-%m-%dT%H:%M:%SZ)
month=$(date -u +%Y-%m-01) tomorrow=$(date -u -d tomorrow +%Y-%m-%d)

# Version 1 of the AWS CLI puts an address of its own in place of the profile's for rds in us-east-1, and would call the
# real service: so rds is always told where to go.
endpoint() {
    awk -v RS='}' -v service="\"service\": *\"$1\"" -v region="\"region\": *\"$2\"" \
        '$0 ~ service && $0 ~ region && match($0, /http:[^"]*/) { print substr($0, RSTART, RLENGTH); exit }' "$dir/control.json"
}

region() {
    local region=$1 short=$2
    local aws=(aws --profile "$region") kubectl=(kubectl --kubeconfig "$dir/kubeconfig" --context "$region")
    local url
    url=$(endpoint rds "$region")
    [ -n "$url" ] || { echo "no endpoint of rds in $region" >&2; return 1; }
    local rds=("${aws[@]}" --endpoint-url "$url" rds)
    "${aws[@]}" sts get-caller-identity
    "${rds[@]}" describe-global-clusters --global-cluster-identifier akidb-global
    "${rds[@]}" describe-db-clusters --db-cluster-identifier "akidb-$short"
    "${rds[@]}" describe-db-instances
    "${rds[@]}" describe-events --duration 1440
    "${rds[@]}" describe-db-cluster-snapshots
    "${aws[@]}" cloudwatch describe-alarms
    "${aws[@]}" cloudwatch get-metric-data --start-time "$before" --end-time "$now" --metric-data-queries "[
        {\"Id\": \"lag\", \"MetricStat\": {\"Stat\": \"Maximum\", \"Period\": 60, \"Metric\": {\"Namespace\": \"AWS/RDS\",
         \"MetricName\": \"AuroraGlobalDBRPOLag\", \"Dimensions\": [{\"Name\": \"DBClusterIdentifier\", \"Value\": \"akidb-$short\"}]}}}]"
    "${aws[@]}" s3api get-bucket-replication --bucket "akidb-data-$short"
    "${aws[@]}" s3api get-bucket-versioning --bucket "akidb-data-$short"
    "${kubectl[@]}" get backups.velero.io,schedules.velero.io,restores.velero.io,backupstoragelocations.velero.io -n velero -o json
    "${kubectl[@]}" get deployments -A -o json
    "${kubectl[@]}" get nodes -o json
}

global() {
    local aws=(aws --profile us-east-1) zone
    zone=$("${aws[@]}" route53 list-hosted-zones --query 'HostedZones[0].Id' --output text)
    "${aws[@]}" route53 list-resource-record-sets --hosted-zone-id "$zone"
    for check in $("${aws[@]}" route53 list-health-checks --query 'HealthChecks[].Id' --output text); do
        "${aws[@]}" route53 get-health-check-status --health-check-id "$check"
    done
    "${aws[@]}" ce get-cost-and-usage --time-period "Start=$month,End=$tomorrow" --granularity MONTHLY \
        --metrics UnblendedCost --group-by Type=DIMENSION,Key=REGION Type=DIMENSION,Key=SERVICE
}

if [ -n "${PARALLEL:-}" ]; then
    region us-east-1 use1 & region us-west-2 usw2 & region eu-west-1 euw1 & global &
    for job in $(jobs -p); do wait "$job"; done
else
    region us-east-1 use1; region us-west-2 usw2; region eu-west-1 euw1; global
fi
