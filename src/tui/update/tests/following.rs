//! Runs that are followed, listed and told something; and the forms of restore and recover.

use evac_core::{
    Observation, Reading, Source, SourceId,
    observation::Sampled,
    plan::{ExistingResources, Intent},
    reading::{Backup, BackupPhase, BackupsReading},
};

use super::{
    acting::{acting, problem, refusal},
    *,
};
use crate::tui::{
    acting::{Kept, Order, RunLine, RunSeen},
    items::Item,
    tests::deeds,
};

/// The model that follows this run.
fn following(name: &str) -> Model {
    let mut model = acting();
    let seen = deeds::run(name);
    model.screen = Screen::Run;
    model.desk.following = Some(seen.line.run.clone());
    model.desk.run = Some(Arc::new(seen));
    model
}

/// What the form that lies over the screen explains.
fn help(model: &Model) -> String {
    match &model.overlay {
        Some(Overlay::Form(form)) => form.question(model).help.join(" "),
        other => panic!("{other:?}"),
    }
}

fn answer(model: &mut Model, answers: &[&str]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for text in answers {
        type_in(model, text);
        effects.extend(press(model, &[Action::Open]));
    }
    effects
}

#[test]
fn a_run_is_aborted_with_a_word_and_a_reason_while_armed() {
    let mut model = following("half");
    press(&mut model, &[Action::Abort]);
    assert_eq!(refusal(&mut model), "read-only: press A to arm");
    press(&mut model, &[Action::Arm, Action::Abort]);
    assert_eq!(answer(&mut model, &["yes"]), []);
    assert_eq!(problem(&model), "that is not abort");
    update(&mut model, Message::Edit(Edit::EraseAll));
    let effects = answer(&mut model, &["abort", "the region is back"]);
    let run = model.desk.following.clone().unwrap();
    assert_eq!(effects, [Effect::Order(run, Order::Abort { reason: "the region is back".into() })]);
    assert!(model.overlay.is_none());
}

#[test]
fn a_gate_is_overridden_on_the_run_by_its_code() {
    let mut model = following("half");
    press(&mut model, &[Action::Arm, Action::Override]);
    assert_eq!(refusal(&mut model), "the run is at no gate");
    let mut model = following("gated");
    press(&mut model, &[Action::Arm, Action::Override]);
    let effects = answer(&mut model, &["FNC-UNPROVEN", "the region is dark"]);
    assert!(
        matches!(effects.as_slice(), [Effect::Order(_, Order::Override(given))] if given.reason == "the region is dark")
    );
    assert!(Action::Override.availability(&following("overridden")).is_err());
}

#[test]
fn an_end_is_acknowledged_once_it_is_there() {
    let mut model = following("half");
    press(&mut model, &[Action::Arm, Action::Acknowledge]);
    assert_eq!(refusal(&mut model), "the run is not over");
    let mut model = following("aborted");
    press(&mut model, &[Action::Arm, Action::Acknowledge]);
    assert!(matches!(answer(&mut model, &["seen"]).as_slice(), [Effect::Order(_, Order::Acknowledge)]));
}

#[test]
fn a_run_that_nobody_carries_out_is_gone_on_with_by_a_word_also_from_the_list() {
    let mut model = following("half");
    press(&mut model, &[Action::Arm, Action::Resume]);
    assert_eq!(refusal(&mut model), "the run is carried out already");
    for name in ["orphan", "failed", "unknown"] {
        let mut model = following(name);
        let line = model.desk.run.as_ref().unwrap().line.clone();
        for screen in [Screen::Run, Screen::Runs] {
            (model.desk.armed_until, model.desk.starting) = (None, None);
            model.desk.runs = Some(Ok(Arc::new(vec![line.clone()].into())));
            model.screen = screen;
            press(&mut model, &[Action::Arm, Action::Resume]);
            let effects = answer(&mut model, &["resume"]);
            assert_eq!(
                effects,
                [Effect::Resume { run: line.run.clone(), despite_abort: false }],
                "{name} on {screen:?}"
            );
        }
    }
    // Who has stopped a run that has moved the writer is named, and going on takes other words.
    let mut model = following("aborted");
    let run = model.desk.run.as_ref().unwrap().line.run.clone();
    press(&mut model, &[Action::Arm, Action::Resume]);
    assert!(help(&model).starts_with("oncall@bastion has stopped it: us-east-1 is back. "), "{}", help(&model));
    assert_eq!(answer(&mut model, &["resume"]), []);
    press(&mut model, &[Action::Back, Action::Resume]);
    assert_eq!(answer(&mut model, &["despite abort"]), [Effect::Resume { run, despite_abort: true }]);
    let mut model = following("done");
    press(&mut model, &[Action::Arm, Action::Resume]);
    assert_eq!(refusal(&mut model), "the run is over");
    // What has become of the run is asked for once it was told something.
    assert_eq!(update(&mut model, Message::Told("it goes on".into())), [Effect::ListRuns]);
}

