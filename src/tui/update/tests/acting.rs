//! From a verb to a run: arming, planning, judging, consent, overriding.

use evac_core::{
    Verdict,
    guard::{GuardCode, NoteSeverity, Refusal},
    plan::{Intent, LossStatement},
    run::RunId,
};

use super::*;
use crate::tui::{
    acting::{Given, Judgement, NotBegun, Proposal},
    desk::{Planning, Reading},
    input,
    tests::deeds,
};

/// The model with something that acts behind it, and us-west-2 fit to take over.
pub(super) fn acting() -> Model {
    let mut model = model();
    model.desk.acts = true;
    let mut assessment = model.assessment.as_ref().clone();
    for (id, region) in &mut assessment.regions {
        region.verdict = if id.as_str() == "us-west-2" { Verdict::Go } else { Verdict::Unknown };
    }
    assessment.recovery_point.target = Some(deeds::region("us-west-2"));
    model.assessment = Arc::new(assessment);
    model
}

/// The model that reads this proposal.
fn reading(proposal: Proposal) -> Model {
    let mut model = acting();
    model.screen = Screen::Plan;
    model.desk.planning = Planning::Made(Box::new(Reading::new(proposal)));
    model
}

fn ready() -> Model {
    reading(deeds::proposal(deeds::remarks(), deeds::writes(140)))
}

pub(super) fn problem(model: &Model) -> String {
    match &model.overlay {
        Some(Overlay::Form(form)) => form.problem.clone().unwrap_or_default(),
        other => format!("{other:?}"),
    }
}

/// Why the last key did nothing; what that lies over is closed.
pub(super) fn refusal(model: &mut Model) -> String {
    match model.overlay.take() {
        Some(Overlay::Form(form::Form { purpose: Purpose::NotNow { why, .. }, .. })) => why,
        other => {
            model.overlay = other;
            model.notice.clone().unwrap_or_default()
        }
    }
}

/// Presses keys as a terminal sends them; `⏎` is enter.
fn keys(model: &mut Model, keymap: &mut Keymap, text: &str) -> (usize, Vec<Effect>) {
    use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
    let mut effects = Vec::new();
    for character in text.chars() {
        let (code, held) = match character {
            '⏎' => (KeyCode::Enter, KeyModifiers::NONE),
            letter if letter.is_ascii_uppercase() => (KeyCode::Char(letter), KeyModifiers::SHIFT),
            letter => (KeyCode::Char(letter), KeyModifiers::NONE),
        };
        let event = Event::Key(KeyEvent::new(code, held));
        if let Some(message) = input::message(event, model, keymap) {
            effects.extend(update(model, message));
        }
    }
    (text.chars().count(), effects)
}

#[test]
fn from_the_overview_to_a_running_failover_in_at_most_twelve_keys() {
    let mut model = acting();
    let mut keymap = Keymap::new(&BTreeMap::new()).unwrap();
    assert_eq!(model.screen, Screen::Overview);
    let (mut pressed, effects) = keys(&mut model, &mut keymap, "Af");
    let intent = Intent::Failover { to: deeds::region("us-west-2") };
    assert_eq!(effects, [Effect::Plan(intent.clone())]);
    let proposal = deeds::proposal(deeds::remarks(), deeds::writes(140));
    update(&mut model, Message::Planned(intent, Ok(Box::new(proposal.clone()))));
    let (more, effects) = keys(&mut model, &mut keymap, "cusw2⏎3m⏎");
    pressed += more;
    let given = Given { plan: proposal.plan, confirmed: "usw2".into(), accepted: "3m".into(), overrides: vec![] };
    assert_eq!(effects, [Effect::Begin(Box::new(given))]);
    assert!(pressed <= 12, "{pressed} keys");
    let run = deeds::run("half").line.run;
    let effects = update(&mut model, Message::Begun(Ok(run.clone())));
    assert_eq!(effects, [Effect::Attach(run), Effect::ListRuns]);
    assert_eq!(model.screen, Screen::Run);
}

#[test]
fn no_single_key_and_no_key_without_a_form_begins_or_orders_anything() {
    for run in ["half", "gated", "done"] {
        for screen in Screen::ALL {
            for action in Action::ALL {
                let mut model = Model { screen, ..ready() };
                press(&mut model, &[Action::Arm]);
                let seen = deeds::run(run);
                model.desk.following = Some(seen.line.run.clone());
                model.desk.run = Some(Arc::new(seen));
                let effects = press(&mut model, &[action]);
                let acts =
                    |effect: &Effect| matches!(effect, Effect::Begin(_) | Effect::Resume { .. } | Effect::Order(..));
                assert!(!effects.iter().any(acts), "{action:?} on {screen:?}");
                // Nor does enter, with nothing typed.
                assert!(!press(&mut model, &[Action::Open, Action::Open]).iter().any(acts), "{action:?} on {screen:?}");
            }
        }
    }
}

