//! Who may act on a stack: the lease, taken, kept, lost and given back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/leases.rs"]
mod leases;

use std::{sync::Arc, time::Duration};

use evac_core::run::RunId;
use evac_engine::run::{JournalHead, Lease, NotTaken};
use jiff::SignedDuration;
use leases::{Woken, acquire, acquire_by, lease, resumed, run_id};

#[tokio::test(start_paused = true)]
async fn a_live_holder_keeps_the_lease_and_a_silent_one_loses_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = lease(folder.path(), run_id(), None).await.unwrap();
    let other = RunId::parse("another").unwrap();
    let refused = lease(folder.path(), other.clone(), None).await;
    assert!(matches!(refused, Err(NotTaken::Busy(_))), "{refused:?}");
    drop(first);
    let second = lease(folder.path(), other, None).await.unwrap();
    assert_eq!(second.before.lease.epoch, 1);
    assert_eq!(second.lease.valid_epoch(), Some(2));
}

/// Begins to record under a lease, and tells it so.
async fn records(lease: &Lease, run: &RunId) {
    lease.note_head(JournalHead {
        run: run.as_str().to_owned(),
        number: 3,
        hash: "ab".repeat(32),
        epoch: 1,
        displaced: false,
    });
    // Longer than it goes without a renewal.
    tokio::time::sleep(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn only_a_run_that_began_to_record_displaces_one_that_fell_silent() {
    let [newcomer, later] = ["newcomer", "later"].map(|name| RunId::parse(name).unwrap());
    // Whether the newcomer begins to record, and whether it gives the lease back or falls silent itself.
    for (begins, gives_back) in [(false, true), (true, true), (true, false)] {
        let folder = tempfile::tempdir().unwrap();
        let first = lease(folder.path(), run_id(), None).await.unwrap().lease;
        records(&first, &run_id()).await;
        drop(first);
        let mut taken = lease(folder.path(), newcomer.clone(), None).await.unwrap().lease;
        if begins {
            records(&taken, &newcomer).await;
        }
        if gives_back {
            taken.release(None).await.unwrap();
        }
        drop(taken);
        // One more that asks for it and is refused changes nothing.
        lease(folder.path(), later.clone(), None).await.unwrap().lease.release(None).await.unwrap();
        let again = resumed(folder.path(), 1).await;
        assert_eq!(again.displaced, begins, "begins: {begins}, gives back: {gives_back}");
        let head = again.before.head.map(|head| head.run);
        assert_eq!(head.as_deref() == Some(run_id().as_str()), !begins, "{head:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_void_for_a_run_is_so_for_whoever_goes_on_with_it_after_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let first = lease(folder.path(), run_id(), None).await.unwrap().lease;
    records(&first, &run_id()).await;
    drop(first);
    let other = RunId::parse("other").unwrap();
    let mut taken = lease(folder.path(), other.clone(), None).await.unwrap().lease;
    records(&taken, &other).await;
    taken.release(None).await.unwrap();
    // Whoever goes on with a copy that does not tell yet is told by the lease, however often it was left since.
    for _ in 0..2 {
        let mut taken = acquire(folder.path(), run_id(), Some(1), false).await.unwrap();
        assert!(taken.displaced);
        records(&taken.lease, &run_id()).await;
        taken.lease.release(None).await.unwrap();
    }
    assert!(!lease(folder.path(), other, None).await.unwrap().displaced, "it is void for nobody else");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_wakes_from_sleep_has_no_lease_until_it_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let woken = Arc::new(Woken::default());
    let taken = acquire_by(folder.path(), run_id(), None, false, woken.clone()).await.unwrap();
    let asleep = taken.lease;
    assert_eq!(asleep.valid_epoch(), Some(1));
    *woken.0.lock().unwrap() = SignedDuration::from_hours(8);
    assert_eq!(asleep.valid_epoch(), None, "nobody knows who has had it meanwhile");
    let mut status = asleep.status();
    status.mark_unchanged();
    status.changed().await.unwrap();
    assert_eq!(asleep.valid_epoch(), Some(1), "nobody had: it is renewed");
    *woken.0.lock().unwrap() = SignedDuration::ZERO;
    assert_eq!(asleep.valid_epoch(), Some(1), "a clock that is set back makes nothing last longer");
}