#[test]
fn a_run_whose_journal_cannot_be_believed_or_read_is_gone_on_with_by_a_copy() {
    let damaged = deeds::damaged().line;
    let unread = RunLine { kept: Kept::Unread, ..damaged.clone() };
    for (line, says) in [(damaged.clone(), "DAMAGED: this machine's journal"), (unread, "NOT READ: its copies")] {
        for screen in [Screen::Run, Screen::Runs] {
            let mut model = acting();
            let seen = RunSeen { line: line.clone(), records: vec![], unseen: None };
            (model.screen, model.desk.following) = (screen, Some(line.run.clone()));
            model.desk.run = Some(Arc::new(seen));
            model.desk.runs = Some(Ok(Arc::new(vec![line.clone()].into())));
            press(&mut model, &[Action::Resume]);
            assert_eq!(refusal(&mut model), "read-only: press A to arm");
            press(&mut model, &[Action::Arm, Action::Resume]);
            assert!(help(&model).contains(says), "{}", help(&model));
            assert!(help(&model).contains("Without"), "{}", help(&model));
            assert_eq!(
                answer(&mut model, &["resume"]),
                [Effect::Resume { run: line.run.clone(), despite_abort: false }],
                "{says} on {screen:?}"
            );
            // Whether its end is to be acknowledged nobody knows.
            model.desk.starting = None;
            assert!(Action::Acknowledge.availability(&model).is_err());
        }
    }
    // A process that lives writes on it, whatever it has written.
    let mut model = acting();
    model.desk.runs = Some(Ok(Arc::new(vec![RunLine { running: true, ..damaged }].into())));
    press(&mut model, &[Action::Runs, Action::Arm, Action::Resume]);
    assert_eq!(refusal(&mut model), "the run is carried out already");
}

#[test]
fn what_a_resumed_run_waits_for_is_shown_until_its_answer_is_there() {
    let mut model = following("failed");
    let run = model.desk.following.clone().unwrap();
    press(&mut model, &[Action::Arm, Action::Resume]);
    answer(&mut model, &["resume"]);
    update(&mut model, Message::Waits("a copy of its journal".into()));
    update(&mut model, Message::Waits("the lease of the stack".into()));
    assert_eq!(model.desk.resuming(&run).unwrap().waits.as_deref(), Some("the lease of the stack"));
    press(&mut model, &[Action::Resume]);
    assert_eq!(refusal(&mut model), format!("{run} is about to go on: wait for the answer"));
    // A plan can be read meanwhile, and not consented to.
    assert!(Action::Failover.availability(&model).is_ok());

    let mut refused = model.clone();
    let why = "grace on the bastion holds the lease".to_owned();
    assert_eq!(update(&mut refused, Message::Resumed(run.clone(), Err(why.clone()))), [Effect::ListRuns]);
    assert_eq!(refusal(&mut refused), why);
    assert_eq!((refused.desk.starting.as_ref(), refused.desk.following.as_ref()), (None, Some(&run)));
    assert!(Action::Resume.availability(&refused).is_ok());

    // It is followed anew: it goes on here, and what was followed may have been a copy elsewhere.
    let effects = update(&mut model, Message::Resumed(run.clone(), Ok(())));
    assert_eq!(effects, [Effect::Attach(run.clone()), Effect::ListRuns]);
    assert_eq!((model.desk.starting, model.desk.following), (None, Some(run)));
    // A word that comes late is about nothing any more.
    let mut model = following("failed");
    update(&mut model, Message::Waits("the lease of the stack".into()));
    assert_eq!(model.desk.starting, None);
}

