//! Every guard is raised by what it is about, as severe as its row says, and not before.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use evac_core::{
    Source, SourceError, SourceErrorKind,
    guard::{GuardCode, Note, NoteSeverity, Situation, judge, judge_beside},
    plan::{Call, Closing, ExistingResources, Intent, Plan, StepId, Undo},
    reading::*,
    stack::{FreezeWindow, Period},
};
use jiff::SignedDuration;
use world::*;

const OLD: &str = "us-east-1";
const TARGET: &str = "us-west-2";

/// A world, what is wanted in it, and perhaps a plan that was made before the world changed.
struct Setting {
    world: World,
    intent: Intent,
    plan: Option<Plan>,
    journal_failure: Option<String>,
}

impl Setting {
    fn new(world: World, intent: Intent) -> Self {
        Self { world, intent, plan: None, journal_failure: None }
    }

    /// The plan as it is made now; it stays so whatever becomes of the world.
    fn plan(&mut self) -> &mut Plan {
        self.plan.get_or_insert_with(|| self.world.plan(&self.intent).unwrap())
    }

    fn notes(&self) -> Vec<Note> {
        let snapshot = self.world.snapshot();
        let failure = self.journal_failure.clone();
        let situation = Situation::new(&self.world.stack, &snapshot, &self.world.history, now(), failure);
        match (&self.plan, self.world.plan(&self.intent)) {
            (None, Ok(plan)) => judge(&plan, &situation),
            (None, Err(none)) => none.notes,
            (Some(plan), Ok(current)) => judge_beside(plan, &current, &situation),
            (Some(plan), Err(_)) => judge(plan, &situation),
        }
    }

    fn said(&mut self, source: Source, at: &str, change: impl FnOnce(&mut Reading)) {
        self.world.change(source, at, change);
    }
}

/// A planned move, with all well.
fn calm() -> Setting {
    Setting::new(World::watched(), switchover(TARGET))
}

/// The primary's region is lost.
fn lost() -> Setting {
    let mut world = World::watched();
    world.lose(OLD);
    Setting::new(world, failover(TARGET))
}

fn draining() -> Setting {
    Setting::new(World::watched(), drain(OLD))
}

fn restore() -> Setting {
    Setting::new(World::watched(), restoring(TARGET, &[("akidb", "beside")], ExistingResources::Skip))
}

/// Only the records are left to move traffic by.
fn without_levers(setting: &mut Setting) {
    let traffic = setting.world.stack.traffic.as_mut().unwrap();
    (traffic.routing_control, traffic.stop) = (None, BTreeMap::new());
}

fn health_checks_fail(setting: &mut Setting) {
    setting.said(Source::HealthChecks, OLD, |reading| {
        let checks = reading!(reading, HealthChecks).checks.iter_mut();
        checks.filter(|check| check.id.as_str() == "check-use1").for_each(|check| check.checkers_healthy = 0);
    });
}

fn lease(setting: &mut Setting, change: fn(&mut LeaseReading)) {
    setting.said(Source::Lease, OLD, |reading| change(reading!(reading, Lease)));
}

fn held(lease: &mut LeaseReading) {
    lease.holder = Some(LeaseHolder {
        run: "20261122-095000-5f1c".into(),
        holder: "bob@console".into(),
        purpose: "drain us-east-1".into(),
        since: ago(60),
        renewals: 3,
        ttl: 20,
        displaced: false,
    });
}

/// The lease was the same so many seconds ago.
fn stand_still(setting: &mut Setting, seconds: i64) {
    let told = setting.world.observations.get_mut(&id(Source::Lease, OLD)).unwrap();
    let mut before = told.last().unwrap().clone();
    before.received_at = ago(seconds);
    told.insert(told.len() - 1, before);
}

fn ended(lease: &mut LeaseReading) {
    lease.last = Some(LastRun {
        run: "20261122-095000-5f1c".into(),
        outcome: "done".into(),
        ended_at: ago(600),
        acknowledged_by: None,
    });
}

fn window(setting: &mut Setting) {
    setting.world.stack.guards.freeze_windows =
        vec![FreezeWindow { from: ago(60), until: now() + SignedDuration::from_hours(8), reason: "sale".into() }];
}

fn state(setting: &mut Setting, change: fn(&mut TerraformStateReading)) {
    setting.said(Source::Markers, TARGET, |reading| change(&mut reading!(reading, Markers).states[0]));
}

