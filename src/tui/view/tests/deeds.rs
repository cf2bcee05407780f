//! The screens of plans and runs, to the letter, and what must be said on them in words.

use std::sync::Arc;

use super::{
    desks,
    golden::{LARGE, MIDDLE, SMALL, ascii, check, unicode},
    page::{draw, look, styles, text},
    scenes,
};
use crate::tui::{
    action::Action,
    desk::Desk,
    form::{Form, Purpose},
    model::{Model, Overlay, Screen},
    tests::deeds,
    theme::{Glyphs, Level},
};

fn on(screen: Screen, desk: Desk) -> Model {
    Model { screen, desk, row: 0, region: 1, ..scenes::model(&scenes::region_loss()) }
}

pub(super) fn screen_of(name: &str) -> Screen {
    match name.split('-').next() {
        Some("plan") => Screen::Plan,
        Some("run") => Screen::Run,
        _ => Screen::Runs,
    }
}

fn drawn(model: &Model, (width, height): (u16, u16)) -> String {
    text(&draw(model, &ascii(), width, height))
}

#[test]
fn every_desk() {
    for (name, desk) in desks::all() {
        let model = on(screen_of(&name), desk);
        check(&format!("desk-{name}"), &model, &unicode(), SMALL);
        check(&format!("desk-{name}"), &model, &ascii(), SMALL);
        check(&format!("desk-{name}"), &model, &unicode(), MIDDLE);
    }
}

#[test]
fn the_fullest_desks_on_a_large_screen_and_on_the_wall() {
    let all = desks::all();
    for name in ["plan-blocked", "plan-ready", "run-gated", "run-failed", "runs"] {
        check(&format!("desk-{name}"), &on(screen_of(name), all[name].clone()), &unicode(), LARGE);
    }
    let wall = on(Screen::Wallboard, all["run-gated"].clone());
    for look in [unicode(), ascii()] {
        for size in [SMALL, MIDDLE, LARGE] {
            check("desk-wall", &wall, &look, size);
        }
    }
}

#[test]
fn the_colours_of_plan_and_run_at_sixteen_and_none() {
    let all = desks::all();
    for name in ["plan-blocked", "run-gated", "run-unknown", "run-aborted"] {
        for level in [Level::Sixteen, Level::None] {
            let model = on(screen_of(name), all[name].clone());
            let drawn = draw(&model, &look("night", level, Glyphs::Unicode), SMALL.0, SMALL.1);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("../snapshots");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(format!("colours-desk-{name}-{level}"), styles(&drawn)));
        }
    }
}

#[test]
fn no_big_letter_is_underlined() {
    let wall = on(Screen::Wallboard, desks::all()["run-gated"].clone());
    for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
        let drawn = draw(&wall, &look("night", Level::None, glyphs), MIDDLE.0, MIDDLE.1);
        let pieces =
            |cell: &&ratatui::buffer::Cell| matches!(cell.symbol(), "#" | "▀" | "▄" | "█" | "▌" | "▐" | "▙" | "▟");
        let mut letters = drawn.content.iter().filter(pieces).peekable();
        assert!(letters.peek().is_some());
        assert!(letters.all(|cell| !cell.modifier.contains(ratatui::style::Modifier::UNDERLINED)));
    }
}