#[test]
fn the_cursor_rides_with_what_goes_on_until_it_is_moved_and_ends_at_the_report() {
    let chosen = |model: &Model| match model.chosen_item() {
        Some(Item::Step(index)) => model.desk.state().unwrap().plan.steps[index].id.as_str().to_owned(),
        other => format!("{other:?}"),
    };
    let shown = |model: &mut Model, mut seen: RunSeen| {
        seen.line.run = model.desk.following.clone().unwrap();
        update(model, Message::Run(Arc::new(seen)))
    };
    let see = |model: &mut Model, name: &str| shown(model, deeds::run(name));
    let mut model = following("half");
    model.screen = Screen::Overview;
    press(&mut model, &[Action::Run]);
    assert_eq!(chosen(&model), "promote");
    see(&mut model, "gated");
    assert_eq!(chosen(&model), "fence");
    // Every step has ended, and that the run has is yet to be said.
    let mut ended = deeds::run("done");
    Arc::make_mut(ended.line.state.as_mut().unwrap()).finished = None;
    shown(&mut model, ended);
    assert_eq!(chosen(&model), "resume-ingest");
    let effects = see(&mut model, "done");
    assert_eq!(chosen(&model), "Some(Report(0))");
    assert_eq!(effects, [Effect::Poll(None), Effect::ListRuns], "what it changed is asked for");
    assert_eq!(see(&mut model, "done"), [], "once");

    // What was said of the last order is over with it: the keys of what is to be done now stand in its place.
    let mut model = following("gated");
    update(&mut model, Message::Told("asked to stop at the next safe point".into()));
    see(&mut model, "aborted");
    assert_eq!(model.notice, None);

    let mut model = following("half");
    see(&mut model, "half");
    press(&mut model, &[Action::First]);
    see(&mut model, "gated");
    assert_eq!(chosen(&model), "credentials", "who moved it finds it there");
}

#[test]
fn a_run_is_handed_over_to_somebody() {
    let mut model = following("half");
    press(&mut model, &[Action::Arm, Action::HandOver]);
    assert_eq!(answer(&mut model, &[""]), []);
    assert_eq!(problem(&model), "say who goes on with it");
    let effects = answer(&mut model, &["grace on the bastion"]);
    assert!(matches!(effects.as_slice(), [Effect::Order(_, Order::HandOver { to })] if to == "grace on the bastion"));
    let mut model = following("done");
    press(&mut model, &[Action::Arm, Action::HandOver]);
    assert_eq!(refusal(&mut model), "no run is under way here");
}

#[test]
fn an_order_that_is_being_typed_when_the_run_ends_is_not_given() {
    let mut model = following("half");
    press(&mut model, &[Action::Arm, Action::Abort]);
    update(&mut model, Message::Run(Arc::new(deeds::run("done"))));
    assert!(model.overlay.is_none());
    assert_eq!(model.notice.as_deref(), Some("the run is over"));
}

#[test]
fn leaving_follows_no_more_and_says_that_the_run_goes_on() {
    let model = following("half");
    let footer = hints::footer(&model);
    assert!(footer.iter().any(|hint| hint.word == "quit: the run goes on"), "{footer:?}");
    let footer = hints::footer(&following("done"));
    assert!(footer.iter().all(|hint| hint.word != "quit: the run goes on"));
}

#[test]
fn a_run_that_is_under_way_is_followed_from_the_start_and_another_is_opened_from_the_list() {
    let mut model = acting();
    let lines: Vec<RunLine> = vec![deeds::run("half").line];
    let effects = update(&mut model, Message::Runs(Ok(lines.clone().into())));
    assert_eq!(effects, [Effect::Attach(lines[0].run.clone())]);
    assert_eq!(update(&mut model, Message::Runs(Ok(lines.into()))), []);
    assert_eq!(press(&mut model, &[Action::Runs]), [Effect::ListRuns]);
    assert_eq!(press(&mut model, &[Action::Open]), [], "it is followed already");
    assert_eq!(model.screen, Screen::Run);

    let mut model = acting();
    let damaged = deeds::damaged().line;
    press(&mut model, &[Action::Runs]);
    update(&mut model, Message::Runs(Ok(vec![damaged.clone()].into())));
    assert_eq!(press(&mut model, &[Action::Open]), [Effect::Attach(damaged.run)]);
}

#[test]
fn what_comes_late_of_a_run_that_is_followed_no_more_is_not_shown() {
    let mut model = acting();
    update(&mut model, Message::Run(Arc::new(deeds::run("half"))));
    assert!(model.desk.run.is_none());
}