#[test]
fn read_only_a_plan_is_made_and_read_and_not_consented_to() {
    let mut model = acting();
    assert!(matches!(press(&mut model, &[Action::Failover]).as_slice(), [Effect::Plan(_)]));
    let mut model = ready();
    press(&mut model, &[Action::Consent]);
    assert_eq!(refusal(&mut model), "read-only: press A to arm");
    assert!(model.overlay.is_none());
    press(&mut model, &[Action::Arm, Action::Consent]);
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
}

#[test]
fn arming_ends_by_itself_and_also_while_consent_is_typed() {
    let mut model = ready();
    press(&mut model, &[Action::Arm, Action::Consent]);
    type_in(&mut model, "usw2");
    press(&mut model, &[Action::Open]);
    type_in(&mut model, "3m");
    let late = model.now + model.stack.guards.armed_for.get();
    update(&mut model, Message::Now { now: late, set: late });
    assert!(!model.is_armed());
    assert_eq!(press(&mut model, &[Action::Open]), []);
    assert!(problem(&model).contains("read-only again"));
    // A machine that slept has not seen the time go by, and a clock that is set back makes nothing last longer.
    for hours in [3, -3] {
        let mut model = acting();
        press(&mut model, &[Action::Arm]);
        let tell = |model: &mut Model, seconds: i64, set: i64| {
            let now = model.now + jiff::SignedDuration::from_secs(seconds);
            update(model, Message::Now { now, set: now + jiff::SignedDuration::from_secs(set) });
        };
        tell(&mut model, 1, 0);
        tell(&mut model, 1, 1);
        assert!(model.is_armed());
        tell(&mut model, 1, hours * 3_600);
        assert!(!model.is_armed());
        assert!(model.notice.as_ref().unwrap().contains("slept"));
    }
    // And by the key.
    let mut model = acting();
    press(&mut model, &[Action::Arm]);
    assert!(model.is_armed());
    press(&mut model, &[Action::Arm]);
    assert!(!model.is_armed());
}

#[test]
fn only_the_target_and_an_amount_that_covers_the_loss_are_taken() {
    let mut model = ready();
    press(&mut model, &[Action::Arm, Action::Consent]);
    for wrong in ["", "us-east-1", "use1", "usw", "yes"] {
        update(&mut model, Message::Edit(Edit::EraseAll));
        type_in(&mut model, wrong);
        assert_eq!(press(&mut model, &[Action::Open]), []);
        assert_eq!(problem(&model), "that is not us-west-2 or usw2");
    }
    update(&mut model, Message::Edit(Edit::EraseAll));
    type_in(&mut model, "us-west-2");
    press(&mut model, &[Action::Open]);
    for wrong in ["", "2m", "unknown", "none", "3"] {
        update(&mut model, Message::Edit(Edit::EraseAll));
        type_in(&mut model, wrong);
        assert_eq!(press(&mut model, &[Action::Open]), []);
        assert_eq!(problem(&model), "the loss is stated as 3m now");
    }
}

#[test]
fn what_is_typed_after_a_refusal_sets_nothing_off() {
    let mut keymap = Keymap::new(&BTreeMap::new()).unwrap();
    let two = deeds::note(GuardCode::WritersTwo, NoteSeverity::Block, "two regions claim to write");
    for mut model in [ready(), reading(deeds::proposal(vec![two], deeds::writes(140)))] {
        let (_, effects) = keys(&mut model, &mut keymap, "cus-west-2⏎15mqXf⏎");
        assert_eq!(effects, []);
        assert!(!model.quitting && model.screen == Screen::Plan);
        press(&mut model, &[Action::Back]);
        assert!(model.overlay.is_none());
    }
}

#[test]
fn nothing_is_pasted_into_consent() {
    let mut model = ready();
    press(&mut model, &[Action::Arm, Action::Consent]);
    assert_eq!(update(&mut model, Message::Paste("usw2\r3m\r".into())), []);
    assert_eq!(problem(&model), "this is typed, not pasted");
    let Some(Overlay::Form(form)) = &model.overlay else { panic!("the form is closed") };
    assert!(form.text.is_empty() && form.answers.is_empty());
}

