//! Every wire fault on every source: the source says what is wrong, its region is UNKNOWN and no other is, the screen
//! goes on, and all heals when the fault ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod live;
mod pty_support;

use evac_core::{Source, SourceErrorKind, Verdict, snapshot::Freshness};
use evac_sim::{Fault, FaultTarget, topology::Region};
use live::{Live, region};
use pty_support::{Terminal, command};

/// Faults that a probe minds, of which the head is all that counts: one in the body is none to it, and an error status is
/// an answer, which makes the region NO-GO.
fn probe_minds(fault: Fault) -> bool {
    matches!(fault, Fault::Refuse | Fault::Hang | Fault::Reset | Fault::Delay { .. })
}

/// The kinds of failure that a fault may be seen as.
fn kinds(fault: Fault) -> &'static [SourceErrorKind] {
    use SourceErrorKind::*;
    match fault {
        Fault::Refuse | Fault::Reset => &[Unreachable],
        Fault::Hang | Fault::Delay { .. } => &[Timeout],
        Fault::Http500 | Fault::Http503 => &[Service, Throttled, Unreachable],
        Fault::Throttle => &[Throttled],
        Fault::Truncate => &[Unreachable, Malformed],
        Fault::Garbage => &[Malformed, Service],
        // What of an answer could be read may be enough: then the source is not failed but wrong.
        Fault::WrongType => &[Malformed, Service, NotFound, Setup],
        // A source only reads.
        Fault::LostAnswer | Fault::LostRequest | Fault::CutAnswer => &[],
    }
}

const LATE: Fault = Fault::Delay { milliseconds: 60_000 };

const FAULTS: [Fault; 9] = [
    Fault::Refuse,
    Fault::Hang,
    Fault::Reset,
    Fault::Http500,
    Fault::Http503,
    Fault::Throttle,
    Fault::Truncate,
    LATE,
    Fault::Garbage,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_source_tells_every_wire_fault_and_heals() {
    let live = Live::start(20).await;
    live.wait_until("all regions are GO", |_, now| now.regions.values().all(|region| region.verdict == Verdict::Go))
        .await;
    let mut screen = command(env!("CARGO_BIN_EXE_evac"));
    screen.env("HOME", live.directory.path());
    screen.arg("--stack");
    screen.arg(live.directory.path().join("stack.toml"));
    let mut screen = Terminal::open(120, 40, screen).unwrap();
    screen.wait_for("GO").unwrap();

    // The control plane's region suffers with the target, for what is global is asked there.
    let suffering = [Region::UsWest2, Region::UsEast1];
    for fault in FAULTS {
        for at in suffering {
            live.simulator.set_fault(FaultTarget { region: Some(at.into()), service: None }, fault).await;
        }
        for at in suffering.map(Region::name) {
            let sources = Source::of(&live.stack, &region(at));
            // Costs are kept on disk for hours, and an outage of their source is none of the watch's.
            let sources = sources.into_iter().filter(|source| *source != Source::Cost);
            // What is asked anywhere is asked elsewhere when a region fails: that it goes on is what it is for.
            let sources = sources.filter(|source| source.is_global() || !source.is_about_nowhere());
            for source in sources.filter(|source| *source != Source::Probe || probe_minds(fault)) {
                live.engine.poll_now(Some(&evac_core::SourceId { source, region: region(at) }));
                let what = format!("{source:?} in {at} tells of {fault}");
                live.wait_until(&what, |snapshot, _| {
                    let failure = snapshot.signal(source, &region(at)).and_then(|signal| signal.failure.as_ref());
                    failure.is_some_and(|failure| kinds(fault).contains(&failure.kind))
                })
                .await;
            }
        }
        let told = live
            .wait_until("the verdicts", |_, now| {
                suffering.iter().all(|at| now.regions[&region(at.name())].verdict != Verdict::Go)
            })
            .await;
        for at in suffering.map(Region::name) {
            let expected = if matches!(fault, Fault::Http500 | Fault::Http503 | Fault::Throttle) {
                [Verdict::NoGo, Verdict::Unknown]
            } else {
                [Verdict::Unknown, Verdict::Unknown]
            };
            assert!(expected.contains(&told.regions[&region(at)].verdict), "{at} under {fault}: {:#?}", told.regions);
        }
        assert_eq!(told.regions[&region("eu-west-1")].verdict, Verdict::Go, "eu-west-1 under {fault}");
        // The screen shows it, and answers a key.
        let told = |text: &str| text.contains("UNKNOWN") || text.contains("NO-GO");
        screen.wait_until(&format!("{fault} was told"), |screen| told(&screen.contents())).unwrap();
        screen.send(b"?").unwrap();
        screen.wait_for("quit").unwrap();
        screen.send(b"\x1b").unwrap();

        live.simulator.clear_faults(FaultTarget::default()).await;
        live.engine.poll_now(None);
        live.wait_until(&format!("all heals after {fault}"), |_, now| {
            let fresh = |region: &evac_core::assessment::RegionAssessment| {
                region.signals.iter().all(|signal| signal.freshness == Freshness::Fresh)
            };
            now.regions.values().all(|region| region.verdict == Verdict::Go && fresh(region))
        })
        .await;
    }
    let calm = |text: &str| !text.contains("UNKNOWN") && !text.contains("NO-GO");
    screen.wait_until("all is GO again", |screen| calm(&screen.contents())).unwrap();
    screen.send(b"q").unwrap();
    assert!(screen.wait().unwrap().success());
    live.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_of_the_wrong_type_never_make_a_region_go_and_never_reach_the_screen_raw() {
    let live = Live::start(20).await;
    live.wait_until("all regions are GO", |_, now| now.regions.values().all(|region| region.verdict == Verdict::Go))
        .await;
    live.simulator
        .set_fault(FaultTarget { region: Some(Region::UsWest2.into()), service: None }, Fault::WrongType)
        .await;
    live.engine.poll_now(None);
    let told =
        live.wait_until("us-west-2 is not GO", |_, now| now.regions[&region("us-west-2")].verdict != Verdict::Go).await;
    let texts = told.findings.iter().flat_map(|finding| [&finding.text, &finding.evidence]);
    for text in texts {
        assert!(!text.chars().any(evac_core::text::is_hostile), "{text:?}");
        assert!(text.chars().count() < 1_000, "a text of {} characters", text.chars().count());
    }
    live.simulator.clear_faults(FaultTarget::default()).await;
    live.engine.poll_now(None);
    live.wait_until("all heals", |_, now| now.regions.values().all(|region| region.verdict == Verdict::Go)).await;
    live.stop().await;
}
