//! A run from its beginning to its end, through as many lives of its runner as it takes.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use evac_core::{
    run::{RunId, RunOutcome, RunState},
    snapshot::SourceClock,
};
use evac_engine::run::{Means, Mirror, Order, Policy, RunEnd, RunError, WorldClock};
use tokio::time::sleep;

use crate::{
    bucket::Bucket,
    defect::Defect,
    fault::Fault,
    ground::Nature,
    hand::Hand,
    laws,
    life::{self, Life},
    machine::{Machine, ModelClock},
    mistake::Mistake,
    plans::{EAST, WEST, region},
    promises,
    shape::Shape,
    table::Table,
    world::{Made, World},
};

/// How long a lease is kept without a renewal.
pub const TTL: Duration = Duration::from_secs(20);
/// How many lives a run may take.
const LIVES: usize = 16;
/// How often a run that ended badly is taken up again, when nothing goes wrong any more.
const AGAIN: u32 = 3;

/// What operators do at a gate that stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtGate {
    /// They override it.
    Override,
    /// They abort the run.
    Abort,
    /// They wait.
    Wait,
}

/// A play: what is carried out, and what happens meanwhile.
#[derive(Debug, Clone)]
pub struct Play {
    /// The shape of the plan.
    pub shape: Shape,
    /// How the world takes it.
    pub nature: Nature,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// What is done at a closed gate.
    pub gate: AtGate,
    /// What is ordered, so long after the run began.
    pub orders: Vec<(Duration, Order)>,
    /// Whether another machine goes on, from the copy of the journal, when a runner ends.
    pub moves: bool,
    /// How many of the newest records its copy lacks then, as when a bucket was slow.
    pub behind: usize,
    /// How many of a hundred answers of the lease table are lost.
    pub lost: u32,
    /// When buckets are out of reach, counted from the start of the run, and for how long: the first bucket, then the
    /// second.
    pub outages: Vec<(Duration, Duration)>,
    /// Whether nothing takes time but the world itself: no network, no disk, and looks that follow each other at once.
    pub ideal: bool,
    /// Whether a run that was stopped where nothing takes back what it did goes on in spite of that.
    pub despite_abort: bool,
    /// A part that is broken.
    pub defect: Option<Defect>,
    /// What is wrong with the plan.
    pub mistake: Option<Mistake>,
    /// Draws everything.
    pub seed: u64,
}

impl Play {
    /// A play in which nothing goes wrong.
    pub fn of(shape: Shape) -> Self {
        let nature = Nature::default();
        Self {
            shape,
            nature,
            faults: Vec::new(),
            gate: AtGate::Wait,
            orders: Vec::new(),
            moves: false,
            behind: 0,
            lost: 0,
            outages: Vec::new(),
            ideal: false,
            despite_abort: false,
            defect: None,
            mistake: None,
            seed: 1,
        }
    }

    /// The same with these faults.
    pub fn with(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: faults.into_iter().collect(), ..self }
    }
}

/// How a life of a runner ended.
#[derive(Debug, Clone, PartialEq)]
pub enum LifeEnd {
    /// As it is meant to.
    Ended(RunEnd),
    /// It had to leave.
    Left(RunError),
    /// It was killed.
    Killed,
    /// It had come to its end before.
    Over(RunOutcome),
    /// It could not begin, or not go on.
    Refused(String),
    /// It went on for longer than any run does.
    Stuck,
}

/// What came of a play.
#[derive(Debug)]
pub struct Story {
    /// The ends of the runner's lives.
    pub ends: Vec<LifeEnd>,
    /// The journal on the disk of the machine that had the run last.
    pub journal: Vec<u8>,
    /// Where the run stands by its journal, if it ever began.
    pub state: Option<RunState>,
    /// How often the lease table was asked and written.
    pub lease_calls: usize,
    /// The calls that were made.
    pub made: Vec<Made>,
    /// The invariants that were broken.
    pub broken: Vec<String>,
    /// What happened, a line each.
    pub trace: Vec<String>,
}

impl Story {
    /// How the run ended at last.
    pub fn outcome(&self) -> Option<RunOutcome> {
        self.state.as_ref()?.finished.as_ref().map(|(outcome, _)| *outcome)
    }

    /// How it ended for the first time.
    pub fn first_outcome(&self) -> Option<RunOutcome> {
        self.ends.iter().find_map(|end| match end {
            LifeEnd::Ended(RunEnd::Finished(outcome)) | LifeEnd::Over(outcome) => Some(*outcome),
            _ => None,
        })
    }

    /// How often a step's call was made.
    pub fn calls(&self, step: &str) -> usize {
        self.made.iter().filter(|made| made.step.as_str() == step).count()
    }
}

/// The name of the run of a play.
pub fn run_name(name: &str) -> RunId {
    crate::plans::named(name, |name| RunId::parse(&name))
}

/// What is there in a play.
pub(crate) struct Stage {
    pub(crate) play: Play,
    pub(crate) run: RunId,
    pub(crate) world: Arc<World>,
    pub(crate) mirror: Mirror,
    /// How many of the orders have been given.
    pub(crate) ordered: AtomicUsize,
}

