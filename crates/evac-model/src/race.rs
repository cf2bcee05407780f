//! Two operators on two machines, each with a run of his own for the same stack.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use evac_core::ids::RegionId;
use evac_engine::run::Mirror;
use tokio::time::sleep;

use crate::{
    life,
    machine::Machine,
    play::{LifeEnd, Play, Stage, run_name},
    shape::Shape,
    table::Table,
    world::World,
};

/// The machines of the two operators.
const MACHINES: [&str; 2] = ["one", "two"];
/// How far apart they may begin: about as long as it takes to ask for the lease.
const APART: Duration = Duration::from_millis(250);

/// A race.
#[derive(Debug, Clone)]
pub struct Race {
    /// What each of them wants.
    pub shapes: [Shape; 2],
    /// When the first is cut off from the lease table and for how long. The second then asks until he has the lease.
    pub cut_off: Option<(Duration, Duration)>,
    /// How many of a hundred answers of the lease table are lost.
    pub lost: u32,
    /// Draws the interleaving.
    pub seed: u64,
}

/// What came of one of the two.
#[derive(Debug)]
pub struct Raced {
    /// His machine.
    pub machine: &'static str,
    /// How his runner ended, when it ended at last.
    pub end: LifeEnd,
    /// How many calls it made.
    pub calls: usize,
    /// The region that writes in the end, of the world that he acted on.
    pub writer: RegionId,
    /// The invariants that were broken.
    pub broken: Vec<String>,
    /// What happened, a line each.
    pub trace: Vec<String>,
}

/// Lets the two race on a runtime of its own, whose time is that of the race alone.
///
/// # Errors
/// When there can be no runtime.
pub fn race(race: &Race) -> std::io::Result<[Raced; 2]> {
    fastrand::seed(race.seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(Box::pin(run(race))))
}

async fn run(race: &Race) -> [Raced; 2] {
    let table = Table::new(race.seed, race.lost);
    let mut random = fastrand::Rng::with_seed(race.seed);
    let [first, second] = [0, 1].map(|turn| {
        let (table, seed) = (table.clone(), random.u64(..));
        let drawn = APART.mul_f64(random.f64());
        // Who is to be displaced comes first.
        let late = if race.cut_off.is_some() && turn == 1 { APART + drawn } else { drawn };
        operator(race, turn, table, seed, late)
    });
    let cut_off = async {
        if let Some((after, length)) = race.cut_off {
            sleep(after).await;
            table.cut_off(MACHINES[0], length);
        }
    };
    let (first, second, ()) = tokio::join!(first, second, cut_off);
    [first, second]
}

async fn operator(race: &Race, turn: usize, table: Arc<Table>, seed: u64, late: Duration) -> Raced {
    let (name, shape) = (MACHINES[turn], race.shapes[turn]);
    let play = Play { seed, lost: race.lost, ..Play::of(shape) };
    let world = World::new(&play, table);
    let (run, ordered) = (run_name(&format!("20261125-03120{turn}-of-{name}")), AtomicUsize::new(0));
    let stage = Stage { run, world, mirror: Mirror::none(), ordered, play };
    let machine = Machine::new(name);
    sleep(late).await;
    let end = loop {
        let life = life::live(&stage, &machine, 0).await;
        stage.world.note(format!("{name} ends: {:?}", life.end));
        match life.end {
            LifeEnd::Refused(_) if race.cut_off.is_some() && turn == 1 => sleep(Duration::from_secs(1)).await,
            end => break end,
        }
    };
    let world = &stage.world;
    let (calls, writer) = (world.made().len(), world.ground(|ground| ground.writer.clone()));
    Raced { machine: name, end, calls, writer, broken: world.broken(), trace: world.trace() }
}
