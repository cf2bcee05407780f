//! What of a stack leans on us-east-1, and what then still works.

use evac_core::{RegionId, Source, SourceId, Stack, stack::CONTROL_PLANE_REGION};
use serde::Serialize;

/// Something that is in us-east-1, whichever region it serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// What it is.
    pub what: &'static str,
    /// What is lost with it, and what goes on.
    pub effect: &'static str,
    /// The sources of evac that go dark with it.
    pub dark: Vec<String>,
}

/// What a stack has in us-east-1.
pub fn of(stack: &Stack) -> Vec<Dependency> {
    let home = stack.control_plane_region();
    let dark = |sources: &[Source]| {
        let asked = |region: &RegionId| Source::of(stack, region);
        let here = home.into_iter().flat_map(|region| asked(region).into_iter().map(move |source| (source, region)));
        let dark = here.filter(|(source, _)| sources.contains(source));
        dark.map(|(source, region)| SourceId { source, region: region.clone() }.to_string()).collect::<Vec<_>>()
    };
    let checks = stack.regions.values().any(|region| region.health_check.is_some());
    let mut found = Vec::new();
    let mut add = |present: bool, what, effect, dark| {
        if present {
            found.push(Dependency { what, effect, dark });
        }
    };
    add(
        stack.traffic.is_some() || checks,
        "Route 53 control plane",
        "records and health checks can neither be read nor changed; DNS still answers, and health checks still move \
         traffic by themselves",
        dark(&[Source::Records, Source::HealthChecks]),
    );
    add(
        checks,
        "CloudWatch metrics of Route 53",
        "the share of healthy checkers is not known; evac's own probes still are",
        if home.is_some_and(is_control_plane) { dark(&[Source::Metrics]) } else { Vec::new() },
    );
    add(
        stack.cost.enabled,
        "Cost Explorer",
        "costs are those of the last answer, kept on disk; nothing else needs them",
        dark(&[Source::Cost]),
    );
    add(
        true,
        "IAM control plane",
        "users, roles and policies cannot be changed; existing roles and regional STS endpoints go on",
        Vec::new(),
    );
    add(
        !stack.replication.is_empty(),
        "S3 bucket settings",
        "replication, versioning and policies of buckets cannot be changed, and no bucket made, anywhere: both \
         directions must be set up beforehand",
        Vec::new(),
    );
    let member = stack.regions.keys().find(|region| is_control_plane(region));
    let primary = stack.primary().is_some_and(is_control_plane);
    let all = member.map(|region| {
        let sources = Source::of(stack, region).into_iter().filter(|source| !source.is_global());
        sources.map(|source| SourceId { source, region: region.clone() }.to_string()).collect::<Vec<_>>()
    });
    add(
        primary,
        "the primary region",
        "writes stop until another region is promoted; a switchover, which is called in the primary's region, is \
         impossible, a failover, which is called in the target's, is not",
        all.clone().unwrap_or_default(),
    );
    add(
        member.is_some() && !primary,
        "a region of the stack",
        "what runs there is lost with it",
        all.unwrap_or_default(),
    );
    found
}

fn is_control_plane(region: &RegionId) -> bool {
    region.as_str() == CONTROL_PLANE_REGION
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_reference_stack_leans_on_us_east_1_in_every_way_and_one_elsewhere_in_few() {
        let stack = Stack::parse(crate::cli::config::EXAMPLE).unwrap();
        let found = of(&stack);
        let names: Vec<_> = found.iter().map(|dependency| dependency.what).collect();
        insta::assert_snapshot!(names.join("\n"), @"
        Route 53 control plane
        CloudWatch metrics of Route 53
        Cost Explorer
        IAM control plane
        S3 bucket settings
        the primary region
        ");
        assert_eq!(found[0].dark, ["us-east-1 records", "us-east-1 health-checks"]);
        let elsewhere = "version = 1\nname = \"a\"\nenvironment = \"TEST\"\n[cost]\nenabled = false\n[regions.eu-west-1]\n\
                         role = \"primary\"\n[regions.eu-central-1]\nrole = \"standby\"\n";
        let names: Vec<_> = of(&Stack::parse(elsewhere).unwrap()).iter().map(|dependency| dependency.what).collect();
        assert_eq!(names, ["IAM control plane"]);
    }
}