fn managed(state: &mut TerraformStateReading) {
    state.resources.push(ManagedResource {
        address: "aws_rds_cluster.west".into(),
        kind: "aws_rds_cluster".into(),
        id: "akidb-us-west-2".into(),
        region: Some(region(TARGET)),
        attributes: [("global_cluster_identifier".to_owned(), "akidb-global".to_owned())].into(),
    });
}

fn workloads(setting: &mut Setting, change: fn(&mut WorkloadsReading)) {
    setting.said(Source::Workloads, TARGET, |reading| change(reading!(reading, Workloads)));
}

fn cluster(setting: &mut Setting, at: &str, change: fn(&mut ClusterReading)) {
    setting.said(Source::Cluster, at, |reading| change(reading!(reading, Cluster)));
}

/// What every region says of the global cluster.
fn views(setting: &mut Setting, change: fn(&mut GlobalClusterReading)) {
    for at in REGIONS {
        setting.said(Source::GlobalCluster, at, |reading| change(reading!(reading, GlobalCluster)));
    }
}

fn metrics(setting: &mut Setting, change: fn(&mut MetricsReading)) {
    setting.said(Source::Metrics, TARGET, |reading| change(reading!(reading, Metrics)));
}

fn backups(setting: &mut Setting, change: fn(&mut BackupsReading)) {
    setting.said(Source::Backups, TARGET, |reading| change(reading!(reading, Backups)));
}

/// The step of that name in the plan as it is made now.
fn step<'a>(setting: &'a mut Setting, id: &str) -> &'a mut evac_core::plan::Step {
    setting.plan().steps.iter_mut().find(|step| step.id.as_str() == id).unwrap()
}

struct Case {
    code: GuardCode,
    severity: NoteSeverity,
    start: fn() -> Setting,
    change: fn(&mut Setting),
}

