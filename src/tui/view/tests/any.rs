//! Whatever is known, whatever is looked at and however large the screen is: it is drawn.

use std::sync::Arc;

use evac_core::{Reading, Source, assess, reading::Point};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::{
    desks,
    page::{draw, look, text},
    scenes::{self, SCREENS},
    world::{REGIONS, World, now, region},
};
use crate::tui::{
    desk::Desk,
    form::{self, Form},
    hints::KeyLabels,
    model::{Model, Overlay, Purpose, Screen},
    tests::deeds,
    theme::{Glyphs, Level},
};

thread_local! {
    /// The scenes, made once: their history is long.
    static SCENES: Vec<World> = scenes::all().into_values().collect();
    /// The desks, likewise.
    static DESKS_MADE: Vec<Desk> = desks::all().into_values().collect();
}

fn copy(world: &World) -> World {
    let World { stack, history, observations } = world;
    World { stack: stack.clone(), history: history.clone(), observations: observations.clone() }
}

/// A harm to the world: something said long ago, never, badly or strangely.
#[derive(Debug, Clone)]
enum Harm {
    Remove,
    Fail,
    Age(i64),
    Strange(f64),
}

fn harms() -> impl Strategy<Value = Vec<(usize, usize, Harm)>> {
    let harm = prop_oneof![
        Just(Harm::Remove),
        Just(Harm::Fail),
        (-1_000_000_000_i64..1_000_000_000).prop_map(Harm::Age),
        any::<f64>().prop_map(Harm::Strange),
    ];
    prop::collection::vec((0..Source::ALL.len(), 0..REGIONS.len(), harm), 0..30)
}

fn hurt(mut world: World, harms: &[(usize, usize, Harm)]) -> World {
    for (source, at, harm) in harms {
        let (source, at) = (Source::ALL[*source], REGIONS[*at]);
        match harm {
            Harm::Remove => drop(world.remove(source, at)),
            Harm::Fail => {
                world.fail(source, at);
            }
            Harm::Age(seconds) => {
                world.age(source, at, SignedDuration::from_secs(*seconds));
            }
            Harm::Strange(value) => strange(&mut world, at, *value),
        }
    }
    world
}

fn strange(world: &mut World, at: &str, value: f64) {
    let here = region(at);
    for (id, said) in &mut world.observations {
        let results = said.iter_mut().filter_map(|said| said.result.as_mut().ok());
        for sampled in results.filter(|_| id.region == here) {
            if let Reading::Metrics(metrics) = &mut sampled.reading {
                let point = vec![Point { at: now(), value }];
                metrics.aurora.rpo.clone_from(&point);
                for rule in &mut metrics.replication {
                    rule.latency.clone_from(&point);
                    rule.bytes_pending.clone_from(&point);
                    rule.operations_pending.clone_from(&point);
                }
            }
        }
    }
}

/// How many desks there are, with the empty one.
const DESKS: usize = 29;

fn desk_of(index: usize) -> Desk {
    DESKS_MADE.with(|desks| desks.get(index).cloned().unwrap_or_default())
}

#[test]
fn every_desk_is_drawn() {
    assert_eq!(DESKS_MADE.with(Vec::len), DESKS - 1);
}

fn forms() -> impl Strategy<Value = Overlay> {
    let run = || deeds::run("gated").line.run;
    let purpose = prop_oneof![
        Just(form::Purpose::Consent { stated: "3m".into() }),
        Just(form::Purpose::Override(None)),
        Just(form::Purpose::Override(Some(run()))),
        Just(form::Purpose::Abort(run())),
        Just(form::Purpose::Acknowledge(run())),
        prop::sample::select(REGIONS.to_vec()).prop_map(|at| form::Purpose::Restore(region(at))),
        prop::sample::select(REGIONS.to_vec()).prop_map(|at| form::Purpose::Recover(region(at))),
    ];
    let answers = prop::collection::vec(prop_oneof![".{0,40}", Just("FNC-UNPROVEN".to_owned())], 0..5);
    (purpose, answers, ".{0,300}", any::<usize>(), prop::option::of(".{0,200}")).prop_map(
        |(purpose, answers, text, chosen, problem)| {
            let problem = problem.map(|problem| evac_core::text::clean(&problem));
            let answers = answers.iter().map(|answer| evac_core::text::clean(answer)).collect();
            Overlay::Form(Form { purpose, answers, text, chosen, problem })
        },
    )
}

