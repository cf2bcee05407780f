use serde_json::json;

use super::{Call, ExistingResources, Intent, RecordChange, RecordSet, RestoreSpec};
use crate::{
    ids::{Arn, BucketName, RegionId},
    stack::Stack,
};

impl Call {
    /// The command that a person would type to make the same call, fit for a POSIX shell. Clusters are named by the
    /// stack's contexts. What no command does is told in a comment.
    pub fn command(&self, stack: &Stack) -> String {
        match self {
            Self::LockTerraform { region, bucket, key, body, .. } => {
                put_object(region, bucket, key, body, " --if-none-match '*'")
            }
            Self::PutStop { region, bucket, key, body } => put_object(region, bucket, key, body, ""),
            Self::UnlockTerraform { region, bucket, key, .. } | Self::RemoveStop { region, bucket, key } => {
                format!("aws s3api delete-object --region {region} --bucket {bucket} --key {}", quoted(key))
            }
            Self::SetArgoSync { region, namespace, application, automated } => {
                let patch = json!({ "spec": { "syncPolicy": { "automated": automated } } });
                merge_patch(stack, region, namespace, "application.argoproj.io", application, &patch)
            }
            Self::Scale { region, namespace, deployment, replicas } => {
                let deployment = quoted(&format!("deployment/{deployment}"));
                format!("{} scale {deployment} --replicas={replicas}", kubectl(stack, region, namespace))
            }
            Self::SetAutoscalerMinimum { region, namespace, autoscaler, minimum } => {
                let patch = json!({ "spec": { "minReplicas": minimum } });
                merge_patch(stack, region, namespace, "horizontalpodautoscaler", autoscaler, &patch)
            }
            Self::SetLocationMode { region, namespace, location, mode } => {
                let patch = json!({ "spec": { "accessMode": mode.word() } });
                merge_patch(stack, region, namespace, "backupstoragelocation", location, &patch)
            }
            Self::Switchover { region, global_cluster, target } => format!(
                "aws rds switchover-global-cluster --region {region} --global-cluster-identifier {global_cluster} \
                 --target-db-cluster-identifier {target}"
            ),
            Self::Failover { region, global_cluster, target } => format!(
                "aws rds failover-global-cluster --region {region} --global-cluster-identifier {global_cluster} \
                 --target-db-cluster-identifier {target} --allow-data-loss"
            ),
            Self::Detach { region, global_cluster, member } => format!(
                "aws rds remove-from-global-cluster --region {region} --global-cluster-identifier {global_cluster} \
                 --db-cluster-identifier {member}"
            ),
            Self::CopySnapshot { region, snapshot, copy } => format!(
                "aws rds copy-db-cluster-snapshot --region {region} --source-db-cluster-snapshot-identifier {} \
                 --target-db-cluster-snapshot-identifier {}",
                quoted(snapshot),
                quoted(copy)
            ),
            Self::SetRoutingControls { endpoints, states } => routing_controls(endpoints, states),
            Self::ChangeRecords { zone, changes, comment } => {
                let changes: Vec<_> = changes.iter().map(upsert).collect();
                let batch = json!({ "Comment": comment, "Changes": changes });
                let batch = quoted(&batch.to_string());
                format!("aws route53 change-resource-record-sets --hosted-zone-id {zone} --change-batch {batch}")
            }
            Self::CreateRestore { region, namespace, name, spec } => restore(stack, region, namespace, name, spec),
            Self::RestoreToTime { region, source, target, at } => {
                let when = match at {
                    Some(at) => format!("--restore-to-time {at}"),
                    None => "--use-latest-restorable-time".to_owned(),
                };
                format!(
                    "aws rds restore-db-cluster-to-point-in-time --region {region} --source-db-cluster-identifier \
                     {source} --db-cluster-identifier {target} {when}"
                )
            }
            Self::CreateInstance { region, cluster, instance, class, engine } => format!(
                "aws rds create-db-instance --region {region} --db-cluster-identifier {cluster} \
                 --db-instance-identifier {} --db-instance-class {} --engine {}",
                quoted(instance),
                quoted(class),
                quoted(engine)
            ),
            Self::ProtectCluster { region, cluster, protected } => {
                let no = if *protected { "" } else { "no-" };
                format!(
                    "aws rds modify-db-cluster --region {region} --db-cluster-identifier {cluster} \
                     --{no}deletion-protection --apply-immediately"
                )
            }
            Self::Transact { url, key, .. } => format!(
                "curl --fail --silent --show-error --request POST --header {} {}",
                quoted(&format!("Idempotency-Key: {key}")),
                quoted(url)
            ),
            Self::Notify { text } => format!("# tells people: {}", crate::text::clean(text)),
        }
    }
}

