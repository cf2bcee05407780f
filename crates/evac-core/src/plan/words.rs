use std::fmt;

use super::{Answer, Check, Undo};
use crate::{
    ids::{Arn, RegionId},
    text::age,
};

fn names(regions: &[RegionId]) -> String {
    regions.iter().map(RegionId::as_str).collect::<Vec<_>>().join(", ")
}

/// What must be so, as a sentence without its full stop.
impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials { regions, lasting } => {
                write!(formatter, "credentials are taken in {} and last {}", names(regions), age(*lasting))
            }
            Self::TerraformLocked { region, bucket, key, id } => {
                write!(formatter, "s3://{bucket}/{key} in {region} is locked by {id}")
            }
            Self::TerraformUnlocked { region, bucket, key, id } => {
                write!(formatter, "s3://{bucket}/{key} in {region} is not locked by {id}")
            }
            Self::ArgoSync { region, namespace, application, automated } => {
                let not = if *automated { "by itself" } else { "only when asked" };
                write!(formatter, "Argo CD in {region} synchronises {namespace}/{application} {not}")
            }
            Self::Replicas { region, namespace, deployment, wanted, at_least } => {
                let least = if *at_least { "at least " } else { "" };
                write!(formatter, "{least}{wanted} replicas of {namespace}/{deployment} are ready in {region}")
            }
            Self::Writer { region, global_cluster, member, .. } => {
                let member = member.resource();
                write!(formatter, "{member} is the only writer of {global_cluster} and available, asked in {region}")
            }
            Self::NoOtherWriter { region, global_cluster, members } => {
                let members: Vec<_> = members.iter().map(Arn::resource).collect();
                let members = members.join(" and ");
                write!(formatter, "nobody but {members} writes in {global_cluster} or is about to, asked in {region}")
            }
            Self::Fenced { regions, old, new, .. } => {
                let (old, new) = (old.resource(), new.resource());
                write!(
                    formatter,
                    "{old} is proven to write no more, by events and views of {new} in {}",
                    names(regions)
                )
            }
            Self::Snapshot { region, snapshot } => write!(formatter, "snapshot {snapshot} is available in {region}"),
            Self::RoutingControls { states, .. } => {
                let states = states.iter().map(|(control, on)| {
                    let name = control.as_str().rsplit('/').next().unwrap_or_default();
                    format!("{name} {}", if *on { "On" } else { "Off" })
                });
                write!(formatter, "routing controls are {}", states.collect::<Vec<_>>().join(", "))
            }
            Self::Object { region, bucket, key, exists } => {
                let exists = if *exists { "exists" } else { "does not exist" };
                write!(formatter, "s3://{bucket}/{key} in {region} {exists}")
            }
            Self::Records { zone, records } => {
                let names: Vec<_> = records.iter().map(|set| format!("{} {}", set.name, set.set_identifier)).collect();
                write!(formatter, "zone {zone} has {} as planned, in sync", names.join(", "))
            }
            Self::Answers { resolvers, answers, lasting } => {
                let who = match resolvers.as_slice() {
                    [] => "this machine's resolver answers".to_owned(),
                    [only] => format!("{only} answers"),
                    several => format!("{} answer", several.join(" and ")),
                };
                let answers: Vec<_> = answers.iter().map(Answer::to_string).collect();
                write!(formatter, "{who} {}", answers.join("; "))?;
                match lasting.is_zero() {
                    true => Ok(()),
                    false => write!(formatter, ", for {} on end", age(*lasting)),
                }
            }
            Self::Serving { region, url } => write!(formatter, "{url} of {region} answers as healthy"),
            Self::LocationMode { region, namespace, location, mode } => {
                write!(formatter, "backup location {namespace}/{location} in {region} is {}", mode.word())
            }
            Self::Restored { region, namespace, name } => {
                write!(formatter, "restore {namespace}/{name} in {region} is Completed")
            }
            Self::ClusterAvailable { region, cluster } => {
                write!(formatter, "cluster {cluster} in {region} is available")
            }
            Self::InstanceAvailable { region, instance } => {
                write!(formatter, "instance {instance} in {region} is available")
            }
            Self::ClusterProtected { region, cluster, protected } => {
                let not = if *protected { "protected" } else { "not protected" };
                write!(formatter, "cluster {cluster} in {region} is {not} from deletion")
            }
            Self::Replicating { region, bucket, destination } => {
                write!(formatter, "{bucket} in {region} replicates into {destination}")
            }
        }
    }
}

/// What a name leads to.
impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |values: &std::collections::BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join(" or ");
        write!(formatter, "{} {} with {}", self.name, self.kind, list(&self.wanted))?;
        if !self.unwanted.is_empty() {
            write!(formatter, ", never {}", list(&self.unwanted))?;
        }
        Ok(())
    }
}

/// How it is taken back, in words; the command of a call stands elsewhere.
impl fmt::Display for Undo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("there is nothing to take back"),
            Self::Call { .. } => formatter.write_str("by a call"),
            Self::Verb { verb } => write!(formatter, "by `{}`, with a plan of its own", verb.word()),
            Self::Never { why } => write!(formatter, "cannot be taken back: {why}"),
        }
    }
}