#[test]
fn a_statement_that_has_grown_meanwhile_is_told_with_both_amounts() {
    let mut model = ready();
    press(&mut model, &[Action::Arm, Action::Consent]);
    type_in(&mut model, "usw2");
    press(&mut model, &[Action::Open]);
    type_in(&mut model, "3m");
    let Judgement { plan, notes, .. } = model.desk.planning.made().unwrap().proposal.judgement.clone();
    let newer = Judgement { plan: plan.clone(), notes, loss: deeds::writes(185) };
    update(&mut model, Message::Judged(plan, Ok(newer)));
    assert_eq!(press(&mut model, &[Action::Open]), []);
    assert_eq!(problem(&model), "the loss is stated as 4m now: it was 3m before");
    update(&mut model, Message::Edit(Edit::EraseAll));
    type_in(&mut model, "4m");
    assert!(matches!(press(&mut model, &[Action::Open]).as_slice(), [Effect::Begin(_)]));
}

#[test]
fn where_nothing_is_lost_the_target_is_all_that_is_typed() {
    let mut model = reading(deeds::proposal(vec![], LossStatement::Nothing));
    press(&mut model, &[Action::Arm, Action::Consent]);
    type_in(&mut model, "usw2");
    assert!(matches!(press(&mut model, &[Action::Open]).as_slice(), [Effect::Begin(_)]));
}

/// A model that has just asked for the run.
fn asked() -> Model {
    let mut model = ready();
    press(&mut model, &[Action::Arm, Action::Consent]);
    type_in(&mut model, "usw2");
    press(&mut model, &[Action::Open]);
    type_in(&mut model, "3m");
    press(&mut model, &[Action::Open]);
    model
}

#[test]
fn while_a_run_begins_nothing_else_is_asked_for() {
    let mut model = asked();
    for action in [Action::Consent, Action::PlanAgain, Action::Failover, Action::Override] {
        assert_eq!(press(&mut model, &[action]), [], "{action:?}");
        assert_eq!(refusal(&mut model), "a run is about to begin: wait for the answer");
    }
}

#[test]
fn what_a_run_that_begins_waits_for_is_shown_until_its_answer_is_there() {
    let mut model = asked();
    assert_eq!(model.desk.beginning().unwrap().waits, None);
    for on in ["the lease of the stack", "every source to answer, 30 s at most"] {
        update(&mut model, Message::Waits(on.into()));
        assert_eq!(model.desk.beginning().unwrap().waits.as_deref(), Some(on));
    }
    let mut failed = model.clone();
    update(&mut failed, Message::Begun(Err(NotBegun::Failed("the disk is full".into()))));
    assert_eq!(failed.desk.starting, None);
    assert!(Action::Consent.availability(&failed).is_ok());
    update(&mut model, Message::Begun(Ok(deeds::run("half").line.run)));
    assert_eq!(model.desk.starting, None);
}

