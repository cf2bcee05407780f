//! Who writes: by the global cluster as one region sees it, and by the member's own region.

use evac_core::{
    RegionId, SourceError, SourceErrorKind,
    ids::{Arn, ClusterId, GlobalClusterId},
    reading::{ClusterReading, GlobalClusterReading},
};
use evac_engine::Sight;

use super::Glance;
use crate::{access::Service, cluster::AskCluster, global_cluster::AskGlobalCluster};

/// The word of a failover that is being called off: whom it was to make the writer will not be it.
const CANCELLING: &str = "cancelling";

impl Glance<'_> {
    /// Whether a member is the only writer, with nothing under way any more.
    pub(super) async fn writer(
        &self,
        region: &RegionId,
        global_cluster: &GlobalClusterId,
        member: &Arn,
        other: Option<&Arn>,
    ) -> Result<Sight, SourceError> {
        let unfit = || SourceError::new(SourceErrorKind::Setup, format!("{member} is no DB cluster of a region"));
        let home = member.region().ok_or_else(unfit)?;
        let cluster = ClusterId::new(member.resource()).map_err(|_| unfit())?;
        let (global, own) = tokio::try_join!(self.global_view(region, global_cluster), self.own_view(&home, &cluster))?;
        Ok(sight(&global, &own, member, other))
    }

    /// Whether nobody but these members writes, or is about to.
    pub(super) async fn no_other_writer(
        &self,
        region: &RegionId,
        global_cluster: &GlobalClusterId,
        members: &[Arn],
    ) -> Result<Sight, SourceError> {
        let global = self.global_view(region, global_cluster).await?;
        Ok(no_other(&global, &members.iter().collect::<Vec<_>>()))
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

/// Which members the global cluster names as writers.
fn writers(global: &GlobalClusterReading) -> Vec<&Arn> {
    global.members.iter().filter(|member| member.is_writer).map(|member| &member.arn).collect()
}

/// Who else has the writer, or is about to get it, than these members; `None` while it is theirs.
fn elsewhere(global: &GlobalClusterReading, members: &[&Arn]) -> Option<String> {
    let moving = global.failover.as_ref().filter(|failover| failover.status != CANCELLING);
    let moving = moving.and_then(|failover| Some((failover, failover.to.as_ref().filter(|to| !members.contains(to))?)));
    if let Some((failover, to)) = moving {
        return Some(format!("{} to {}", failover.status, to.resource()));
    }
    let other = writers(global).into_iter().find(|writer| !members.contains(writer))?;
    Some(format!("{} writes", other.resource()))
}

fn no_other(global: &GlobalClusterReading, members: &[&Arn]) -> Sight {
    let said = |what: String| format!("global cluster {}; {what}", global.status);
    let cancelled = global.failover.as_ref().filter(|failover| failover.status == CANCELLING);
    match (elsewhere(global, members), cancelled) {
        (Some(what), _) => Sight::Never { why: said(format!("{what}: somebody has moved the writer elsewhere")) },
        (None, Some(_)) => Sight::Untouched { on: said("a move of the writer is being cancelled".to_owned()) },
        (None, None) => Sight::Met { evidence: said(format!("{} writes", named(&writers(global)))) },
    }
}

fn named(writers: &[&Arn]) -> String {
    let names: Vec<_> = writers.iter().map(|writer| writer.resource()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn sight(global: &GlobalClusterReading, own: &ClusterReading, member: &Arn, other: Option<&Arn>) -> Sight {
    let writers = writers(global);
    let said = |what: String| format!("global cluster {}; {what}", global.status);
    let members: Vec<_> = other.into_iter().chain([member]).collect();
    let writes = own.instances.iter().find(|instance| instance.is_writer);
    let serves = own.status == "available" && writes.is_some_and(|writes| writes.status == "available");
    if serves && !global.members.iter().any(|other| other.arn == *member) {
        // It was detached, which is the end of being a member: who writes there is no matter of it any more.
        return Sight::Met { evidence: said(format!("{} has left it, and writes by itself", own.cluster)) };
    }
    if let Some(what) = elsewhere(global, &members) {
        // What moves the writer elsewhere was not done for this, and stands against it.
        return Sight::Never { why: said(format!("{what}, not {}", member.resource())) };
    }
    if let Some(failover) = &global.failover {
        let to = failover.to.as_ref().unwrap_or(member);
        let on = said(format!("{} to {}", failover.status, to.resource()));
        return if to == member { Sight::Underway { on } } else { Sight::Untouched { on } };
    }
    if !writers.contains(&member) {
        let on = said(format!("{} writes, not {}", named(&writers), member.resource()));
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
            members: vec![member("us-east-1"), member("us-west-2"), member("eu-west-1")],
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
        match sight(global, own, &arn("us-west-2"), Some(&arn("us-east-1"))) {
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
        left.members.retain(|member| member.region.as_str() != "us-west-2");
        assert_eq!((word(&left, &own(true)), word(&left, &own(false))), ("met", "untouched"));
        // Who writes in what it has left stands against nothing.
        left.members.iter_mut().for_each(|member| member.is_writer = member.region.as_str() == "eu-west-1");
        assert_eq!(word(&left, &own(true)), "met");
        dull = ClusterReading { status: "promoting".to_owned(), ..own(true) };
        assert_eq!(word(&global(&["us-west-2"]), &dull), "underway");
        assert_eq!(word(&global(&["us-east-1"]), &dull), "underway");
    }

    fn moving(to: &str, status: &str) -> GlobalClusterReading {
        let failover =
            FailoverState { status: status.to_owned(), from: None, to: Some(arn(to)), data_loss_allowed: true };
        GlobalClusterReading { failover: Some(failover), ..global(&["us-west-2"]) }
    }

    #[test]
    fn a_failover_under_way_is_one_to_the_member_or_one_elsewhere() {
        assert_eq!(word(&moving("us-west-2", "failing-over"), &own(true)), "underway");
        assert_eq!(word(&moving("us-west-2", "pending"), &own(true)), "underway");
        assert_eq!(word(&moving("us-east-1", "switching-over"), &own(true)), "untouched");
        let status = GlobalClusterReading { status: "failing-over".to_owned(), ..global(&["us-west-2"]) };
        assert_eq!(word(&status, &own(true)), "underway");
    }

    /// Somebody else has decided otherwise: a failover that is tried on would lose what is written there now.
    #[test]
    fn a_writer_that_goes_to_a_third_member_never_comes_to_be_this_one() {
        for third in [
            global(&["eu-west-1"]),
            global(&["us-west-2", "eu-west-1"]),
            moving("eu-west-1", "pending"),
            moving("eu-west-1", "failing-over"),
            moving("eu-west-1", "switching-over"),
        ] {
            assert_eq!(word(&third, &own(false)), "never", "{third:?}");
        }
        assert_eq!(word(&moving("eu-west-1", "cancelling"), &own(false)), "untouched");
        assert!(matches!(sight(&global(&["us-east-1"]), &own(false), &arn("us-west-2"), None), Sight::Never { .. }));
    }

    #[test]
    fn nobody_else_writes_while_the_writer_is_at_either_end_of_the_move() {
        let (east, west) = (arn("us-east-1"), arn("us-west-2"));
        let seen = |global: &GlobalClusterReading| no_other(global, &[&east, &west]);
        let unknown = FailoverState { status: "pending".to_owned(), from: None, to: None, data_loss_allowed: false };
        let unknown = GlobalClusterReading { failover: Some(unknown), ..global(&["us-east-1"]) };
        for ours in
            [global(&["us-east-1"]), global(&["us-west-2"]), global(&[]), moving("us-west-2", "pending"), unknown]
        {
            assert!(matches!(seen(&ours), Sight::Met { .. }), "{ours:?}");
        }
        for theirs in [global(&["eu-west-1"]), global(&["us-east-1", "eu-west-1"]), moving("eu-west-1", "pending")] {
            assert!(matches!(seen(&theirs), Sight::Never { .. }), "{theirs:?}");
        }
        assert!(matches!(seen(&moving("eu-west-1", "cancelling")), Sight::Untouched { .. }));
    }
}