#[test]
fn the_cursor_stays_on_its_row_while_the_log_grows() {
    let mut model = following("half");
    press(&mut model, &[Action::Last]);
    let before = model.chosen_item();
    update(&mut model, Message::Run(Arc::new(deeds::run("gated"))));
    assert_eq!(model.chosen_item(), before);
    press(&mut model, &[Action::Open]);
    assert!(matches!(model.overlay, Some(Overlay::Detail { .. })));
    press(&mut model, &[Action::Back]);
    assert!(model.overlay.is_none() && model.screen == Screen::Run);
}

#[test]
fn the_command_of_the_chosen_step_is_copied() {
    let mut model = following("half");
    press(&mut model, &[Action::Down, Action::Down]);
    let effects = press(&mut model, &[Action::Copy]);
    let [Effect::Copy(text)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.starts_with("aws rds failover-global-cluster --region us-west-2 "), "{text}");
}

/// The model with backups in its first region.
fn with_backups() -> Model {
    let mut model = acting();
    let backup = |name: &str| Backup {
        name: name.into(),
        schedule: None,
        location: None,
        phase: BackupPhase::Completed,
        started: Some(model.now),
        completed: Some(model.now),
        expires: None,
        errors: 0,
        warnings: 0,
        volume_snapshots: 0,
        volume_region: None,
        volumes_in_store: true,
        source_minor_version: None,
    };
    let reading = BackupsReading {
        backups: ["pvc-2", "pvc-1", "cluster-1"].map(backup).into(),
        schedules: vec![],
        locations: vec![],
        restores: vec![],
    };
    let snapshot = model.snapshot.with(Observation {
        id: SourceId { source: Source::Backups, region: model.chosen_region().unwrap().clone() },
        received_at: model.now,
        source_clock: None,
        took: jiff::SignedDuration::from_secs(1),
        result: Ok(Sampled { sampled_at: model.now, reading: Reading::Backups(reading) }),
    });
    model.snapshot = Arc::new(snapshot);
    model
}

#[test]
fn a_restore_is_asked_for_step_by_step_and_ends_in_a_plan() {
    let mut model = with_backups();
    press(&mut model, &[Action::Restore]);
    assert_eq!(answer(&mut model, &["nothing of this name"]), []);
    assert_eq!(problem(&model), "no backup is called so");
    update(&mut model, Message::Edit(Edit::EraseAll));
    type_in(&mut model, "pvc");
    press(&mut model, &[Action::Down, Action::Open]);
    answer(&mut model, &["akidb, Jobs"]);
    assert!(problem(&model).starts_with("name at least one namespace"));
    update(&mut model, Message::Edit(Edit::EraseAll));
    answer(&mut model, &["akidb, jobs", "web=other"]);
    assert_eq!(problem(&model), "web is not restored: only akidb,jobs is");
    update(&mut model, Message::Edit(Edit::EraseAll));
    let effects = answer(&mut model, &["jobs=jobs-two", "update"]);
    let intent = Intent::Restore {
        region: deeds::region("us-east-1"),
        backup: "pvc-1".into(),
        namespaces: vec!["akidb".into(), "jobs".into()],
        mapping: BTreeMap::from([("jobs".into(), "jobs-two".into())]),
        existing: ExistingResources::Update,
    };
    assert_eq!(effects, [Effect::Plan(intent)]);
    assert!(model.overlay.is_none() && model.screen == Screen::Plan);
}

#[test]
fn backspace_on_an_empty_line_takes_the_last_answer_back() {
    let mut model = with_backups();
    press(&mut model, &[Action::Restore]);
    answer(&mut model, &["cluster", "akidb"]);
    update(&mut model, Message::Edit(Edit::Erase));
    let Some(Overlay::Form(form)) = &model.overlay else { panic!("the form is closed") };
    assert_eq!((form.text.as_str(), form.answers.len()), ("akidb", 1));
}

#[test]
fn a_recovery_asks_for_the_minute() {
    let mut model = acting();
    press(&mut model, &[Action::Recover]);
    answer(&mut model, &["tomorrow"]);
    assert_eq!(problem(&model), "that is no minute");
    update(&mut model, Message::Edit(Edit::EraseAll));
    let effects = answer(&mut model, &["03:10"]);
    let [Effect::Plan(Intent::Recover { at: Some(at), .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(at.to_string(), "2026-11-22T03:10:00Z");
}
