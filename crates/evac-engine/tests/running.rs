//! A run from its beginning to its end, over a real journal and the lease of this machine, in a world of one value.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/leases.rs"]
mod leases;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use evac_core::{
    RegionId,
    guard::Consent,
    plan::{Call, Check, Intent, LossStatement, PLAN_VERSION, Plan, Plane, Step, StepId, Topology, Undo},
    run::{CallAnswer, Event, Journal, Receipt, Record, RunOutcome, RunState, Runner, StepStatus},
};
use evac_engine::{
    Actor, Clock, Look, Observer, Permit, Sight,
    run::{
        Beginning, Executor, JournalFile, JournalFileError, JournalStorage, LeaseStore, LocalLease, Means, Mirror,
        Order, Policy, Resumption, RunEnd, RunStore, SignedOrder, Taken, WorldClock, follow, note_acknowledged,
    },
};
use evac_model::plans::consent;
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use leases::{Woken, acquire_by, clock, lease, run_id};
use tokio::sync::mpsc;

/// A Deployment's replicas, and what the next calls come to.
#[derive(Default)]
struct World {
    replicas: Mutex<u32>,
    calls: Mutex<u32>,
    script: Mutex<Vec<Reaction>>,
}

#[derive(Clone, Copy)]
enum Reaction {
    Throttled,
    LostAndDone,
    LostAndNotDone,
    Refused,
    Never,
}

impl Actor for World {
    fn perform<'a>(&'a self, _: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        async move {
            *self.calls.lock().unwrap() += 1;
            let Call::Scale { replicas, .. } = call else { unreachable!() };
            let reaction = self.script.lock().unwrap().pop();
            let lost = CallAnswer::Unknown { why: "no answer".to_owned() };
            let refused = |temporary| CallAnswer::Refused { why: "no".to_owned(), temporary };
            match reaction {
                Some(Reaction::Throttled) => return refused(true),
                Some(Reaction::Refused) => return refused(false),
                Some(Reaction::LostAndNotDone) => return lost,
                Some(Reaction::Never) => return std::future::pending().await,
                Some(Reaction::LostAndDone) | None => *self.replicas.lock().unwrap() = *replicas,
            }
            if reaction.is_some() { lost } else { CallAnswer::Accepted { receipt: Receipt::new() } }
        }
        .boxed()
    }
}

impl Observer for World {
    fn observe<'a>(&'a self, check: &'a Check, _: &'a Receipt) -> BoxFuture<'a, Look> {
        async move {
            let wanted = if let Check::Replicas { wanted, .. } = check { wanted } else { &6 };
            let there = *self.replicas.lock().unwrap();
            let text = format!("{there} replicas");
            let sight = if there == *wanted { Sight::Met { evidence: text } } else { Sight::Untouched { on: text } };
            Look { source_clock: None, sight: Ok(sight) }
        }
        .boxed()
    }
}

fn plan(idempotent: bool) -> Plan {
    let (region, namespace, deployment): (RegionId, _, _) =
        ("us-west-2".parse().unwrap(), "akidb".to_owned(), "api".to_owned());
    let scale = |replicas| Call::Scale {
        region: region.clone(),
        namespace: namespace.clone(),
        deployment: deployment.clone(),
        replicas,
    };
    let step = Step {
        id: StepId::new("scale-api"),
        title: "scale api".to_owned(),
        after: Vec::new(),
        region: None,
        plane: Plane::Control,
        killed_by: Vec::new(),
        precondition: None,
        call: Some(scale(6)),
        verification: Some(Check::Replicas {
            region: region.clone(),
            namespace: namespace.clone(),
            deployment: deployment.clone(),
            wanted: 6,
            at_least: false,
        }),
        expected: SignedDuration::from_secs(10),
        timeout: SignedDuration::from_secs(300),
        idempotent,
        undo: Undo::Call { call: scale(2) },
        best_effort: false,
        closing: None,
        gate: None,
    };
    Plan {
        version: PLAN_VERSION,
        stack: serde_json::from_str("\"akidb\"").unwrap(),
        environment: "TEST".to_owned(),
        intent: Intent::Failback,
        made_at: Timestamp::UNIX_EPOCH,
        snapshot: 1,
        before: Topology::default(),
        after: Topology::default(),
        lever: None,
        loss: LossStatement::Nothing,
        steps: vec![step],
        fingerprint: Default::default(),
        confirmations: vec!["us-west-2".to_owned()],
    }
}

