//! The process of a run. It is started with a session of its own, so that nothing that happens to a terminal reaches it:
//! it takes the lease, looks at everything anew, lets the guards judge under the lease, and carries the plan out.
//!
//! Two processes do this: one works, and one waits beside it and has the run gone on with should the first be killed, so
//! that what must be closed is closed although nobody is there.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use super::{
    Harm, keeping, means,
    past::Past,
    request::{RunRequest, Said},
    signature,
};
use crate::cli::session::{OpenStack, full_picture};
use evac_core::{
    guard::{self, Consent, ConsentRequest, LeaseView, Refusal, Situation},
    plan::{Intent, Plan},
    run::{RunId, RunState, Runner},
};
use evac_engine::{
    EngineHandle,
    run::{
        Beginning, Claim, Executor, JournalFile, JournalFileError, Lease, Means, Mirror, NoCopy, Opened, Policy,
        Resumption, RunFolder, RunStore, Taken, WorldClock, watch_orders,
    },
};

/// How often a worker that was killed is replaced.
const REPLACEMENTS: u32 = 5;

/// What the process is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Begin the run that is asked for on standard input.
    Begin,
    /// Go on with a run.
    Resume(RunId),
}

/// Leaves the session of the terminal, so that its end is none of this process.
pub fn leave_terminal() {
    // It fails only for a leader of a process group, which has a session or job of its own already.
    let _ = rustix::process::setsid();
}

/// Has a worker do the task, and replaces it when it is killed. The exit status is that of the last worker.
pub fn watch_over(task: &Task, arguments: &[std::ffi::OsString]) -> Result<u8, String> {
    let failed = |error: std::io::Error| format!("the worker cannot be started: {error}");
    let program = std::env::current_exe().map_err(failed)?;
    let mut task = task.clone();
    let mut input = String::new();
    if task == Task::Begin {
        std::io::stdin().read_to_string(&mut input).map_err(failed)?;
    }
    for turn in 0..=REPLACEMENTS {
        let mut command = Command::new(&program);
        command.args(["runner", "--worker"]).args(words(&task)).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A worker that has ended already says why, or leaves it to its exit status.
            let _ = stdin.write_all(input.as_bytes());
        }
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
        }
        if turn == 0 {
            say(&line);
        }
        if let Ok(Said::Begun { run }) = serde_json::from_str(&line) {
            task = Task::Resume(run);
        }
        let ended = child.wait().map_err(failed)?;
        match (ended.code(), &task) {
            (Some(code), _) => return Ok(u8::try_from(code).unwrap_or(1)),
            // Killed before it began anything: whoever started it hears nothing, and can start it again.
            (None, Task::Begin) => return Ok(1),
            (None, Task::Resume(run)) => tracing::warn!(%run, "the worker was killed; the run goes on with another"),
        }
    }
    Ok(1)
}

fn words(task: &Task) -> Vec<String> {
    match task {
        Task::Begin => vec!["begin".to_owned()],
        Task::Resume(run) => vec!["resume".to_owned(), run.as_str().to_owned()],
    }
}

/// Says the line that the one who started this process waits for. Afterwards nobody listens any more.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
}

fn tell(said: &Said) {
    say(&format!("{}\n", serde_json::to_string(said).unwrap_or_default()));
}

/// A run that is ready to be carried out.
struct Begun {
    executor: Executor,
    folder: RunFolder,
    /// Where its journal is copied to, and orders come from.
    mirror: Mirror,
}

/// Why the worker did not begin.
enum NotBegun {
    Refused(Box<Refusal>),
    Failed(String),
}