impl Intent {
    /// The words of evac's command line that ask for it, without the program: `failover --to us-west-2`.
    pub fn command(&self) -> String {
        let verb = self.verb().word();
        match self {
            Self::Switchover { to } | Self::Failover { to } => format!("{verb} --to {to}"),
            Self::Failback => verb.to_owned(),
            Self::Restore { region, backup, namespaces, mapping, existing } => {
                let mut line = format!("{verb} --region {region} --backup {}", quoted(backup));
                namespaces.iter().for_each(|name| line += &format!(" --namespace {}", quoted(name)));
                mapping.iter().for_each(|(from, to)| line += &format!(" --map {}", quoted(&format!("{from}={to}"))));
                if *existing == ExistingResources::Update {
                    line += " --existing update";
                }
                line
            }
            Self::Recover { region, at } => {
                let at = at.map_or_else(String::new, |at| format!(" --at {at}"));
                format!("{verb} --region {region}{at}")
            }
            Self::Drain { region } | Self::Undrain { region } => format!("{verb} --region {region}"),
        }
    }
}

/// A word of a shell: as it is where that is safe, else between single quotes.
fn quoted(text: &str) -> String {
    let safe = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    if !text.is_empty() && text.chars().all(safe) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn put_object(region: &RegionId, bucket: &BucketName, key: &str, body: &str, condition: &str) -> String {
    format!(
        "printf %s {} > body && aws s3api put-object --region {region} --bucket {bucket} --key {} --body \
         body{condition}",
        quoted(body),
        quoted(key)
    )
}

fn kubectl(stack: &Stack, region: &RegionId, namespace: &str) -> String {
    format!("kubectl --context {} --namespace {}", context(stack, region), quoted(namespace))
}

/// The context of a region's cluster; where the stack names none, nothing could have been planned there.
fn context(stack: &Stack, region: &RegionId) -> String {
    let context = stack.regions.get(region).and_then(|region| region.kubernetes.as_ref());
    context.map_or_else(|| quoted(region.as_str()), |context| quoted(context.as_str()))
}

fn merge_patch(
    stack: &Stack,
    region: &RegionId,
    namespace: &str,
    kind: &str,
    name: &str,
    patch: &serde_json::Value,
) -> String {
    let (kubectl, name, patch) = (kubectl(stack, region, namespace), quoted(name), quoted(&patch.to_string()));
    format!("{kubectl} patch {kind} {name} --type merge --patch {patch}")
}

fn routing_controls(endpoints: &[(RegionId, String)], states: &std::collections::BTreeMap<Arn, bool>) -> String {
    let entry = |(control, on): (&Arn, &bool)| json!({ "RoutingControlArn": control, "RoutingControlState": if *on { "On" } else { "Off" } });
    let entries = serde_json::Value::Array(states.iter().map(entry).collect());
    let place = endpoints
        .first()
        .map_or(String::new(), |(region, endpoint)| format!(" --region {region} --endpoint-url {}", quoted(endpoint)));
    format!(
        "aws route53-recovery-cluster update-routing-control-states{place} \
         --update-routing-control-state-entries {}",
        quoted(&entries.to_string())
    )
}

fn upsert(change: &RecordChange) -> serde_json::Value {
    json!({ "Action": "UPSERT", "ResourceRecordSet": record_set(&change.to) })
}

/// A record set in the form of Route 53: what it does not have is not written.
fn record_set(set: &RecordSet) -> serde_json::Value {
    let values: Vec<_> = set.values.iter().map(|value| json!({ "Value": value })).collect();
    let alias = set.alias.as_ref().map(|alias| {
        json!({
            "HostedZoneId": alias.zone, "DNSName": alias.name, "EvaluateTargetHealth": alias.evaluate_health,
        })
    });
    let mut all = json!({
        "Name": set.name, "Type": set.kind, "SetIdentifier": set.set_identifier, "Weight": set.weight,
        "Region": set.region, "TTL": set.ttl, "ResourceRecords": (!values.is_empty()).then_some(values),
        "AliasTarget": alias, "HealthCheckId": set.health_check,
    });
    if let Some(fields) = all.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    all
}

fn restore(stack: &Stack, region: &RegionId, namespace: &str, name: &str, spec: &RestoreSpec) -> String {
    let mut command = format!(
        "velero restore create {} --kubecontext {} --namespace {} --from-backup {} --include-namespaces {}",
        quoted(name),
        context(stack, region),
        quoted(namespace),
        quoted(&spec.backup),
        quoted(&spec.namespaces.join(","))
    );
    if !spec.mapping.is_empty() {
        let pairs: Vec<_> = spec.mapping.iter().map(|(from, to)| format!("{from}:{to}")).collect();
        command.push_str(&format!(" --namespace-mappings {}", quoted(&pairs.join(","))));
    }
    let label = quoted(&format!("evac.dev/plan={}", spec.label));
    command.push_str(&format!(" --existing-resource-policy {} --labels {label}", spec.existing.policy()));
    command
}