impl Stage {
    /// What a runner on a machine acts and looks through.
    pub(crate) fn means(&self, machine: &Arc<Machine>, clock: Arc<ModelClock>) -> Means {
        let hand = Arc::new(Hand { world: self.world.clone(), machine: machine.clone() });
        let here = evac_engine::Clock::now(&*clock);
        let (rate, seen) = (self.play.nature.pace, SourceClock { source: self.world.now(), here });
        let policy = Policy {
            rate,
            look: Duration::from_secs(5),
            shortest_pause: Duration::from_millis(if self.play.ideal { 10 } else { 250 }),
            longest_pause: Duration::from_millis(if self.play.ideal { 10 } else { 2_000 }),
            settle_looks: 3,
            settle_window: Duration::from_secs(30),
            seed: self.play.seed,
        };
        let clock = WorldClock::new(clock, rate, Some(seen));
        let command: evac_engine::run::Command = Arc::new(|call| format!("{call:?}"));
        Means { actor: hand.clone(), observer: hand, mirror: self.mirror.clone(), clock, policy, command }
    }
}

/// Plays a play on a runtime of its own, whose time is that of the play alone.
///
/// # Errors
/// When there can be no runtime.
pub fn play(play: Play) -> std::io::Result<Story> {
    fastrand::seed(play.seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(Box::pin(perform(play))))
}

async fn perform(play: Play) -> Story {
    let table = Table::new(play.seed, play.lost);
    let world = World::new(&play, table);
    let buckets = [WEST, EAST].map(|name| Arc::new(Bucket::new(region(name))));
    if let Some(after) = world.elsewhere_after() {
        let world = world.clone();
        tokio::spawn(async move {
            sleep(after).await;
            world.move_writer_elsewhere();
        });
    }
    for (bucket, (after, length)) in buckets.iter().cloned().zip(play.outages.clone()) {
        tokio::spawn(async move {
            sleep(after).await;
            bucket.cut_off(length);
        });
    }
    let buckets = buckets.map(|bucket| bucket as Arc<_>).into();
    let mirror = Mirror { prefix: "evac/runs/".to_owned(), buckets, patience: Duration::from_secs(5) };
    let stage = Stage { run: run_name("20261125-031204-model"), world, mirror, ordered: AtomicUsize::new(0), play };
    let mut machines = [Machine::new("one"), Machine::new("two")];
    let (mut ends, mut again) = (Vec::new(), 0);
    while ends.len() < LIVES {
        let Life { end, live } = life::live(&stage, &machines[0], ends.len()).await;
        stage.world.note(format!("{} ends: {end:?}", machines[0].name));
        let finished = matches!(end, LifeEnd::Ended(RunEnd::Finished(_)));
        laws::at_end_of_life(&stage.world, &machines[0].disk(), live.as_ref(), finished);
        if let LifeEnd::Left(RunError::LeaseLost { .. }) = &end {
            laws::at_loss(&stage.world, &machines[0].name);
        }
        ends.push(end.clone());
        match end {
            LifeEnd::Ended(RunEnd::Finished(outcome)) | LifeEnd::Over(outcome) => {
                laws::at_release(&stage);
                let over = again == AGAIN
                    || match outcome {
                        RunOutcome::Done => true,
                        RunOutcome::Aborted => stage.world.inside().displaced || !life::goes_on(&stage, &machines[0]),
                        RunOutcome::Failed | RunOutcome::Unknown => false,
                    };
                // Some take a run up again while things still go wrong; the others when all that was on its way is
                // there.
                let hasty = !over && again == 0 && stage.play.seed.is_multiple_of(2);
                sleep(if hasty { Duration::from_secs(20) } else { Duration::from_mins(20) }).await;
                if let Ok(state) = machines[0].durable()
                    && !hasty
                {
                    laws::at_end(&stage.world, &state, over);
                    promises::at_end(&stage.world, &state, over);
                }
                if over {
                    break;
                }
                again += 1;
                if !hasty {
                    stage.world.heal();
                }
            }
            LifeEnd::Stuck => {
                stage.world.breaks("the run does not come to an end");
                break;
            }
            // A lease table that is out of reach is asked again for as long as it takes.
            LifeEnd::Refused(why)
                if !why.starts_with("the lease cannot be asked for")
                    && ends.iter().rev().take(5).all(|end| matches!(end, LifeEnd::Refused(_)))
                    && ends.len() > 5 =>
            {
                stage.world.breaks(format!("the run cannot be taken up again: {why}"));
                break;
            }
            LifeEnd::Refused(_) => sleep(Duration::from_secs(30)).await,
            LifeEnd::Ended(RunEnd::HandedOver) => {
                laws::at_release(&stage);
                if life::take_over(&stage, &machines[1]).await {
                    machines.swap(0, 1);
                }
            }
            LifeEnd::Left(_) | LifeEnd::Killed => {
                if stage.play.moves && life::take_over(&stage, &machines[1]).await {
                    machines.swap(0, 1);
                }
            }
        }
    }
    let (journal, state) = (machines[0].disk(), machines[0].durable().ok());
    let world = &stage.world;
    let lease_calls = world.table.calls();
    Story { ends, journal, state, lease_calls, made: world.made(), broken: world.broken(), trace: world.trace() }
}
