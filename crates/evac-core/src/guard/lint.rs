use super::{Note, Situation};
use crate::plan::Plan;

/// What is wrong with a plan by itself, beside a situation.
pub fn lint(_plan: &Plan, _situation: &Situation<'_>) -> Vec<Note> {
    Vec::new()
}