impl From<String> for NotBegun {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// Does the task, and tells the exit status: 0 when the run came to an end or was handed over, whichever the end was.
pub async fn work(opened: &OpenStack, task: &Task) -> u8 {
    let engine = opened.start().await;
    let began = match task {
        Task::Begin => begin(opened, &engine).await,
        Task::Resume(run) => resume(opened, &engine, run).await.map_err(NotBegun::Failed),
    };
    // The picture is not needed any more: from here on each step looks for itself.
    engine.shut_down().await;
    let Begun { executor, folder, mirror } = match began {
        Ok(begun) => begun,
        Err(NotBegun::Refused(refusal)) => {
            tell(&Said::Refused { refusal });
            return 1;
        }
        Err(NotBegun::Failed(why)) => {
            tracing::error!(%why, "the run did not begin");
            tell(&Said::Failed { why });
            return 1;
        }
    };
    tell(&Said::Begun { run: folder.run().clone() });
    let resumed = matches!(task, Task::Resume(_));
    let orders = watch_orders(&folder, mirror, resumed);
    match executor.run(orders).await {
        Ok(end) => {
            tracing::info!(?end, run = %folder.run(), "the run left its runner");
            0
        }
        Err(error) => {
            tracing::error!(%error, run = %folder.run(), "the run had to be left; it can be resumed");
            1
        }
    }
}

async fn begin(opened: &OpenStack, engine: &EngineHandle) -> Result<Begun, NotBegun> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
    let request: RunRequest = serde_json::from_str(&text).map_err(|error| format!("the request: {error}"))?;
    let store = RunStore::new(opened.state());
    let plan = store.plan(&request.plan).map_err(|error| error.to_string())?;
    let run = RunId::new(engine.clock().now(), plan.intent.verb(), &plan.hash());
    let keeping = keeping::beside_lost(opened, &plan);
    let mut taken = take(&keeping, engine, &run, purpose(&plan.intent), None, false).await?;
    // Judged under the lease, beside what is seen now: nothing that was decided before counts.
    let snapshot = full_picture(engine, opened.patience()).await.remembering(request.remembered.iter().cloned());
    let judged = judge(opened, engine, &snapshot, &plan, &taken, &store, request.clone());
    let consent = match judged {
        Ok(consent) => consent,
        Err(refusal) => {
            if let Err(failure) = taken.lease.release(None).await {
                tracing::warn!(%failure, "the lease is not given back; it runs out by itself");
            }
            return Err(refusal);
        }
    };
    let folder = store.create(&run).map_err(|error| error.to_string())?;
    let journal = JournalFile::create(&folder).map_err(|error| error.to_string())?;
    let mirror = keeping::mirror(&keeping).await;
    let means = means_of(opened, engine, &consent, &folder, &snapshot, mirror.clone()).await;
    let Harm { harmed_at, found_at } = request.harm.unwrap_or_else(|| Harm::of(&plan, engine, &opened.stack));
    let beginning = Beginning { run, runner: runner(), plan, consent, harmed_at, found_at };
    let executor = Executor::begin(journal, taken.lease, means, beginning).await.map_err(|error| error.to_string())?;
    Ok(Begun { executor, folder, mirror })
}

fn judge(
    opened: &OpenStack,
    engine: &EngineHandle,
    snapshot: &evac_core::Snapshot,
    plan: &Plan,
    taken: &Taken,
    store: &RunStore,
    request: RunRequest,
) -> Result<Consent, NotBegun> {
    let now = engine.clock().now();
    let current = Past::of(store).plan_again(plan, snapshot, &opened.stack, now).map_err(|why| why.to_string())?;
    let failure = store.writable().err().map(|error| error.to_string());
    let mut situation = Situation::new(&opened.stack, snapshot, &engine.history(), now, failure);
    // The lease is this process's own by now: what stands against the run is who held it before.
    situation.lease = LeaseView::taken_over(&opened.stack, &taken.before.lease, now);
    let request = ConsentRequest::from(request);
    guard::consent(plan, &current, &situation, request).map_err(|refusal| NotBegun::Refused(Box::new(refusal)))
}

async fn resume(opened: &OpenStack, engine: &EngineHandle, run: &RunId) -> Result<Begun, String> {
    let store = RunStore::new(opened.state());
    let (here, damage) = match store.open(run.as_str()).map(|folder| JournalFile::open(&folder)) {
        Ok(Ok(there)) => (Some(there), None),
        Ok(Err(damaged @ JournalFileError::Damaged { .. })) => (None, Some(damaged)),
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => (None, None),
    };
    let records = match &here {
        Some(there) => there.journal.records.clone(),
        None => {
            let copied = keeping::mirror(opened).await.journal(run).await;
            let why = |no_copy: NoCopy| match damage {
                Some(damage) => format!("{damage}; {no_copy}"),
                None => no_copy.to_string(),
            };
            copied.map_err(why)?.journal.records
        }
    };
    let state = RunState::replay(&records).map_err(|error| error.to_string())?;
    let state = state.ok_or("the run never began: its journal holds no whole record")?;
    let consent = guard::renew(&state.plan, &state.consent).ok_or("the consent in the journal is to another plan")?;
    // Who holds the lock of the journal that an epoch wrote knows that its runner is dead; of a copy nobody does.
    let dead = here.as_ref().is_some_and(|there| !there.copy) && state.runner.machine == super::machine();
    let keeping = keeping::beside_lost(opened, &state.plan);
    let taken = take(&keeping, engine, run, purpose(&state.plan.intent), Some(state.epoch), dead).await?;
    let mirror = keeping::mirror(&keeping).await;
    let folder = store.create(run).map_err(|error| error.to_string())?;
    let Opened { file, journal, bytes, copy, .. } = newest_journal(&folder, here, &state, &taken, &mirror).await?;
    let snapshot = engine.snapshots().borrow().clone();
    let means = means_of(opened, engine, &consent, &folder, &snapshot, mirror.clone()).await;
    let resumption = Resumption { journal, bytes, taken, runner: runner(), copy };
    let executor = Executor::resume(file, means, resumption).await.map_err(|error| error.to_string())?;
    Ok(Begun { executor, folder, mirror })
}

