//! What the doctor found. With `--json` this is written as it is: `version` is 1, fields may be added, never taken
//! away.

use std::collections::BTreeMap;

use evac_core::{RegionId, Snapshot, Source, SourceId, Stack};
use evac_engine::EngineHandle;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::dependencies::{self, Dependency};

/// What was found.
#[derive(Debug, Serialize)]
pub struct Examination {
    version: u32,
    /// The stack.
    pub stack: String,
    /// The word for what a mistake would cost.
    pub environment: String,
    /// Where evac runs.
    pub from: Place,
    /// How fast the stack's clocks run against this machine's, as its file says: 1 for every real deployment.
    pub clock_rate: f64,
    /// Each region, in the order of the screen.
    pub regions: Vec<RegionState>,
    /// How many calls a day all sources make.
    pub calls_per_day: f64,
    /// What they cost a day, in USD, at list prices.
    pub usd_per_day: f64,
    /// What leans on us-east-1.
    pub us_east_1: Vec<Dependency>,
}

/// Where evac runs, as far as it can tell without asking anybody.
#[derive(Debug, Serialize)]
pub struct Place {
    /// The region of the environment, which AWS sets inside of its own services.
    pub region: Option<String>,
    /// True when a proxy of the environment stands between.
    pub proxy: bool,
}

/// What was found in a region.
#[derive(Debug, Serialize)]
pub struct RegionState {
    /// The region.
    pub region: RegionId,
    /// Who evac is there.
    pub identity: Option<Identity>,
    /// The profile of the AWS config that is used, if the stack names one.
    pub profile: Option<String>,
    /// How far the region's clock is ahead of this machine's: of its sources, the one furthest off.
    pub skew: Option<SignedDuration>,
    /// The endpoints that were asked, by service.
    pub endpoints: BTreeMap<String, String>,
    /// Each source.
    pub sources: Vec<SourceState>,
}

/// Who evac is.
#[derive(Debug, Serialize)]
pub struct Identity {
    /// The account.
    pub account: String,
    /// The user or role.
    pub arn: String,
    /// When the credentials end.
    pub expires_at: Option<Timestamp>,
    /// How long that is from now.
    pub expires_in: Option<SignedDuration>,
}

/// What was found of a source.
#[derive(Debug, Serialize)]
pub struct SourceState {
    /// The source.
    pub source: Source,
    /// True when it answered.
    pub reachable: bool,
    /// True when its region can be GO only while it answers.
    pub required: bool,
    /// How long its newest answer or failure took.
    pub took: Option<SignedDuration>,
    /// Why it did not answer; `None` also when nothing came yet.
    pub failure: Option<String>,
    /// How many calls a day it makes.
    pub calls_per_day: f64,
    /// What they cost a day, in USD.
    pub usd_per_day: f64,
    /// The calls that one question makes.
    pub operations: Vec<&'static str>,
}

impl Examination {
    /// What a snapshot and the ports behind it show.
    pub fn of(stack: &Stack, snapshot: &Snapshot, engine: &EngineHandle, connection: &evac_aws::Connection) -> Self {
        let now = engine.clock().now();
        let endpoints = connection.endpoints();
        let region = |(region, entry): (&RegionId, &evac_core::stack::Region)| {
            let asked = endpoints.iter().filter(|endpoint| endpoint.region == *region);
            let mut endpoints: BTreeMap<_, _> =
                asked.map(|endpoint| (endpoint.service.to_owned(), evac_core::text::clean(&endpoint.url))).collect();
            endpoints.extend(entry.probe.iter().map(|url| ("probe".to_owned(), evac_core::text::clean(url))));
            endpoints
                .extend(entry.kubernetes.iter().map(|context| ("kubernetes".to_owned(), format!("context {context}"))));
            RegionState {
                region: region.clone(),
                identity: identity(snapshot, region, now, stack.clock.rate),
                profile: stack.aws_access(region).profile,
                skew: skew(snapshot, region),
                endpoints,
                sources: sources(stack, snapshot, engine, region),
            }
        };
        let all = engine.calls();
        Self {
            version: 1,
            stack: stack.name.to_string(),
            environment: stack.environment.clone(),
            from: Place::of_environment(),
            clock_rate: stack.clock.rate,
            regions: stack.ordered_regions().map(region).collect(),
            calls_per_day: all.iter().map(evac_engine::SourceCalls::calls_per_day).sum(),
            usd_per_day: all.iter().map(evac_engine::SourceCalls::usd_per_day).sum(),
            us_east_1: dependencies::of(stack),
        }
    }

    /// True when every source answered.
    pub fn is_well(&self) -> bool {
        self.regions.iter().flat_map(|region| &region.sources).all(|source| source.reachable)
    }
}

impl Place {
    fn of_environment() -> Self {
        let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
        let proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        Self { region: region.map(|region| evac_core::text::clean(&region)), proxy: proxies.iter().any(set) }
    }
}

fn identity(snapshot: &Snapshot, region: &RegionId, now: Timestamp, rate: f64) -> Option<Identity> {
    let reading = snapshot.identity(region)?;
    let there = snapshot.signal(Source::Identity, region).map_or(now, |signal| signal.source_now(now, rate));
    Some(Identity {
        account: reading.account.to_string(),
        arn: reading.arn.to_string(),
        expires_at: reading.expires_at,
        expires_in: reading.expires_at.map(|end| end.duration_since(there)),
    })
}

fn skew(snapshot: &Snapshot, region: &RegionId) -> Option<SignedDuration> {
    let signals = snapshot.signals().filter(|(id, _)| id.region == *region);
    signals.filter_map(|(_, signal)| Some(signal.clock?.skew())).max_by_key(|skew| skew.abs())
}

fn sources(stack: &Stack, snapshot: &Snapshot, engine: &EngineHandle, region: &RegionId) -> Vec<SourceState> {
    let state = |source| {
        let id = SourceId { source, region: region.clone() };
        let calls = engine.calls().iter().find(|calls| calls.id == id);
        let signal = snapshot.signal(source, region);
        let failure = signal.and_then(|signal| signal.failure.as_ref());
        SourceState {
            source,
            reachable: signal.is_some() && failure.is_none(),
            required: source.is_required(),
            took: signal.map(|signal| signal.took),
            failure: failure.map(ToString::to_string),
            calls_per_day: calls.map_or(0.0, evac_engine::SourceCalls::calls_per_day),
            usd_per_day: calls.map_or(0.0, evac_engine::SourceCalls::usd_per_day),
            operations: calls.map_or_else(Vec::new, |calls| calls.calls.iter().map(|call| call.operation).collect()),
        }
    };
    Source::of(stack, region).into_iter().map(state).collect()
}