fn means(world: &Arc<World>) -> Means {
    let policy = Policy {
        rate: 1.0,
        look: Duration::from_secs(5),
        shortest_pause: Duration::from_millis(250),
        longest_pause: Duration::from_secs(2),
        settle_looks: 3,
        settle_window: Duration::from_secs(30),
        seed: 7,
    };
    let clock = WorldClock::new(clock(), 1.0, None);
    let command: evac_engine::run::Command = Arc::new(|call| format!("the call {call:?}"));
    Means { actor: world.clone(), observer: world.clone(), mirror: Mirror::none(), clock, policy, command }
}

fn runner() -> Runner {
    Runner { operator: "test".to_owned(), machine: "one".to_owned(), process: 1, version: "0".to_owned() }
}

async fn begin(folder: &Path, world: &Arc<World>, idempotent: bool) -> Executor {
    begin_with(folder, means(world), clock(), idempotent).await
}

async fn begin_with(folder: &Path, means: Means, clock: Arc<dyn Clock>, idempotent: bool) -> Executor {
    begin_plan(folder, means, clock, plan(idempotent)).await
}

async fn begin_plan(folder: &Path, means: Means, clock: Arc<dyn Clock>, plan: Plan) -> Executor {
    let run_folder = RunStore::new(folder).create(&run_id()).unwrap();
    let taken = acquire_by(folder, run_id(), None, false, clock).await.unwrap();
    Executor::begin(JournalFile::create(&run_folder).unwrap(), taken.lease, means, beginning(plan)).await.unwrap()
}

fn beginning(plan: Plan) -> Beginning {
    let consent = consent(&plan).unwrap();
    Beginning { run: run_id(), runner: runner(), consent, plan, harmed_at: None, found_at: None }
}

fn read(folder: &Path) -> (Journal, RunState) {
    let path = RunStore::new(folder).open(run_id().as_str()).unwrap().journal();
    let journal = Journal::read(&std::fs::read(path).unwrap()).unwrap();
    let state = RunState::replay(&journal.records).unwrap().unwrap();
    (journal, state)
}

fn orders() -> mpsc::Receiver<SignedOrder> {
    mpsc::channel(1).1
}

async fn outcome(script: Vec<Reaction>, idempotent: bool) -> (RunOutcome, u32) {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World { script: Mutex::new(script), ..World::default() });
    let executor = begin(folder.path(), &world, idempotent).await;
    let view = executor.view();
    let RunEnd::Finished(outcome) = executor.run(orders()).await.unwrap() else { unreachable!() };
    let (_, replayed) = read(folder.path());
    assert_eq!(replayed, view.borrow().state, "the journal says what the run said");
    let calls = *world.calls.lock().unwrap();
    (outcome, calls)
}

