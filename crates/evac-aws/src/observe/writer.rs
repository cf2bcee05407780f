//! Who writes: by the global cluster as one region sees it, and by the member's own region.

use evac_core::{
    RegionId, SourceError, SourceErrorKind,
    ids::{Arn, ClusterId, GlobalClusterId},
    reading::{ClusterReading, GlobalClusterReading},
};
use evac_engine::Sight;

use super::Glance;
use crate::{access::Service, cluster::AskCluster, global_cluster::AskGlobalCluster};

impl Glance<'_> {
    /// Whether a member is the only writer, with nothing under way any more.
    pub(super) async fn writer(
        &self,
        region: &RegionId,
        global_cluster: &GlobalClusterId,
        member: &Arn,
    ) -> Result<Sight, SourceError> {
        let unfit = || SourceError::new(SourceErrorKind::Setup, format!("{member} is no DB cluster of a region"));
        let home = member.region().ok_or_else(unfit)?;
        let cluster = ClusterId::new(member.resource()).map_err(|_| unfit())?;
        let (global, own) = tokio::try_join!(self.global_view(region, global_cluster), self.own_view(&home, &cluster))?;
        Ok(sight(&global, &own, member))
    }

    /// The global cluster, as a region sees it.
    pub(super) async fn global_view(
        &self,
        region: &RegionId,
        global_cluster: &GlobalClusterId,
    ) -> Result<GlobalClusterReading, SourceError> {
        let access = self.at(region)?;
        let question = AskGlobalCluster { client: access.rds(), global_cluster: global_cluster.clone() };
        question.reading(&self.asking(access, Service::Rds)).await
    }

    /// A cluster, as its region sees it.
    pub(super) async fn own_view(&self, region: &RegionId, cluster: &ClusterId) -> Result<ClusterReading, SourceError> {
        let access = self.at(region)?;
        let question = AskCluster { client: access.rds(), region: region.clone(), cluster: cluster.clone() };
        question.reading(&self.asking(access, Service::Rds)).await
    }
}

fn sight(global: &GlobalClusterReading, own: &ClusterReading, member: &Arn) -> Sight {
    let writers: Vec<_> = global.members.iter().filter(|member| member.is_writer).map(|member| &member.arn).collect();
    let said = |what: String| format!("global cluster {}; {what}", global.status);
    if let Some(failover) = &global.failover {
        let to = failover.to.as_ref().unwrap_or(member);
        let on = said(format!("{} to {}", failover.status, to.resource()));
        // What moves the writer elsewhere was not done for this.
        return if to == member { Sight::Underway { on } } else { Sight::Untouched { on } };
    }
    let writes = own.instances.iter().find(|instance| instance.is_writer);
    let serves = own.status == "available" && writes.is_some_and(|writes| writes.status == "available");
    if serves && !global.members.iter().any(|other| other.arn == *member) {
        // It was detached, which is the end of being a member.
        return Sight::Met { evidence: said(format!("{} has left it, and writes by itself", own.cluster)) };
    }
    if !writers.contains(&member) {
        let named: Vec<_> = writers.iter().map(|writer| writer.resource()).collect();
        let named = if named.is_empty() { "nobody".to_owned() } else { named.join(", ") };
        let on = said(format!("{named} writes, not {}", member.resource()));
        let is_quiet = global.status == "available" && own.status != "promoting";
        return if is_quiet { Sight::Untouched { on } } else { Sight::Underway { on } };
    }
    let on = if writers.len() > 1 {
        format!("{} writers are named", writers.len())
    } else if global.status != "available" {
        "it to become available".to_owned()
    } else if own.status != "available" {
        format!("{} is {}", own.cluster, own.status)
    } else if let Some(writes) = writes {
        if serves {
            let evidence = said(format!("{} writes by instance {}, and nobody else", own.cluster, writes.name));
            return Sight::Met { evidence };
        }
        format!("its instance {} is {}", writes.name, writes.status)
    } else {
        format!("no instance of {} writes", own.cluster)
    };
    Sight::Underway { on: said(on) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use evac_core::reading::{FailoverState, GlobalMember, Instance};

    use super::*;

    fn arn(region: &str) -> Arn {
        format!("arn:aws:rds:{region}:123456789012:cluster:akidb-{region}").parse().unwrap()
    }

    fn global(writers: &[&str]) -> GlobalClusterReading {
        let member = |region: &str| GlobalMember {
            arn: arn(region),
            region: region.parse().unwrap(),
            cluster: format!("akidb-{region}").parse().unwrap(),
            is_writer: writers.contains(&region),
            synchronization: None,
        };
        GlobalClusterReading {
            status: "available".to_owned(),
            engine: None,
            engine_version: None,
            members: vec![member("us-east-1"), member("us-west-2")],
            failover: None,
        }
    }

    fn own(writes: bool) -> ClusterReading {
        let instance =
            Instance { name: "one".to_owned(), class: None, status: "available".to_owned(), is_writer: writes };
        ClusterReading {
            arn: arn("us-west-2"),
            cluster: "akidb-us-west-2".parse().unwrap(),
            status: "available".to_owned(),
            engine_version: None,
            backup_retention_days: None,
            latest_restorable: None,
            instances: vec![instance],
        }
    }

    fn word(global: &GlobalClusterReading, own: &ClusterReading) -> &'static str {
        match sight(global, own, &arn("us-west-2")) {
            Sight::Met { .. } => "met",
            Sight::Underway { .. } => "underway",
            Sight::Untouched { .. } => "untouched",
            Sight::Never { .. } => "never",
        }
    }

    #[test]
    fn the_member_alone_writes_and_nothing_is_under_way() {
        assert_eq!(word(&global(&["us-west-2"]), &own(true)), "met");
        assert_eq!(word(&global(&["us-east-1"]), &own(false)), "untouched");
        assert_eq!(word(&global(&[]), &own(false)), "untouched");
        assert_eq!(word(&global(&["us-east-1", "us-west-2"]), &own(true)), "underway");
        assert_eq!(word(&global(&["us-west-2"]), &own(false)), "underway");
        let mut dull = own(true);
        dull.instances[0].status = "rebooting".to_owned();
        assert_eq!(word(&global(&["us-west-2"]), &dull), "underway");
        let mut left = global(&["us-east-1"]);
        left.members.pop();
        assert_eq!((word(&left, &own(true)), word(&left, &own(false))), ("met", "untouched"));
        dull = ClusterReading { status: "promoting".to_owned(), ..own(true) };
        assert_eq!(word(&global(&["us-west-2"]), &dull), "underway");
        assert_eq!(word(&global(&["us-east-1"]), &dull), "underway");
    }

    #[test]
    fn a_failover_under_way_is_one_to_the_member_or_one_elsewhere() {
        let moving = |to: &str, status: &str| {
            let failover =
                FailoverState { status: status.to_owned(), from: None, to: Some(arn(to)), data_loss_allowed: true };
            GlobalClusterReading { failover: Some(failover), ..global(&["us-west-2"]) }
        };
        assert_eq!(word(&moving("us-west-2", "failing-over"), &own(true)), "underway");
        assert_eq!(word(&moving("us-west-2", "pending"), &own(true)), "underway");
        assert_eq!(word(&moving("us-east-1", "switching-over"), &own(true)), "untouched");
        let status = GlobalClusterReading { status: "failing-over".to_owned(), ..global(&["us-west-2"]) };
        assert_eq!(word(&status, &own(true)), "underway");
    }
}
