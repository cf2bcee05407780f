//! A run whose machine is gone, and whose journal cannot be believed: what it goes on by is the copy in another region.

use std::fs;

use evac_core::run::Event;

use crate::{
    desk::{Desk, refused},
    processes::answered,
    world::{HURRY, PACE, World},
};

impl World {
    /// Waits until a copy of a run's journal tells of something, to a machine that has none of its own.
    #[track_caller]
    fn wait_for_copy(&self, desk: &Desk<'_>, run: &str, words: &str) {
        let told = || desk.evac(&["attach", run, "--once"]).stdout.contains(words);
        self.wait_until(&format!("a copy of {run} tells of `{words}`"), told);
    }
}

/// The machine that began a failover is lost with its region, and the one that goes on with it has never seen that
/// region: what it needs to know stands in the plan.
#[test]
fn a_machine_that_has_never_seen_the_lost_region_goes_on_with_a_failover_from_it() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    world.lose_primary();
    let run = ada.detach(&["failover", "--to", "us-west-2"]);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is taken", answered("promote"));
    world.speed(1);
    world.wait_for_copy(&ben, &run, "promote");
    world.kill_both(&ada, &run);

    ben.done(&["resume", &run, "--detach"]);
    // It has looked for copies in each bucket, for it did not know which region is lost. From here on it does.
    let before = world.turned_to("us-east-1");
    world.speed(HURRY);
    let told = ben.done(&["attach", &run]);
    assert_eq!(world.turned_to("us-east-1"), before, "connections and requests to a region that is lost");
    assert!(told.contains("DONE fence: ") && told.contains("DONE serving: "), "{told}");
    world.verified(&ben, &run);
    let by_ben = |event: &Event| matches!(event, Event::Resumed { runner, .. } if runner.operator.starts_with("ben@"));
    assert!(ben.journal(&run).records.iter().any(|record| by_ben(&record.event)));
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.changes_of("FailoverGlobalCluster").len(), 1);
    assert!(world.changes().iter().all(|change| change.region != "us-east-1"), "{:#?}", world.changes());
    assert_eq!(world.users_go_to("us-west-2"), "us-west-2");
}

#[test]
fn a_run_whose_journal_was_damaged_goes_on_by_its_copy_and_the_damaged_one_is_kept() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&["switchover", "--to", "us-west-2"]);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is taken", answered("promote"));
    world.speed(1);
    world.wait_for_copy(&ben, &run, "promote");
    world.kill_both(&ada, &run);
    let folder = ada.state().join("runs").join(&run);
    let mut bytes = fs::read(folder.join("journal.jsonl")).unwrap();
    // A bit of the record in the middle, which says what was done.
    let ends: Vec<_> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place).collect();
    let number = ends.len() / 2;
    bytes[ends[number] - 10] ^= 1;
    fs::write(folder.join("journal.jsonl"), &bytes).unwrap();

    let damage = format!("the journal is damaged at record {}", number + 1);
    refused(&ada.evac(&["attach", &run]), &[&damage, &format!("`evac resume {run}` goes on by a copy")]);
    let listed = &ada.runs()[0];
    assert_eq!((&listed["run"], &listed["state"]), (&run.as_str().into(), &"DAMAGED".into()), "{listed:#}");
    assert!(listed["damage"].as_str().unwrap().contains(&damage), "{listed:#}");

    world.speed(PACE);
    ada.done(&["resume", &run]);
    world.verified(&ada, &run);
    assert_eq!(fs::read(folder.join("journal.old-1")).unwrap(), bytes, "it is kept as it was found");
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(ada.runs()[0]["state"], "DONE");
}
