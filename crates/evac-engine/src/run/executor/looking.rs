use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use evac_core::{
    SourceError,
    plan::{Check, Step, StepId},
    run::{Event, Receipt},
    text::age,
};
use tokio::time::{Instant, sleep, timeout};

use super::{Executor, Stopped};
use crate::{Sight, run::mirror::late};

/// Words that change faster than this, in the world's time, are not all recorded.
const SPOKEN: Duration = Duration::from_secs(2);
/// Looks become rarer the longer something takes: they come this many times in the time passed so far.
const LOOKS: u32 = 50;

/// What watching something came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// It holds.
    Met(String),
    /// It will not come to hold.
    Never(String),
    /// It was looked at often and long enough to say that nothing was done for it.
    Untouched(String),
    /// It was under way, and then looked at often and long enough to say that nothing came of it.
    Undone(String),
    /// Time ran out; what was seen last.
    Late(String),
}

/// What is watched, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) step: &'a Step,
    pub(super) check: &'a Check,
    /// Until when; `None` is for ever, and even what can never hold is looked at again.
    pub(super) until: Option<Instant>,
    /// What is found out when nothing is seen to be done.
    pub(super) asks: Asks,
}

/// What is found out by looking, beside whether it holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asks {
    /// Nothing more: it is waited for.
    Whether,
    /// Whether what was taken comes to nothing after it was under way.
    WhatCame,
    /// That too, and whether a call without an answer was made, which counts as given up since then.
    WhetherMade(Instant),
}

/// Jitter, and when each step last said what it waits for.
#[derive(Debug)]
pub(super) struct Pacer {
    random: Mutex<fastrand::Rng>,
    spoken: Mutex<BTreeMap<StepId, Instant>>,
}

impl Pacer {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Mutex::new(fastrand::Rng::with_seed(seed)), spoken: Mutex::default() }
    }

    /// A length that is up to a tenth shorter or longer.
    pub(super) fn jittered(&self, length: Duration) -> Duration {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        length.mul_f64(0.9 + 0.2 * random.f64())
    }

    fn may_speak(&self, step: &StepId, apart: Duration) -> bool {
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = spoken.get(step).is_none_or(|last| last.elapsed() >= apart);
        if silent {
            spoken.insert(step.clone(), Instant::now());
        }
        silent
    }
}

impl Executor {
    /// Looks once, within bounds.
    pub(super) async fn look(&self, step: &Step, check: &Check) -> Result<Sight, SourceError> {
        let receipt = self.state(|state| state.steps.get(&step.id).map(|step| step.receipt.clone()));
        let receipt: Receipt = receipt.unwrap_or_default();
        match timeout(self.means.policy.look, self.means.observer.observe(check, &receipt)).await {
            Ok(look) => {
                if let Some(clock) = look.source_clock {
                    self.means.clock.show(clock);
                }
                look.sight
            }
            Err(_) => Err(late()),
        }
    }

    /// Looks again and again, until it is known what became of something or time runs out.
    pub(super) async fn watch(&self, watch: Watch<'_>) -> Result<Seen, Stopped> {
        let policy = &self.means.policy;
        let (began, mut untouched, mut under_way) = (Instant::now(), 0, false);
        let mut idle = if let Asks::WhetherMade(since) = watch.asks { Some(since) } else { None };
        // One look asks many things at once, and whichever fails first is told: it is no news that it was another.
        let mut failed: Option<SourceError> = None;
        let lasting = watch.check.lasting();
        let mut met: Option<Instant> = None;
        loop {
            let asked = Instant::now();
            let sight = tokio::select! {
                biased;
                sight = self.look(watch.step, watch.check) => sight,
                () = self.stop.wait() => return Err(Stopped),
            };
            if !matches!(sight, Ok(Sight::Met { .. })) {
                met = None;
            }
            let seen = match sight {
                // Seen from the answer on: it may have been otherwise while the look was under way.
                Ok(Sight::Met { evidence }) => {
                    let since = met.get_or_insert_with(Instant::now);
                    if lasting.is_zero() || since.elapsed() >= policy.real_of(lasting) {
                        return Ok(Seen::Met(evidence));
                    }
                    format!("{evidence}; what was answered before is kept for {} at most", age(lasting))
                }
                Ok(Sight::Never { why }) if watch.until.is_some() => return Ok(Seen::Never(why)),
                Ok(Sight::Never { why }) => why,
                Ok(Sight::Underway { on }) => {
                    (under_way, untouched) = (true, 0);
                    idle = (!matches!(watch.asks, Asks::Whether)).then(Instant::now);
                    on
                }
                Ok(Sight::Untouched { on }) => {
                    untouched += 1;
                    let long = idle.is_some_and(|since| {
                        asked.saturating_duration_since(since) >= policy.real(policy.settle_window)
                    });
                    if long && untouched >= policy.settle_looks {
                        let looked = format!("{on}, by {untouched} looks");
                        return Ok(if under_way { Seen::Undone(looked) } else { Seen::Untouched(looked) });
                    }
                    on
                }
                Err(error) => {
                    let told = failed.take().filter(|told| told.kind == error.kind).unwrap_or(error);
                    format!("no answer to looking: {}", failed.insert(told))
                }
            };
            self.tell(watch.step, &seen).await?;
            let left = watch.until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(Seen::Late(seen));
            }
            let pause =
                (began.elapsed() / LOOKS).clamp(policy.real(policy.shortest_pause), policy.real(policy.longest_pause));
            let pause = self.pacer.jittered(pause).min(left.unwrap_or(Duration::MAX));
            tokio::select! {
                biased;
                () = sleep(pause) => {}
                () = self.stop.wait() => return Err(Stopped),
            }
        }
    }

    /// Records what a step waits for, when it is something else than before.
    async fn tell(&self, step: &Step, on: &str) -> Result<(), Stopped> {
        let stops = step.closing.is_none() && self.state(|state| state.abort.is_some());
        let on = &if stops { format!("{on}; the run stops when this has ended") } else { on.to_owned() };
        let said = |on: &str| {
            self.state(|state| state.steps.get(&step.id).and_then(|step| step.waiting_on.as_deref()) == Some(on))
        };
        if said(on) || !self.pacer.may_speak(&step.id, self.means.policy.real(SPOKEN)) {
            return Ok(());
        }
        // The step may have been ended by an order meanwhile.
        self.record_if_legal(Event::Waiting { step: step.id.clone(), on: on.to_owned() }).await.map(|_| ())
    }
}