#[tokio::test(start_paused = true)]
async fn what_somebody_has_done_already_waits_for_nothing_that_had_to_hold_before() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World { replicas: Mutex::new(6), ..World::default() });
    let mut plan = plan(true);
    let step = &mut plan.steps[0];
    step.precondition = step.verification.clone();
    let Some(Check::Replicas { wanted, .. }) = &mut step.precondition else { unreachable!() };
    *wanted = 2;
    let executor = begin_plan(folder.path(), means(&world), clock(), plan).await;
    assert!(matches!(executor.run(orders()).await.unwrap(), RunEnd::Finished(RunOutcome::Done)));
    assert_eq!(*world.calls.lock().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_must_have_held_for_a_minute_is_waited_for_anew_once_it_has_not() {
    let (folder, mut plan) = (tempfile::tempdir().unwrap(), plan(true));
    let world = Arc::new(World { replicas: Mutex::new(6), ..World::default() });
    let check = Check::Answers { resolvers: vec![], answers: vec![], lasting: SignedDuration::from_mins(1) };
    (plan.steps[0].call, plan.steps[0].verification) = (None, Some(check));
    let executor = begin_plan(folder.path(), means(&world), clock(), plan).await;
    let (replicas, began) = (&world.replicas, tokio::time::Instant::now());
    let flaps = [(40, 2), (50, 6)].map(|(at, now)| async move {
        tokio::time::sleep(Duration::from_secs(at)).await;
        *replicas.lock().unwrap() = now;
    });
    let (end, _) = tokio::join!(executor.run(orders()), futures::future::join_all(flaps));
    assert!(matches!(end.unwrap(), RunEnd::Finished(RunOutcome::Done)));
    assert!((110..115).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn each_answer_leads_to_its_outcome() {
    use Reaction::{LostAndDone, LostAndNotDone, Refused, Throttled};
    assert_eq!(outcome(vec![], true).await, (RunOutcome::Done, 1));
    assert_eq!(outcome(vec![Throttled, Throttled], true).await, (RunOutcome::Done, 3));
    assert_eq!(outcome(vec![LostAndDone], false).await, (RunOutcome::Done, 1));
    assert_eq!(outcome(vec![LostAndNotDone], true).await, (RunOutcome::Done, 2));
    assert_eq!(outcome(vec![LostAndNotDone], false).await, (RunOutcome::Unknown, 1), "never repeated blindly");
    assert_eq!(outcome(vec![Refused], true).await, (RunOutcome::Failed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_runner_died_in_a_call_looks_before_it_goes_on() {
    for happened in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let world = Arc::new(World { script: Mutex::new(vec![Reaction::Never]), ..World::default() });
        let executor = begin(folder.path(), &world, true).await;
        let mut view = executor.view();
        tokio::select! {
            _ = executor.run(orders()) => unreachable!(),
            _ = view.wait_for(|view| view.state.steps.values().any(|step| step.status == StepStatus::Started)) => {}
        }
        let dead = view.borrow().state.epoch;
        if happened {
            *world.replicas.lock().unwrap() = 6;
        }
        let calls = *world.calls.lock().unwrap();
        let run_folder = RunStore::new(folder.path()).open("20261125").unwrap();
        // What was dropped lets the journal go when the runtime comes to it.
        while run_folder.is_running() {
            tokio::task::yield_now().await;
        }
        let opened = JournalFile::open(&run_folder).unwrap();
        let taken = lease(folder.path(), run_id(), Some(dead)).await.unwrap();
        let resumption = Resumption {
            journal: opened.journal,
            bytes: opened.bytes,
            taken,
            runner: runner(),
            copy: opened.copy,
            despite_abort: false,
        };
        world.script.lock().unwrap().clear();
        let executor = Executor::resume(opened.file, means(&world), resumption).await.unwrap();
        assert_eq!(executor.run(orders()).await.unwrap(), RunEnd::Finished(RunOutcome::Done));
        let more = *world.calls.lock().unwrap() - calls;
        assert_eq!(more, u32::from(!happened));
        let settled = read(folder.path()).0.records.iter().any(|it| matches!(it.event, Event::Settled { .. }));
        assert_eq!(settled, !happened, "what is called again was looked for first");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_names_what_undoes_it_and_that_it_was_seen_is_noted_once() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::default());
    let executor = begin(folder.path(), &world, true).await;
    executor.run(orders()).await.unwrap();
    let run_folder = RunStore::new(folder.path()).open("20261125").unwrap();
    let (_, before) = read(folder.path());
    let report = &before.finished.as_ref().unwrap().1;
    assert!(report[0].contains("(undone by `the call Scale") && report[0].contains("replicas: 2"), "{report:?}");

    let later = WorldClock::new(clock(), 1.0, None);
    assert_eq!(note_acknowledged(&run_folder, "grace@one", later.clone()).await, Ok(true));
    let (_, after) = read(folder.path());
    assert_eq!(after.acknowledged.as_deref(), Some("grace@one"));
    assert_eq!(after.last_at, before.last_at, "the run has not become longer");
    assert_eq!(note_acknowledged(&run_folder, "grace@one", later).await, Ok(false));
}

#[tokio::test(start_paused = true)]
async fn an_order_stops_the_run_before_another_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World { script: Mutex::new(vec![Reaction::Throttled; 50]), ..World::default() });
    let executor = begin(folder.path(), &world, true).await;
    let (sender, receiver) = mpsc::channel(1);
    let abort = Order::Abort { reason: "enough".to_owned() };
    sender.send(SignedOrder::new(abort, "test", Timestamp::UNIX_EPOCH)).await.unwrap();
    assert!(matches!(executor.run(receiver).await.unwrap(), RunEnd::Finished(_)));
    assert!(*world.calls.lock().unwrap() <= 2);
    assert_eq!(read(folder.path()).1.abort.unwrap().1, "enough");
}

#[tokio::test]
async fn a_journal_has_one_writer_and_a_torn_end_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::default());
    begin(folder.path(), &world, true).await.run(orders()).await.unwrap();
    let run_folder = RunStore::new(folder.path()).open(run_id().as_str()).unwrap();
    let whole = std::fs::read(run_folder.journal()).unwrap();
    let mut torn = whole.clone();
    torn.extend(b"{\"version\":1,\"num");
    std::fs::write(run_folder.journal(), &torn).unwrap();
    let opened = JournalFile::open(&run_folder).unwrap();
    let (cut, place) = opened.torn.unwrap();
    assert_eq!((cut, std::fs::read(place).unwrap().len()), (17, 17));
    assert_eq!(std::fs::read(run_folder.journal()).unwrap(), whole);
    assert!(matches!(JournalFile::open(&run_folder), Err(JournalFileError::Busy(_))));
    drop(opened.file);
    for place in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        assert!(Journal::read(&flipped).is_err() || Journal::read(&flipped).unwrap().torn > 0, "byte {place}");
    }
}