#[test]
fn the_forms() {
    let all = desks::all();
    let consent =
        Form { text: "3".into(), answers: vec!["usw2".into()], ..Form::new(Purpose::Consent { stated: "2m".into() }) };
    let wrong = Form {
        text: "4m".into(),
        problem: Some("that is not us-west-2 or usw2".into()),
        ..Form::new(Purpose::Consent { stated: "3m".into() })
    };
    let run = deeds::run("gated").line.run;
    let restore = Form { chosen: 1, ..Form::new(Purpose::Restore(super::world::region("us-west-2"))) };
    let policy = Form { answers: vec!["c-1".into(), "akidb,jobs".into(), "jobs=two".into()], ..restore.clone() };
    for (name, desk, form) in [
        ("consent", "plan-ready", consent),
        ("consent-wrong", "plan-ready", wrong),
        ("override", "plan-blocked", Form::new(Purpose::Override(None))),
        ("override-run", "run-gated", Form::new(Purpose::Override(Some(run.clone())))),
        (
            "not-now",
            "plan-blocked",
            Form::new(Purpose::NotNow { action: Action::Consent, why: "a note blocks the plan: read it first".into() }),
        ),
        ("resume", "run-orphan", Form::new(Purpose::Resume(run.clone()))),
        ("resume-stopped", "run-aborted", Form::new(Purpose::Resume(run.clone()))),
        ("resume-damaged", "run-damaged", Form::new(Purpose::Resume(run.clone()))),
        ("hand-over", "run-half", Form::new(Purpose::HandOver(run.clone()))),
        ("abort", "run-gated", Form::new(Purpose::Abort(run.clone()))),
        ("acknowledge", "run-aborted", Form::new(Purpose::Acknowledge(run))),
        ("restore", "runs", restore),
        ("restore-policy", "runs", policy),
        ("recover", "runs", Form::new(Purpose::Recover(super::world::region("us-west-2")))),
    ] {
        let model = Model { overlay: Some(Overlay::Form(form)), ..on(screen_of(desk), all[desk].clone()) };
        check(&format!("form-{name}"), &model, &unicode(), SMALL);
        check(&format!("form-{name}"), &model, &ascii(), SMALL);
    }
}

#[test]
fn all_of_a_step_can_be_read_on_the_smallest_common_screen() {
    let desk = desks::all()["plan-ready"].clone();
    let model = Model { row: 5, ..on(Screen::Plan, desk) };
    let words = ["failover-global-cluster", "--allow-data-loss", "done when", "killed by", "repeat", "undo", "takes"];
    let mut seen = String::new();
    for from in 0..40 {
        let model = Model { overlay: Some(Overlay::Detail { from }), ..model.clone() };
        seen.push_str(&drawn(&model, SMALL));
    }
    for word in words {
        assert!(seen.contains(word), "{word}");
    }
    let detail = Model { overlay: Some(Overlay::Detail { from: 0 }), ..model };
    check("detail-step", &detail, &unicode(), SMALL);
}

#[test]
fn every_row_of_the_list_can_be_scrolled_to() {
    for (name, step) in [("plan-blocked", "resume-ingest"), ("run-half", "began by oncall@bastion")] {
        let model = on(screen_of(name), desks::all()[name].clone());
        let last = Model { row: model.rows() - 1, ..model };
        assert!(drawn(&last, SMALL).contains(step), "{}", drawn(&last, SMALL));
    }
}

#[test]
fn a_run_that_will_not_meet_the_objective_says_so_before_it_has_missed_it() {
    let shown = |screen, seconds| {
        let mut model = on(screen, desks::all()["run-half"].clone());
        Arc::make_mut(&mut model.stack).objectives.rto = evac_core::stack::Period::from_secs(seconds);
        drawn(&model, MIDDLE)
    };
    let (met, missed) = (shown(Screen::Run, 3_600), shown(Screen::Run, 60));
    assert!(met.contains("IN RTO") && !met.contains("OVER RTO"), "{met}");
    assert!(missed.contains("OVER RTO") && missed.contains("over 1:00"), "{missed}");
    assert!(shown(Screen::Wallboard, 60).contains("OVER"), "{}", shown(Screen::Wallboard, 60));
}

#[test]
fn a_step_that_only_looks_is_told_to_look_and_to_call_nothing() {
    let seen = deeds::Tape::begin().start("credentials").seen(true);
    let screen = drawn(&on(Screen::Run, desks::following(seen)), MIDDLE);
    assert!(screen.contains("LOOKING") && !screen.contains("CALLING") && !screen.contains("on its way"), "{screen}");
}

