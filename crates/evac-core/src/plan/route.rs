use serde::Serialize;

use super::{Call, Check};
use crate::{ids::RegionId, stack::CONTROL_PLANE_REGION};

/// What takes a call or answers a look: it tells which adapter does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// RDS, in one region.
    Rds,
    /// S3, in one region.
    S3,
    /// STS, in one region.
    Sts,
    /// Route 53, whose control plane is in us-east-1.
    Route53,
    /// The data plane of ARC's routing controls.
    RoutingControl,
    /// The API server of a region's cluster.
    Kubernetes,
    /// An endpoint of the stack itself.
    Http,
    /// DNS resolvers.
    Dns,
    /// Nothing outside of this machine.
    Local,
}

/// Where Route 53 takes changes.
fn control_plane() -> Option<RegionId> {
    RegionId::new(CONTROL_PLANE_REGION).ok()
}

impl Call {
    /// Which service takes the call.
    pub fn service(&self) -> Service {
        match self {
            Self::LockTerraform { .. } | Self::UnlockTerraform { .. } => Service::S3,
            Self::PutStop { .. } | Self::RemoveStop { .. } => Service::S3,
            Self::SetArgoSync { .. } | Self::Scale { .. } | Self::SetAutoscalerMinimum { .. } => Service::Kubernetes,
            Self::SetLocationMode { .. } | Self::CreateRestore { .. } => Service::Kubernetes,
            Self::Switchover { .. } | Self::Failover { .. } | Self::Detach { .. } => Service::Rds,
            Self::CopySnapshot { .. } | Self::RestoreToTime { .. } => Service::Rds,
            Self::CreateInstance { .. } | Self::ProtectCluster { .. } => Service::Rds,
            Self::SetRoutingControls { .. } => Service::RoutingControl,
            Self::ChangeRecords { .. } => Service::Route53,
            Self::Transact { .. } => Service::Http,
            Self::Notify { .. } => Service::Local,
        }
    }

    /// The region that must answer for the call to be made; `None` where it is one of several, or none.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Self::LockTerraform { region, .. }
            | Self::UnlockTerraform { region, .. }
            | Self::SetArgoSync { region, .. }
            | Self::Scale { region, .. }
            | Self::SetAutoscalerMinimum { region, .. }
            | Self::Switchover { region, .. }
            | Self::Failover { region, .. }
            | Self::Detach { region, .. }
            | Self::CopySnapshot { region, .. }
            | Self::PutStop { region, .. }
            | Self::RemoveStop { region, .. }
            | Self::SetLocationMode { region, .. }
            | Self::CreateRestore { region, .. }
            | Self::RestoreToTime { region, .. }
            | Self::CreateInstance { region, .. }
            | Self::ProtectCluster { region, .. }
            | Self::Transact { region, .. } => Some(region.clone()),
            Self::ChangeRecords { .. } => control_plane(),
            Self::SetRoutingControls { .. } | Self::Notify { .. } => None,
        }
    }

    /// Every region that may be asked for the call.
    pub fn asks(&self) -> Vec<RegionId> {
        match self {
            Self::SetRoutingControls { endpoints, .. } => endpoints.iter().map(|(region, _)| region.clone()).collect(),
            _ => self.region().into_iter().collect(),
        }
    }

    /// What the call acts on, in words: two calls on one subject set the same thing.
    pub fn subject(&self) -> String {
        match self {
            Self::LockTerraform { bucket, key, .. } | Self::UnlockTerraform { bucket, key, .. } => {
                format!("lock s3://{bucket}/{key}")
            }
            Self::SetArgoSync { region, namespace, application, .. } => {
                format!("argocd {region} {namespace}/{application}")
            }
            Self::Scale { region, namespace, deployment, .. } => format!("scale {region} {namespace}/{deployment}"),
            Self::SetAutoscalerMinimum { region, namespace, autoscaler, .. } => {
                format!("autoscaler {region} {namespace}/{autoscaler}")
            }
            Self::Switchover { global_cluster, .. }
            | Self::Failover { global_cluster, .. }
            | Self::Detach { global_cluster, .. } => format!("global cluster {global_cluster}"),
            Self::CopySnapshot { region, copy, .. } => format!("snapshot {region} {copy}"),
            Self::SetRoutingControls { states, .. } => {
                let controls: Vec<_> = states.keys().map(|control| control.as_str()).collect();
                format!("routing controls {}", controls.join(" "))
            }
            Self::PutStop { bucket, key, .. } | Self::RemoveStop { bucket, key, .. } => {
                format!("object s3://{bucket}/{key}")
            }
            Self::ChangeRecords { zone, changes, .. } => {
                let names: Vec<_> =
                    changes.iter().map(|change| format!("{} {}", change.to.name, change.to.set_identifier)).collect();
                format!("records {zone} {}", names.join(", "))
            }
            Self::SetLocationMode { region, location, .. } => format!("location {region} {location}"),
            Self::CreateRestore { region, name, .. } => format!("restore {region} {name}"),
            Self::RestoreToTime { region, target, .. } => format!("cluster {region} {target}"),
            Self::CreateInstance { region, instance, .. } => format!("instance {region} {instance}"),
            Self::ProtectCluster { region, cluster, .. } => format!("protection {region} {cluster}"),
            Self::Transact { region, .. } => format!("transaction {region}"),
            Self::Notify { .. } => "people".to_owned(),
        }
    }
}