#[tokio::test]
async fn a_journal_of_a_version_to_come_is_watched_as_far_as_it_is_known_and_never_gone_on_with() {
    let (folder, world) = (tempfile::tempdir().unwrap(), Arc::new(World::default()));
    begin(folder.path(), &world, true).await.run(orders()).await.unwrap();
    let (journal, _) = read(folder.path());
    let run_folder = RunStore::new(folder.path()).open("20261125").unwrap();
    let (last, known) = journal.records.split_last().unwrap();
    let to_come = Record { version: 2, ..last.clone() };
    let lines = known.iter().chain([&to_come]).map(|record| record.to_line().unwrap().0);
    std::fs::write(run_folder.journal(), lines.collect::<String>()).unwrap();
    let told = format!("the journal is damaged at record {}", last.number);
    let unknown = "version 2 is not known to this evac";

    let why = JournalFile::open(&run_folder).map(drop).unwrap_err().to_string();
    assert!(why.contains(&told) && why.ends_with(unknown), "{why}");
    let mut followed = follow(run_folder);
    let seen = followed.wait_for(|seen| seen.failure.is_some()).await.unwrap();
    let why = seen.failure.as_ref().unwrap();
    assert!(why.contains(&told) && why.ends_with(unknown), "{why}");
    assert_eq!(seen.view.as_ref().unwrap().state.last_number, last.number - 1, "what stands before it is shown");
}