fn case(code: GuardCode, severity: NoteSeverity, start: fn() -> Setting, change: fn(&mut Setting)) -> Case {
    Case { code, severity, start, change }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use GuardCode::*;
    use NoteSeverity::*;
    vec![
        case(PlanDrift, Block, calm, |one| { one.plan(); workloads(one, |reading| reading.autoscalers[0].minimum = 4); }),
        case(PlanDrift, Block, calm, |one| { one.plan().steps.retain(|step| step.id.as_str() != "fence"); }),
        case(PlanDrift, Block, calm, |one| { one.plan(); one.intent = switchover("eu-west-1"); }),
        case(PlanOld, Block, calm, |one| one.plan().made_at = ago(301)),
        case(PlanOld, Block, calm, |one| one.plan().made_at = ago(-60)),
        case(PlanEmpty, Block, calm, |one| one.intent = Intent::Failback),
        case(PlanEmpty, Block, calm, |one| one.intent = undrain(OLD)),
        case(PlanEmpty, Block, calm, |one| one.intent = switchover("mars-north-1")),
        case(PlanEmpty, Block, calm, |one| one.plan().steps.retain(|step| matches!(step.call, None | Some(Call::Notify { .. })))),
        case(PlanBroken, Block, calm, |one| one.plan().version = 2),
        case(PlanBroken, Block, calm, |one| one.plan().environment = "TEST".into()),
        case(PlanBroken, Block, calm, |one| one.plan().confirmations = vec![" ".into()]),
        case(PlanBroken, Block, calm, |one| step(one, "promote").after.push(StepId::new("notify"))),
        case(PlanBroken, Block, calm, |one| step(one, "promote").after.push(StepId::new("nothing"))),
        case(PlanBroken, Block, calm, |one| step(one, "promote").id = StepId::new("fence")),
        case(PlanBroken, Block, calm, |one| step(one, "fence").verification = None),
        case(PlanBroken, Block, calm, |one| step(one, "fence").gate = Some(WritersTwo)),
        case(PlanBroken, Block, calm, |one| step(one, "promote").timeout = SignedDuration::from_secs(1)),
        case(PlanBroken, Block, calm, |one| step(one, "promote").undo = Undo::Nothing),
        case(PlanBroken, Block, calm, |one| { let step = step(one, "transaction"); (step.idempotent, step.verification) = (false, None); }),
        case(PlanBroken, Block, calm, |one| step(one, "thaw-argocd-us-east-1-akidb").closing = Some(Closing { of: StepId::new("gone"), unless_started: None })),
        case(PlanBroken, Block, restore, |one| one.plan().steps.retain(|step| step.id.as_str() != "read-write")),
        case(PlanBroken, Block, restore, |one| step(one, "read-write").closing.as_mut().unwrap().unless_started = Some(StepId::new("restore"))),
        case(PlanDeadRegion, Block, calm, |one| { one.world.lose(TARGET); }),
        case(PlanDeadRegion, Block, calm, |one| { one.plan(); one.world.lose(OLD); }),
        case(PlanDeadRegion, Warn, || Setting::new(World::watched(), failover(TARGET)), |one| { one.plan(); one.world.lose(OLD); }),
        case(PlanControlPlane, Warn, draining, without_levers),
        case(PlanControlPlane, Block, draining, |one| { without_levers(one); one.plan(); one.world.lose(OLD); }),
        case(SnapshotStale, Block, calm, |one| { one.world.age(Source::Workloads, TARGET, SignedDuration::from_hours(1)); }),
        case(SnapshotStale, Block, calm, |one| { one.world.fail(Source::Workloads, OLD); }),
        case(SnapshotStale, Block, calm, |one| { one.world.fail(Source::GlobalCluster, TARGET); }),
        case(SnapshotStale, Block, restore, |one| { one.world.fail(Source::Backups, TARGET); }),
        case(SnapshotStale, Block, calm, |one| { one.plan(); one.world.fail(Source::RoutingControl, OLD); }),
        case(TargetUnknown, Block, lost, |one| { one.world.remove(Source::Probe, TARGET); }),
        case(TargetNoGo, Block, lost, |one| one.said(Source::Probe, TARGET, |reading| reading!(reading, Probe).status = 503)),
        case(TargetHeadless, Block, lost, |one| cluster(one, TARGET, |cluster| cluster.instances.clear())),
        case(TargetVersion, Block, lost, |one| cluster(one, TARGET, |cluster| cluster.engine_version = Some("15.12".into()))),
        case(TargetVersion, Warn, lost, |one| cluster(one, TARGET, |cluster| cluster.engine_version = Some("16.4".into()))),
        case(TargetCapacity, Warn, lost, |one| workloads(one, |reading| reading.autoscalers[0].maximum = 5)),
        case(TargetCapacity, Warn, lost, |one| workloads(one, |reading| reading.deployments[0].desired = 4)),
        case(TargetCapacity, Warn, lost, |one| workloads(one, |reading| reading.nodes_ready = 5)),
        case(TargetIsWriter, Block, calm, |one| one.intent = switchover(OLD)),
        case(TargetIsWriter, Block, calm, |one| { one.plan(); views(one, |view| view.members.iter_mut().for_each(|member| member.is_writer = member.region.as_str() == TARGET)); }),
        case(WritersTwo, Block, calm, |one| views(one, |view| view.members.iter_mut().for_each(|member| member.is_writer = true))),
        case(WritersTwo, Block, lost, |one| { one.plan(); one.said(Source::GlobalCluster, "eu-west-1", |reading| reading!(reading, GlobalCluster).members[1].is_writer = true); }),
        case(WritersTwo, Warn, draining, |one| views(one, |view| view.members.iter_mut().for_each(|member| member.is_writer = true))),
        case(WriterUnseen, Block, lost, |one| { one.world = World::watched(); one.world.fail_over(TARGET); one.intent = failover("eu-west-1"); }),
        case(WriterUnseen, Warn, draining, |one| { one.world.fail_over(TARGET); }),
        case(WriterHealthy, Block, lost, |one| one.world = World::watched()),
        case(WriterUnhealthy, Block, calm, |one| { one.world.lose(OLD); }),
        case(WriterUnhealthy, Block, calm, |one| cluster(one, OLD, |cluster| cluster.status = "failing-over".into())),
        case(WriterUnhealthy, Block, calm, |one| cluster(one, OLD, |cluster| cluster.instances.clear())),
        case(WriterUnhealthy, Block, calm, |one| { one.world.fail(Source::Cluster, OLD); }),
        case(FenceUnproven, Block, lost, |one| one.world = World::watched()),
        case(FenceUnproven, Block, lost, |one| for at in REGIONS { one.world.remove(Source::GlobalCluster, at); if at != OLD { one.world.say(Source::GlobalCluster, at, nobody_writes()); } }),
        case(FenceUnproven, Warn, || Setting::new(World::watched(), failover(TARGET)), |one| { one.world.lose(OLD); }),
        case(FenceUnproven, Warn, || Setting::new(World::watched(), failover(TARGET)), |one| cluster(one, OLD, |cluster| cluster.instances.clear())),
        case(LossBeyond, Block, lost, |one| metrics(one, |metrics| metrics.aurora.rpo = points(&[900_000.0]))),
        case(LossBeyond, Block, lost, |one| one.world.stack.guards.most_loss = Some(Period::from_mins(1))),
        case(LossUnknown, Block, lost, |one| metrics(one, |metrics| metrics.aurora.rpo.clear())),
        case(LossUnknown, Block, lost, |one| { one.world.remove(Source::Metrics, TARGET); }),
        case(BacklogBeyond, Block, lost, |one| metrics(one, |metrics| metrics.replication[0].latency = points(&[1_000.0]))),
        case(BacklogBeyond, Warn, calm, |one| metrics(one, |metrics| metrics.replication[0].latency = points(&[1_000.0]))),
        case(ReplicationOneWay, Warn, lost, |one| one.world.stack.replication.retain(|rule| rule.from.as_str() != TARGET)),
        case(ReplicationOneWay, Warn, lost, |one| one.said(Source::Replication, TARGET, |reading| reading!(reading, Replication).rules[0].enabled = false)),
        case(RunInProgress, Block, lost, |one| lease(one, held)),
        case(CoolDown, Block, lost, |one| { lease(one, held); stand_still(one, 41); }),
        case(RunInProgress, Block, lost, |one| { lease(one, held); stand_still(one, 40); }),
        case(CoolDown, Block, lost, |one| lease(one, ended)),
        case(CoolDown, Block, lost, |one| { lease(one, ended); one.said(Source::Lease, OLD, |reading| reading!(reading, Lease).last.as_mut().unwrap().ended_at = ago(90 * 86_400)); }),
        case(CoolDown, Warn, restore, |one| lease(one, ended)),
        case(FreezeWindow, Block, calm, window),
        case(FreezeWindow, Warn, lost, window),
        case(CredentialsEnd, Block, lost, |one| one.said(Source::Identity, TARGET, |reading| reading!(reading, Identity).expires_at = Some(ago(-60)))),
        case(CredentialsEnd, Block, lost, |one| one.said(Source::Identity, TARGET, |reading| reading!(reading, Identity).expires_at = Some(ago(60)))),
        case(CredentialsDenied, Block, lost, |one| {
            let denied = SourceError::new(SourceErrorKind::Denied, "ExpiredToken");
            one.world.observations.get_mut(&id(Source::Identity, TARGET)).unwrap().push(observation(Source::Identity, TARGET, now(), Err(denied)));
        }),
        case(LeaseLocal, Warn, lost, |one| one.world.stack.lease = None),
        case(LeaseUnreachable, Block, lost, |one| { one.world.fail(Source::Lease, OLD); }),
        case(LeaseUnreachable, Block, lost, |one| { one.world.remove(Source::Lease, OLD); }),
        case(JournalUnwritable, Block, lost, |one| one.journal_failure = Some("no space left".into())),
        case(JournalLocal, Warn, lost, |one| one.world.stack.journal = None),
        case(JournalLocal, Warn, lost, |one| one.world.stack.journal.as_mut().unwrap().buckets.retain(|at, _| at.as_str() == OLD)),
        case(BackupUnrestorable, Block, restore, |one| backups(one, |reading| reading.locations[0].available = false)),
        case(BackupUnrestorable, Block, restore, |one| backups(one, |reading| reading.locations.clear())),
        case(BackupUnrestorable, Block, || Setting::new(World::watched(), recovering(Some(ago(3_600)))), |one| one.intent = recovering(Some(ago(60)))),
        case(BackupUnrestorable, Block, || Setting::new(World::watched(), recovering(None)), |one| one.intent = recovering(Some(ago(8 * 24 * 3_600)))),
        case(BackupUnknown, Block, restore, |one| backups(one, |reading| reading.backups.clear())),
        case(BackupUnknown, Block, restore, |one| { one.plan(); backups(one, |reading| reading.backups.clear()); }),
        case(RestoreSkips, Info, lost, |one| *one = restore()),
        case(RestoreSkips, Warn, restore, |one| one.intent = restoring(TARGET, &[], ExistingResources::Skip)),
        case(NamespaceThere, Warn, restore, |one| one.intent = restoring(TARGET, &[], ExistingResources::Update)),
        case(LeverNone, Block, calm, |one| { without_levers(one); one.world.fail(Source::Records, OLD); }),
        case(LeverNone, Block, draining, |one| { without_levers(one); one.world.fail(Source::Records, OLD); }),
        case(LeverNone, Warn, lost, |one| { without_levers(one); one.world.fail(Source::HealthChecks, OLD); }),
        case(LeverRecords, Warn, calm, without_levers),
        case(LeverReturns, Warn, || Setting::new(World::watched(), failover(TARGET)), health_checks_fail),
        case(UsersRemain, Warn, || Setting::new(moved(), failover(TARGET)), |one| *one = lost()),
        case(AnswersUnseen, Warn, lost, |one| { one.world.remove(Source::Records, OLD); }),
        case(AnswersUnseen, Info, calm, |one| one.world.stack.traffic.as_mut().unwrap().regional_resolvers.clear()),
        case(InfrastructureDestroys, Warn, lost, |one| state(one, managed)),
        case(InfrastructureDestroys, Warn, lost, |one| state(one, |state| state.failure = Some("AccessDenied".into()))),
        case(InfrastructureLocked, Block, calm, |one| state(one, |state| state.lock = Some(TerraformLock {
            id: "7a".into(), operation: "OperationTypeApply".into(), who: "bob@ci".into(), created: Some(ago(60)),
        }))),
        case(TransactionNone, Warn, calm, |one| one.world.stack.regions.get_mut(&region(TARGET)).unwrap().transaction = None),
        case(LastServing, Block, draining, |one| { one.world.lose(TARGET); }),
        case(LastServing, Block, draining, |one| { one.plan(); one.said(Source::Probe, TARGET, |reading| reading!(reading, Probe).status = 503); }),
        case(LastServing, Block, draining, |one| one.said(Source::RoutingControl, OLD, |reading| reading!(reading, RoutingControl).states.values_mut().for_each(|on| *on = false))),
    ]
}

