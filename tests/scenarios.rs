//! Each simulated disaster, seen by the production code over real sockets at a fixed virtual moment: what evac says of
//! it is golden. The clocks stand still, so the same is said every time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod live;

use std::{fmt::Write, sync::Arc, time::Duration};

use evac_core::{Assessment, Source};
use evac_engine::Clock;
use evac_sim::{Options, Simulator};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use live::Live;

/// How long what is said may take to be what was said before: never reached when all is well.
const PATIENCE: Duration = Duration::from_secs(40);

/// A clock that stands still.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// How long after its beginning each scenario is looked at: when it has become what its name says.
fn minutes(scenario: &str) -> i64 {
    match scenario {
        "crr-backlog" => 40,
        "aurora-stall" => 18,
        _ => 12,
    }
}

async fn look(scenario: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let options = Options { start: Some(start), seed: 7, ..Options::new(directory.path()) };
    let simulator = Simulator::start(options).await.unwrap();
    simulator.clock().pause();
    simulator.trigger(scenario).unwrap();
    // Minute by minute, as the world would live through it.
    let length = SignedDuration::from_mins(minutes(scenario));
    let elapsed = simulator.clock().now().duration_since(start);
    simulator.clock().advance(length - elapsed);
    simulator.catch_up();
    simulator.settle().await;
    let now = simulator.clock().now();
    let live = Live::watch(simulator, directory, Arc::new(Still(now))).await;
    live.wait_until("every source has answered or failed", |snapshot, _| {
        live.stack.regions.keys().all(|region| {
            Source::of(&live.stack, region).iter().all(|source| snapshot.signal(*source, region).is_some())
        })
    })
    .await;
    // On a busy machine an answer can come too late once, and comes the next time it is asked for: what stays so counts.
    let before = golden(scenario);
    let is_as_before = |_: &_, assessment: &_| before.as_ref().is_none_or(|before| told(assessment) == *before);
    let text = match tokio::time::timeout(PATIENCE, live.wait_until("what was said before", is_as_before)).await {
        Ok(assessment) => told(&assessment),
        Err(_) => told(&live.assess(&live.engine.snapshots().borrow().clone())),
    };
    live.stop().await;
    text
}

/// What was said of a scenario before.
fn golden(scenario: &str) -> Option<String> {
    let path = format!("{}/tests/scenarios/{scenario}.snap", env!("CARGO_MANIFEST_DIR"));
    let snapshot = std::fs::read_to_string(path).ok()?;
    Some(snapshot.splitn(3, "---\n").nth(2)?.to_owned())
}

fn told(assessment: &Assessment) -> String {
    let mut text = format!("{} as a whole\n", assessment.verdict);
    for (id, region) in &assessment.regions {
        writeln!(text, "{id}: {} {}", region.role.word(), region.verdict).unwrap();
        let mut reasons: Vec<_> =
            region.reasons.iter().map(|reason| (reason.verdict.word(), reason.code.name())).collect();
        reasons.sort_unstable();
        reasons.dedup();
        for (verdict, code) in reasons {
            writeln!(text, "  {verdict} for {code}").unwrap();
        }
    }
    let mut findings: Vec<_> = assessment
        .findings
        .iter()
        .map(|finding| {
            let region = finding.region.as_ref().map_or("-", |region| region.as_str());
            format!("{} {} {region}", finding.severity.word(), finding.code)
        })
        .collect();
    findings.dedup();
    for finding in findings {
        writeln!(text, "{finding}").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_of_each_disaster_is_golden() {
    // A few side by side, for most of the time goes into waiting for servers that hang.
    let looks = evac_sim::scenarios().iter().map(|scenario| async move { (scenario, look(scenario.name).await) });
    let mut looks = futures::stream::iter(looks).buffered(4);
    while let Some((scenario, told)) = looks.next().await {
        insta::with_settings!({ snapshot_path => "scenarios", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(scenario.name, told);
        });
    }
}