#[tokio::test]
async fn a_journal_that_was_taken_over_counts_as_a_copy_until_a_lease_is_recorded_here() {
    let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let world = Arc::new(World::default());
    begin(first.path(), &world, true).await.run(orders()).await.unwrap();
    let whole = std::fs::read(RunStore::new(first.path()).open("20261125").unwrap().journal()).unwrap();
    let folder = RunStore::new(second.path()).create(&run_id()).unwrap();
    assert!(JournalFile::adopt(&folder, &whole).unwrap().copy);
    let mut opened = JournalFile::open(&folder).unwrap();
    assert!(opened.copy, "whoever wrote it may be alive, also when it is opened again");
    let resumed = Event::Resumed { runner: runner(), doubtful: true, despite_abort: false };
    for (event, copy) in [(resumed, true), (Event::LeaseTaken { epoch: 2, local: true }, false)] {
        let record = opened.journal.next(event, 2, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let line = opened.journal.push(record).unwrap();
        opened.file.append(line.into_bytes()).await.unwrap();
        drop(opened.file);
        opened = JournalFile::open(&folder).unwrap();
        assert_eq!(opened.copy, copy);
    }
}

/// Its machine sleeps between the beginning of the first call and the sending of it.
struct Sleeper {
    world: Arc<World>,
    woken: Arc<Woken>,
    refusals: Mutex<Vec<Option<&'static str>>>,
}

impl Actor for Sleeper {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        async move {
            *self.woken.0.lock().unwrap() = SignedDuration::from_hours(8);
            let refusal = Permit::refusal();
            self.refusals.lock().unwrap().push(refusal);
            match refusal {
                Some(why) => CallAnswer::Refused { why: why.to_owned(), temporary: true },
                None => self.world.perform(consent, call).await,
            }
        }
        .boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_begun_under_a_lease_is_not_sent_without_it() {
    let (folder, world, woken) = (tempfile::tempdir().unwrap(), Arc::new(World::default()), Arc::new(Woken::default()));
    let sleeper = Arc::new(Sleeper { world: world.clone(), woken: woken.clone(), refusals: Mutex::default() });
    let means = Means { actor: sleeper.clone(), ..means(&world) };
    let executor = begin_with(folder.path(), means, woken, true).await;
    assert_eq!(executor.run(orders()).await.unwrap(), RunEnd::Finished(RunOutcome::Done));
    let refusals = sleeper.refusals.lock().unwrap().clone();
    assert_eq!(refusals, [Some("the lease ran out before it was sent"), None], "it is made again under a new lease");
    assert_eq!(*world.calls.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_run_is_dated_by_the_clock_that_goes_on_in_sleep() {
    let (folder, world) = (tempfile::tempdir().unwrap(), Arc::new(World::default()));
    let slept = SignedDuration::from_hours(8);
    let woken = Arc::new(Woken(Mutex::new(slept)));
    let means = Means { clock: WorldClock::new(woken, 1.0, None), ..means(&world) };
    begin_with(folder.path(), means, clock(), true).await.run(orders()).await.unwrap();
    let item = LocalLease::new(folder.path()).read().await.unwrap().unwrap();
    assert_eq!(item.lease.last.unwrap().ended_at, Timestamp::UNIX_EPOCH + slept, "a cool-down is counted from there");
}

/// A disk without room.
struct Full;

impl JournalStorage for Full {
    fn append(&mut self, _: Vec<u8>) -> BoxFuture<'_, std::io::Result<()>> {
        async { Err(std::io::Error::other("no room")) }.boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_does_not_begin_by_the_consent_to_another_plan() {
    let (folder, world) = (tempfile::tempdir().unwrap(), Arc::new(World::default()));
    let run_folder = RunStore::new(folder.path()).create(&run_id()).unwrap();
    let (plan, consent) = (plan(true), consent(&plan(false)).unwrap());
    assert!(consent.covers(&plan.hash()).is_err());
    let taken = lease(folder.path(), run_id(), None).await.unwrap();
    let beginning = Beginning { run: run_id(), runner: runner(), consent, plan, harmed_at: None, found_at: None };
    let begun = Executor::begin(JournalFile::create(&run_folder).unwrap(), taken.lease, means(&world), beginning).await;
    let why = begun.map(drop).unwrap_err().to_string();
    assert!(why.contains("the consent is to another plan"), "{why}");
    assert_eq!(std::fs::read(run_folder.journal()).unwrap(), b"", "nothing is recorded");
    assert_eq!(*world.calls.lock().unwrap(), 0);
    let free = lease(folder.path(), run_id(), None).await.unwrap();
    assert_eq!(free.before.lease.holder, None, "the lease is given back");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_be_begun_or_gone_on_with_gives_its_lease_back() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::default());
    let taken = async || lease(folder.path(), run_id(), None).await.unwrap();
    let begun = Executor::begin(Full, taken().await.lease, means(&world), beginning(plan(true))).await;
    assert!(begun.is_err());

    let resume = async |journal: Journal, taken: Taken| {
        let resumption =
            Resumption { journal, bytes: Vec::new(), taken, runner: runner(), copy: false, despite_abort: false };
        Executor::resume(Full, means(&world), resumption).await.map(drop)
    };
    let next = taken().await;
    assert_eq!(next.before.lease.holder, None, "whoever did not begin");
    assert!(resume(Journal::default(), next).await.is_err());
    let next = taken().await;
    assert_eq!(next.before.lease.holder, None, "whoever found nothing to go on with");

    let other = tempfile::tempdir().unwrap();
    drop(begin(other.path(), &world, true).await);
    assert!(resume(read(other.path()).0, next).await.is_err());
    let next = lease(folder.path(), run_id(), Some(1)).await.unwrap();
    assert_eq!(next.before.lease.holder, None, "whoever could not write on");
    assert!(!next.displaced, "nobody else has acted since");
}

#[test]
fn whether_there_is_room_is_found_out_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path());
    std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| store.writable())).collect();
        tries.into_iter().for_each(|tried| tried.join().unwrap().unwrap());
    });
    assert_eq!(std::fs::read_dir(folder.path().join("runs")).unwrap().count(), 0, "nothing is left of it");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_runs_that_was_read_before_shows_what_has_changed_since() {
    let (folder, world) = (tempfile::tempdir().unwrap(), Arc::new(World::default()));
    let executor = begin(folder.path(), &world, true).await;
    let store = RunStore::new(folder.path());
    let state = || store.list().unwrap().remove(0).state;
    assert!(state().unwrap().finished.is_none());
    executor.run(orders()).await.unwrap();
    assert_eq!(state().unwrap().finished.as_ref().unwrap().0, RunOutcome::Done);
    // Nothing is read twice that stays as it is.
    assert!(Arc::ptr_eq(&state().unwrap(), &state().unwrap()));
    let journal = store.open(run_id().as_str()).unwrap().journal();
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    assert!(state().unwrap_err().contains("the journal is damaged"));
}
