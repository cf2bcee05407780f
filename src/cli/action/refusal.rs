use evac_core::{guard::Refusal, plan::Unplannable};

use crate::cli::Failure;

/// Why there is no consent, all of it at once.
pub(super) fn failure(refusal: &Refusal) -> Failure {
    let mut failure = Failure::new("there is no consent, and nothing was changed");
    for problem in &refusal.problems {
        failure = failure.hint(problem);
    }
    for note in &refusal.blocking {
        let way = if note.code.row().overridable { " (can be overridden by name)" } else { "" };
        failure = failure.hint(format!("{}{way}: {}; {}", note.code, note.text, note.remedy));
    }
    failure
}

/// Why there is no plan.
pub(super) fn unplannable(why: &Unplannable) -> Failure {
    let mut failure = Failure::new("no plan can be made");
    for note in &why.notes {
        failure = failure.hint(format!("{}: {}; {}", note.code, note.text, note.remedy));
    }
    failure
}