#[test]
fn a_refusal_says_all_that_is_against_it_and_asks_anew_where_that_is_enough() {
    let mut model = asked();
    let refusal = Refusal {
        problems: vec!["the loss is stated as `4m` now: type that to accept it".into()],
        blocking: vec![],
        loss: deeds::writes(185),
    };
    update(&mut model, Message::Begun(Err(NotBegun::Refused(Box::new(refusal)))));
    assert_eq!(problem(&model), "the loss was stated as 3m, and is 4m now");
    type_in(&mut model, "4m");
    let effects = press(&mut model, &[Action::Open]);
    let [Effect::Begin(given)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((given.confirmed.as_str(), given.accepted.as_str()), ("usw2", "4m"));

    let mut model = asked();
    let drift = deeds::note(GuardCode::PlanDrift, NoteSeverity::Block, "writer was us-east-1 and is us-west-2");
    let refusal = Refusal { problems: vec![], blocking: vec![drift], loss: deeds::writes(140) };
    update(&mut model, Message::Begun(Err(NotBegun::Refused(Box::new(refusal)))));
    assert!(model.overlay.is_none());
    let reading = model.desk.planning.made().unwrap();
    assert_eq!(reading.refused, ["PLN-DRIFT: writer was us-east-1 and is us-west-2"]);
    assert_eq!(reading.blocks().count(), 1);
    assert!(Action::Consent.availability(&model).is_err());
    assert!(Action::PlanAgain.availability(&model).is_ok());
}

#[test]
fn a_guard_is_overridden_by_its_code_and_with_a_reason() {
    let unknown = deeds::note(GuardCode::TargetUnknown, NoteSeverity::Block, "backups are not known");
    let mut model = reading(deeds::proposal(vec![unknown], deeds::writes(140)));
    press(&mut model, &[Action::Arm, Action::Consent]);
    assert_eq!(refusal(&mut model), "a note blocks the plan: read it first");
    press(&mut model, &[Action::Override]);
    type_in(&mut model, "WRT-TWO");
    press(&mut model, &[Action::Open]);
    assert!(problem(&model).contains("does not stand in the way"));
    update(&mut model, Message::Edit(Edit::EraseAll));
    type_in(&mut model, "tgt-unknown");
    press(&mut model, &[Action::Open]);
    press(&mut model, &[Action::Open]);
    assert_eq!(problem(&model), "give a reason");
    type_in(&mut model, "Velero is not needed here");
    press(&mut model, &[Action::Open]);
    assert_eq!(model.desk.planning.made().unwrap().blocks().count(), 0);
    press(&mut model, &[Action::Consent]);
    type_in(&mut model, "usw2");
    press(&mut model, &[Action::Open]);
    type_in(&mut model, "3m");
    let effects = press(&mut model, &[Action::Open]);
    let [Effect::Begin(given)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(given.overrides[0].reason, "Velero is not needed here");
}

#[test]
fn what_cannot_be_overridden_is_not_offered() {
    let two = deeds::note(GuardCode::WritersTwo, NoteSeverity::Block, "two regions claim to write");
    let mut model = reading(deeds::proposal(vec![two], deeds::writes(140)));
    press(&mut model, &[Action::Override]);
    assert_eq!(refusal(&mut model), "what blocks the plan cannot be overridden");
}

#[test]
fn a_plan_is_judged_anew_once_a_second_while_it_is_read() {
    let mut model = ready();
    let world = |model: &Model, seconds| World {
        now: model.now + jiff::SignedDuration::from_secs(seconds),
        ..world(model, "us-west-2", false)
    };
    let news = world(&model, 1);
    assert!(matches!(update(&mut model, Message::World(news)).as_slice(), [Effect::Judge(_)]));
    let news = world(&model, 1);
    assert_eq!(update(&mut model, Message::World(news)), [], "the answer is on its way");
    let plan = model.desk.planning.made().unwrap().proposal.judgement.plan.clone();
    update(&mut model, Message::Judged(plan.clone(), Err("no picture".into())));
    assert_eq!(model.desk.planning.made().unwrap().doubt.as_deref(), Some("no picture"));
    let news = world(&model, 0);
    assert_eq!(update(&mut model, Message::World(news)).len(), 1, "its second is another than that of the last one");
    press(&mut model, &[Action::Overview]);
    update(&mut model, Message::Judged(plan, Err("no picture".into())));
    let news = world(&model, 5);
    assert_eq!(update(&mut model, Message::World(news)), [], "nobody reads it");
}

#[test]
fn a_plan_that_comes_late_takes_nobody_elses_place() {
    let mut model = acting();
    press(&mut model, &[Action::Failover, Action::Drain]);
    let proposal = deeds::proposal(vec![], deeds::writes(1));
    let late = Message::Planned(Intent::Failover { to: deeds::region("us-west-2") }, Ok(Box::new(proposal)));
    update(&mut model, late);
    assert!(matches!(model.desk.planning, Planning::Making(Intent::Drain { .. })));
    let why = "the plan is empty".to_owned();
    update(&mut model, Message::Planned(Intent::Drain { region: deeds::region("us-east-1") }, Err(why)));
    assert!(matches!(model.desk.planning, Planning::Failed { .. }));
    assert!(matches!(press(&mut model, &[Action::PlanAgain]).as_slice(), [Effect::Plan(Intent::Drain { .. })]));
}

#[test]
fn the_chosen_region_takes_over_when_it_is_go_and_does_not_write() {
    let mut model = acting();
    let mut assessment = model.assessment.as_ref().clone();
    assessment.regions.get_mut("eu-west-1").unwrap().verdict = Verdict::Go;
    model.assessment = Arc::new(assessment);
    let to = |name: &str| [Effect::Plan(Intent::Failover { to: deeds::region(name) })];
    assert_eq!(press(&mut model.clone(), &[Action::Failover]), to("us-west-2"));
    while model.chosen_region().unwrap().as_str() != "eu-west-1" {
        press(&mut model, &[Action::NextRegion]);
    }
    assert_eq!(press(&mut model, &[Action::Failover]), to("eu-west-1"));
}

#[test]
fn a_screen_that_only_watches_says_so() {
    let mut model = model();
    for action in [Action::Arm, Action::Failover, Action::Restore, Action::Consent, Action::Abort] {
        press(&mut model, &[action]);
        assert_eq!(refusal(&mut model), "this screen only watches", "{action:?}");
    }
}

#[test]
fn a_run_id_of_the_lease_that_is_none_is_not_followed() {
    assert!(RunId::parse("../../etc").is_err());
}
