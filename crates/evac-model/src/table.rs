//! The lease table, asked over a network that loses answers.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use evac_core::reading::LeaseReading;
use evac_engine::run::{LeaseFailure, LeaseItem, LeaseStore};
use futures::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, sleep};

use crate::defect::Defect;

/// The table, with the item of one stack.
#[derive(Debug)]
pub struct Table {
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    item: Option<LeaseItem>,
    gone: BTreeMap<String, Instant>,
    random: fastrand::Rng,
    calls: usize,
    /// How many of a hundred answers are lost.
    lost: u32,
}

impl Table {
    /// A table of which so many answers in a hundred are lost.
    pub fn new(seed: u64, lost: u32) -> Arc<Self> {
        let random = fastrand::Rng::with_seed(seed);
        Arc::new(Self { inside: Mutex::new(Inside { item: None, gone: BTreeMap::new(), random, calls: 0, lost }) })
    }

    /// What is in it.
    pub fn item(&self) -> Option<LeaseItem> {
        self.inside().item.clone()
    }

    /// How often it was asked and written.
    pub fn calls(&self) -> usize {
        self.inside().calls
    }

    /// Cuts a machine off from it for a while.
    pub fn cut_off(&self, machine: &str, how_long: Duration) {
        self.inside().gone.insert(machine.to_owned(), Instant::now() + how_long);
    }

    /// Whether any machine is cut off from it now.
    pub fn is_cut_off(&self) -> bool {
        self.inside().gone.values().any(|until| Instant::now() < *until)
    }

    /// How a machine asks it.
    pub fn seat(self: &Arc<Self>, machine: &str) -> Seat {
        Seat { table: self.clone(), machine: machine.to_owned(), defect: None, written: AtomicBool::new(false) }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exchange(&self, item: &LeaseItem) -> Result<(), LeaseFailure> {
        let mut inside = self.inside();
        let there = inside.item.as_ref().map_or(0, |item| item.version);
        if there + 1 != item.version {
            return Err(LeaseFailure::Conflict);
        }
        inside.item = Some(item.clone());
        Ok(())
    }
}

/// A machine's way to the table.
#[derive(Debug)]
pub struct Seat {
    table: Arc<Table>,
    machine: String,
    pub(crate) defect: Option<Defect>,
    written: AtomicBool,
}

impl Seat {
    /// The way of a question or an answer; false when it is lost, after everybody has given it up or soon.
    async fn travel(&self) -> bool {
        let (length, lost) = {
            let mut inside = self.table.inside();
            let lost = inside.random.u32(0..100) < inside.lost;
            (Duration::from_millis(inside.random.u64(1..60)), lost)
        };
        sleep(length).await;
        !lost
    }

    /// What is in the table, as this machine sees it.
    fn seen(&self) -> Option<LeaseItem> {
        let mut item = self.table.item()?;
        if self.is_deceived()
            && let Some(holder) = &mut item.lease.holder
        {
            holder.run = "of nobody".to_owned();
        }
        Some(item)
    }

    /// Defective: who has taken the lease is told of another.
    fn is_deceived(&self) -> bool {
        self.defect == Some(Defect::LeaseToldLost) && self.written.load(Ordering::Relaxed)
    }

    fn reached(&self) -> Result<(), LeaseFailure> {
        let gone = self.table.inside().gone.get(&self.machine).is_some_and(|until| Instant::now() < *until);
        if gone { Err(LeaseFailure::Refused("no connection".to_owned())) } else { Ok(()) }
    }
}

impl LeaseStore for Seat {
    fn read(&self) -> BoxFuture<'_, Result<Option<LeaseItem>, LeaseFailure>> {
        async move {
            self.table.inside().calls += 1;
            self.reached()?;
            let item = if self.travel().await { Ok(self.seen()) } else { Err(lost()) };
            sleep(Duration::from_millis(5)).await;
            item
        }
        .boxed()
    }

    fn write<'a>(&'a self, item: &'a LeaseItem) -> BoxFuture<'a, Result<(), LeaseFailure>> {
        async move {
            let forgetful = LeaseItem { lease: LeaseReading { last: None, ..item.lease.clone() }, ..item.clone() };
            let item = if self.defect == Some(Defect::LeaseForgetsRun) { &forgetful } else { item };
            if self.is_deceived() {
                return Err(LeaseFailure::Conflict);
            }
            let unwritten = match self.defect {
                Some(Defect::LeaseIgnored) => self.table.item().is_some(),
                Some(Defect::LeaseKept) => item.lease.holder.is_none(),
                _ => false,
            };
            if unwritten {
                return Ok(());
            }
            self.table.inside().calls += 1;
            self.reached()?;
            if !self.travel().await {
                // It may still arrive, long after it was given up.
                let (table, item) = (self.table.clone(), item.clone());
                let (arrives, after) = {
                    let mut inside = self.table.inside();
                    (inside.random.bool(), Duration::from_millis(inside.random.u64(0..15_000)))
                };
                if arrives {
                    tokio::spawn(async move {
                        sleep(after).await;
                        // Nobody hears whether it was in time.
                        let _ = table.exchange(&item);
                    });
                }
                return Err(lost());
            }
            let written = self.table.exchange(item);
            self.written.fetch_or(written.is_ok(), Ordering::Relaxed);
            if self.travel().await { written } else { Err(lost()) }
        }
        .boxed()
    }
}

fn lost() -> LeaseFailure {
    LeaseFailure::Unknown("the answer was lost".to_owned())
}