fn overlays() -> impl Strategy<Value = Option<Overlay>> {
    let lines = prop::collection::vec((".{0,40}", ".{0,200}"), 0..40);
    prop_oneof![
        Just(None),
        any::<usize>().prop_map(|from| Some(Overlay::Help { from })),
        any::<usize>().prop_map(|from| Some(Overlay::Detail { from })),
        forms().prop_map(Some),
        (".{0,300}", any::<usize>()).prop_map(|(query, chosen)| Some(Overlay::Palette { query, chosen })),
        (".{0,300}", lines, 0..1_000_usize).prop_map(|(title, lines, chosen)| Some(Overlay::Choice {
            purpose: Purpose::Scenario,
            title,
            lines,
            chosen
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_state_is_drawn_at_any_size(
        width in 0_u16..=250,
        height in 0_u16..=80,
        scene in 0_usize..5,
        screen in 0..SCREENS.len(),
        region in 0_usize..12,
        row in 0_usize..1_000_000,
        harms in harms(),
        overlay in overlays(),
        desk in 0..DESKS,
        notice in prop::option::of(".{0,300}"),
        glyphs in prop_oneof![Just(Glyphs::Unicode), Just(Glyphs::Ascii)],
        level in prop::sample::select(Level::ALL.to_vec()),
        keyless in any::<bool>(),
        later in -10_000_000_i64..10_000_000,
    ) {
        let world = SCENES.with(|scenes| copy(&scenes[scene]));
        let world = hurt(world, &harms);
        let mut model = scenes::model(&world);
        model.now += SignedDuration::from_secs(later);
        model.assessment = Arc::new(assess(&model.stack, &model.snapshot, &model.history, model.now));
        let model = Model { screen: SCREENS[screen].1, region, row, overlay, notice, desk: desk_of(desk), ..model };
        let keys = if keyless { Arc::new(KeyLabels::default()) } else { model.keys.clone() };
        let drawn = draw(&Model { keys, ..model }, &look("night", level, glyphs), width, height);
        let text = text(&drawn);
        prop_assert!(!text.chars().any(|letter| letter != '\n' && evac_core::text::is_hostile(letter)), "{text}");
    }
}

#[test]
fn the_smallest_sizes_are_drawn() {
    for world in scenes::all().values() {
        let model = scenes::model(world);
        for (_, screen) in SCREENS {
            let model = Model { screen, ..model.clone() };
            for width in (0..45).step_by(2).chain([79, 119, 150]) {
                for height in [0, 1, 2, 3, 9, 10, 11, 19, 50] {
                    draw(&model, &look("mono", Level::None, Glyphs::Unicode), width, height);
                }
            }
        }
    }
}

#[test]
fn the_smallest_sizes_are_drawn_of_plans_and_runs_too() {
    let world = scenes::calm();
    for desk in desks::all().into_values() {
        for screen in [Screen::Plan, Screen::Run, Screen::Runs, Screen::Wallboard, Screen::Overview] {
            let model = Model { screen, desk: desk.clone(), ..scenes::model(&world) };
            for width in (0..45).step_by(5).chain([40, 79, 109, 110, 150]) {
                for height in [0, 1, 3, 9, 10, 11, 19, 50] {
                    draw(&model, &look("mono", Level::None, Glyphs::Ascii), width, height);
                }
            }
        }
    }
}