impl Check {
    /// Which service answers the look.
    pub fn service(&self) -> Service {
        match self {
            Self::Credentials { .. } => Service::Sts,
            Self::TerraformLocked { .. } | Self::TerraformUnlocked { .. } => Service::S3,
            Self::Object { .. } | Self::Replicating { .. } => Service::S3,
            Self::ArgoSync { .. } | Self::Replicas { .. } => Service::Kubernetes,
            Self::LocationMode { .. } | Self::Restored { .. } => Service::Kubernetes,
            Self::Writer { .. } | Self::NoOtherWriter { .. } | Self::Fenced { .. } => Service::Rds,
            Self::Snapshot { .. } | Self::ClusterAvailable { .. } | Self::InstanceAvailable { .. } => Service::Rds,
            Self::ClusterProtected { .. } => Service::Rds,
            Self::RoutingControls { .. } => Service::RoutingControl,
            Self::Records { .. } => Service::Route53,
            Self::Answers { .. } => Service::Dns,
            Self::Serving { .. } => Service::Http,
        }
    }

    /// The region that must answer; `None` where it is one of several, or none.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Self::TerraformLocked { region, .. }
            | Self::TerraformUnlocked { region, .. }
            | Self::ArgoSync { region, .. }
            | Self::Replicas { region, .. }
            | Self::Writer { region, .. }
            | Self::NoOtherWriter { region, .. }
            | Self::Snapshot { region, .. }
            | Self::Object { region, .. }
            | Self::Serving { region, .. }
            | Self::LocationMode { region, .. }
            | Self::Restored { region, .. }
            | Self::ClusterAvailable { region, .. }
            | Self::InstanceAvailable { region, .. }
            | Self::ClusterProtected { region, .. }
            | Self::Replicating { region, .. } => Some(region.clone()),
            Self::Records { .. } => control_plane(),
            Self::Credentials { .. } | Self::Fenced { .. } | Self::RoutingControls { .. } | Self::Answers { .. } => {
                None
            }
        }
    }

    /// Every region that is asked.
    pub fn asks(&self) -> Vec<RegionId> {
        match self {
            Self::Credentials { regions, .. } | Self::Fenced { regions, .. } => regions.clone(),
            Self::RoutingControls { endpoints, .. } => endpoints.iter().map(|(region, _)| region.clone()).collect(),
            _ => self.region().into_iter().collect(),
        }
    }
}