/// The journal that a run goes on with. It is that of this machine, unless there is none that can be believed, or the run
/// has gone on elsewhere since. A copy is taken under the lease only: before, somebody may still write on it, and would be followed here by what
/// it was.
async fn newest_journal(
    folder: &RunFolder,
    here: Option<Opened>,
    state: &RunState,
    taken: &Taken,
    mirror: &Mirror,
) -> Result<Opened, String> {
    let ours = |there: &Opened| {
        !there.copy && taken.before.lease.epoch <= state.epoch && taken.beyond(folder.run(), &there.journal).is_none()
    };
    let here = match here {
        Some(there) if ours(&there) => return Ok(there),
        here => here,
    };
    let copied = match (here, mirror.journal(folder.run()).await) {
        (Some(there), Ok(copied)) if !copied.goes_beyond(state) => return Ok(there),
        // Without a copy that tells how the run went on, this journal is refused.
        (Some(there), Err(_)) => return Ok(there),
        // The journal that was here is let go, and kept aside.
        (_, Ok(copied)) => copied,
        (None, Err(failure)) => return Err(failure.to_string()),
    };
    JournalFile::adopt(folder, &copied.bytes).map_err(|error| error.to_string())
}

async fn take(
    opened: &OpenStack,
    engine: &EngineHandle,
    run: &RunId,
    purpose: String,
    epoch: Option<u64>,
    dead: bool,
) -> Result<Taken, String> {
    let ttl = opened.stack.lease.as_ref().map_or(LOCAL_TTL, |lease| lease.ttl).unsigned();
    let claim = Claim { run: run.clone(), holder: signature(), purpose, ttl, epoch, dead };
    let store = keeping::lease_store(opened).await;
    Lease::acquire(store, claim, engine.clock()).await.map_err(|error| error.to_string())
}

/// How long a run of a stack without a lease table keeps the lease of this machine.
const LOCAL_TTL: evac_core::stack::Period = evac_core::stack::Period::from_secs(20);

async fn means_of(
    opened: &OpenStack,
    engine: &EngineHandle,
    consent: &Consent,
    folder: &RunFolder,
    snapshot: &evac_core::Snapshot,
    mirror: Mirror,
) -> Means {
    let (rate, stack) = (opened.stack.clock.rate, opened.stack.clone());
    let seen = snapshot.signals().filter_map(|(_, signal)| signal.clock).max_by_key(|clock| clock.here);
    Means {
        actor: means::actor(opened, consent, folder.path().join("notifications")).await,
        observer: means::observer(opened).await,
        mirror,
        clock: WorldClock::new(engine.clock(), rate, seen),
        policy: Policy::of(&opened.stack),
        command: Arc::new(move |call| call.command(&stack)),
    }
}

fn runner() -> Runner {
    Runner {
        operator: signature(),
        machine: super::machine(),
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// What a run does, for those who wait for the lease.
fn purpose(intent: &Intent) -> String {
    let place = match intent {
        Intent::Switchover { to } | Intent::Failover { to } => format!(" to {to}"),
        Intent::Restore { region, .. } | Intent::Recover { region, .. } => format!(" in {region}"),
        Intent::Drain { region } | Intent::Undrain { region } => format!(" {region}"),
        Intent::Failback => String::new(),
    };
    format!("{}{place}", intent.verb().word())
}