#[test]
fn every_state_is_said_in_words() {
    for (name, words) in [
        ("plan-ready", vec!["READY", "ARMED", "usw2", "3m", "UNREACHABLE", "at most 2 min 20 s of writes", "PROD"]),
        ("plan-read-only", vec!["READ-ONLY", "A arms"]),
        ("plan-blocked", vec!["BLOCKED by 1 note", "OVERRIDDEN", "TGT-HEADLESS"]),
        ("plan-asked", vec!["BEGINNING: its process is started", "BEGINNING failover"]),
        (
            "plan-waits",
            vec!["BEGINNING: waiting for every source to answer", "nothing is begun yet, and q leaves it so"],
        ),
        ("run-resuming", vec!["RESUMING: waiting for the lease of the stack", "nothing is done yet"]),
        ("plan-refused", vec!["NOT BEGUN", "PLN-DRIFT", "NOT STATED ANEW", "IN DOUBT"]),
        ("plan-failed", vec!["NO PLAN", "no picture"]),
        ("plan-lossless", vec!["nothing is lost"]),
        ("run-half", vec!["RUNNING", "VERIFYING", "WAITING", "DONE", "epoch 4", "IN RTO"]),
        ("run-gated", vec!["HELD", "FNC-UNPROVEN", "IN RTO YET"]),
        ("run-orphan", vec!["NO RUNNER", "C observes and goes on"]),
        (
            "run-elsewhere",
            vec!["ELSEWHERE", "bastion carries it out, if anybody does", "seen by its copy in us-west-2"],
        ),
        ("run-torn", vec!["DAMAGED", "nothing newer is believed", "record 12"]),
        ("run-silent", vec!["NOT SEEN", "what is shown is old", "no bucket that answers"]),
        ("run-left", vec!["NO RUNNER", "the lease is not renewed any more", "C observes and goes on"]),
        ("run-failed", vec!["FAILED", "traffic was NOT moved", "C observes and goes on"]),
        ("run-unknown", vec!["UNKNOWN", "NOT known", "C observes and goes on"]),
        ("run-aborted", vec!["ABORTED", "traffic was not moved", "K acknowledges", "NOT BEGUN", "STOPPED"]),
        ("run-done", vec!["DONE", "us-west-2 writes and is served", "took"]),
        ("run-damaged", vec!["DAMAGED", "record 5", "A arms, C goes on with it by a copy"]),
        ("run-unread", vec!["NOT READ", "none could be read", "A arms, C goes on with it by a copy"]),
        ("runs-unheard", vec!["NOT READ", "1 bucket was not heard", "us-east-1: no answer in time"]),
        ("runs", vec!["DAMAGED", "ABORTED", "not acknowledged", "NO RUNNER"]),
    ] {
        let drawn = drawn(&on(screen_of(name), desks::all()[name].clone()), MIDDLE);
        for word in words {
            assert!(drawn.contains(word), "{name} does not say {word}:\n{drawn}");
        }
    }
}

#[test]
fn the_header_says_who_acts_and_whether_it_is_armed_on_every_screen() {
    for screen in Screen::ALL {
        let run = drawn(&on(screen, desks::all()["run-half"].clone()), MIDDLE);
        assert!(run.lines().next().unwrap().contains("RUN failover by oncall@bastion"), "{run}");
        // Where there is no room for all of it, the run is named in fewer words before it or the clock is left out.
        let ready = desks::all()["plan-ready"].clone();
        let both = Desk { armed_until: ready.armed_until, ..desks::all()["run-half"].clone() };
        let both = drawn(&on(screen, both), SMALL);
        let header = both.lines().next().unwrap();
        assert!(["ARMED 15 min", "RUN failover", "10:00"].iter().all(|word| header.contains(word)), "{header}");
        let armed = drawn(&on(screen, ready), SMALL);
        assert!(armed.lines().next().unwrap().contains("ARMED 15 min"), "{armed}");
    }
}