fn recovering(at: Option<jiff::Timestamp>) -> Intent {
    Intent::Recover { region: region(TARGET), at }
}

fn nobody_writes() -> evac_core::Reading {
    let mut reading = world::calm(Source::GlobalCluster, TARGET, &stack());
    reading!(&mut reading, GlobalCluster).members.iter_mut().for_each(|member| member.is_writer = false);
    reading
}

#[test]
fn each_guard_is_raised_by_what_it_is_about_and_not_before() {
    for (index, case) in cases().into_iter().enumerate() {
        let mut setting = (case.start)();
        let raised = |notes: &[Note]| notes.iter().any(|one| (one.code, one.severity) == (case.code, case.severity));
        let context = format!("case {index}, {} as {:?}", case.code, case.severity);
        let before = setting.notes();
        assert!(!raised(&before), "{context} stands before: {before:#?}");
        (case.change)(&mut setting);
        let after = setting.notes();
        assert!(raised(&after), "{context} is not raised: {after:#?}");
        assert!(after.is_sorted_by_key(|note| note.severity), "{context}: worst first");
        assert!(after.iter().all(|note| !note.text.is_empty() && !note.remedy.is_empty()), "{context}: {after:#?}");
    }
}

#[test]
fn every_guard_has_a_case_for_each_of_its_severities_and_a_meaning() {
    let names: BTreeSet<_> = GuardCode::all().map(GuardCode::name).collect();
    assert_eq!(names.len(), GuardCode::all().count());
    for code in GuardCode::all() {
        let shown: BTreeSet<_> = cases().iter().filter(|case| case.code == code).map(|case| case.severity).collect();
        assert_eq!(shown, code.row().severities.iter().copied().collect(), "{code}");
        assert!(code.row().meaning.ends_with('.') && GuardCode::parse(&code.name().to_lowercase()) == Some(code));
    }
}

/// What is raised is never more or less severe than its row says.
#[test]
fn no_guard_stands_as_what_its_row_does_not_say() {
    for (index, case) in cases().into_iter().enumerate() {
        let mut setting = (case.start)();
        (case.change)(&mut setting);
        for note in setting.notes() {
            assert!(note.code.row().severities.contains(&note.severity), "case {index}: {note:#?}");
        }
    }
}

#[test]
fn nothing_blocks_the_flight_from_a_lost_primary_nor_a_calm_move() {
    for setting in [lost(), calm(), draining(), restore()] {
        let notes = setting.notes();
        assert!(notes.iter().all(|note| note.severity != NoteSeverity::Block), "{:?}: {notes:#?}", setting.intent);
    }
    let codes = |setting: Setting| setting.notes().into_iter().map(|note| note.code).collect::<Vec<_>>();
    use GuardCode::{AnswersUnseen, FenceUnproven, UsersRemain};
    assert_eq!((codes(calm()), codes(lost())), (vec![], [FenceUnproven, UsersRemain, AnswersUnseen].to_vec()));
}
