//! Another run on the same stack.

use std::{sync::Arc, time::Duration};

use evac_core::{reading::LastRun, run::RunId};
use evac_engine::run::{Claim, JournalHead, Lease};
use tokio::time::sleep;

use crate::{
    play::{TTL, run_name},
    world::World,
};

/// Takes the lease when its holder has fallen silent, keeps it for a while, and gives it back.
pub(crate) async fn take(world: Arc<World>) {
    let claim = Claim {
        run: run_name("rival"),
        holder: "somebody on rival".to_owned(),
        purpose: "another run".to_owned(),
        ttl: TTL,
        epoch: None,
        dead: false,
    };
    let clock = world.here.clone();
    loop {
        match Lease::acquire(Arc::new(world.table.seat("rival")), claim.clone(), clock.clone()).await {
            Ok(mut taken) => {
                world.note("the rival has the lease");
                world.inside().displaced = true;
                taken.lease.note_head(JournalHead {
                    displaced: false,
                    run: claim.run.as_str().to_owned(),
                    number: 3,
                    hash: "of its own".to_owned(),
                    epoch: taken.before.lease.epoch + 1,
                });
                sleep(Duration::from_secs(30)).await;
                let _ = taken.lease.release(Some(last(&claim.run, &world))).await;
                return world.note("the rival gave the lease back");
            }
            // It is there for this alone.
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    }
}

fn last(run: &RunId, world: &World) -> LastRun {
    LastRun { run: run.as_str().to_owned(), outcome: "DONE".to_owned(), ended_at: world.now(), acknowledged_by: None }
}
