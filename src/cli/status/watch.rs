//! `evac status --watch`: a line whenever something changes that a person would act on.

use std::{sync::Arc, time::Duration};

use evac_core::{Stack, Verdict};
use evac_engine::EngineHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::{Form, Picture, document, full_picture, lines::State};
use crate::cli::{Failure, Output, stop::Stop};

/// How often the picture is judged again when nothing came in: silence ages, and age turns verdicts.
const BEAT: Duration = Duration::from_secs(1);

/// Writes lines until a signal asks to end or the reader goes, and tells the last verdict. Nothing is written before
/// the first full picture: the sources coming in one by one are no news.
pub async fn watch(
    engine: &EngineHandle,
    stack: &Arc<Stack>,
    patience: Duration,
    form: Form,
    output: &mut Output,
) -> Result<Verdict, Failure> {
    let mut stop = Stop::listen()?;
    let mut snapshots = engine.snapshots();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut snapshot = tokio::select! {
        snapshot = full_picture(engine, patience) => snapshot,
        _ = stop.next() => return Ok(Verdict::Unknown),
    };
    let mut before: Option<State> = None;
    loop {
        let picture = Picture::take(engine, stack, snapshot);
        let state = State::of(&picture);
        if before.as_ref() != Some(&state) {
            let line = match form {
                Form::Json => document::line(&picture)?,
                Form::Overview | Form::Plain => state.line(&picture, before.as_ref()),
            };
            output.line(&line)?;
        }
        before = Some(state);
        if !output.is_open() {
            return Ok(picture.assessment.verdict);
        }
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() { return Ok(picture.assessment.verdict) },
            _ = beat.tick() => {}
            _ = stop.next() => return Ok(picture.assessment.verdict),
        }
        snapshot = snapshots.borrow_and_update().clone();
    }
}
