use jiff::SignedDuration;
use serde::Serialize;

use super::{Code, Finding, Severity, scope::Context};
use crate::{history::Coverage, text::age};

/// What is left of the error budget.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budgets {
    /// Over the last 30 days.
    pub month: Budget,
    /// Over the last 365 days.
    pub year: Budget,
}

/// The error budget of a span of days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// How long the service may be down in the span.
    pub allowed: SignedDuration,
    /// How long it was seen to be down.
    pub spent: SignedDuration,
    /// The share of the span that was watched, in percent. What was not watched is neither up nor down.
    pub watched: f64,
}

impl Budget {
    fn of(coverage: Coverage, availability: f64) -> Self {
        let all = SignedDuration::from_mins(i64::from(coverage.all));
        let share = (100.0 - availability) / 100.0;
        let allowed = SignedDuration::try_from_secs_f64(all.as_secs_f64() * share).unwrap_or(SignedDuration::ZERO);
        let spent = SignedDuration::from_mins(i64::from(coverage.down));
        let watched = 100.0 * f64::from(coverage.up + coverage.down) / f64::from(coverage.all.max(1));
        Self { allowed, spent, watched }
    }

    /// What is left, or by how much it is overspent when negative.
    pub fn left(&self) -> SignedDuration {
        self.allowed.saturating_sub(self.spent)
    }
}

impl Budgets {
    pub(super) fn of(context: &Context<'_>, findings: &mut Vec<Finding>) -> Self {
        let world_now = context.snapshot.world_now(context.now, context.stack.clock.rate);
        let availability = context.stack.objectives.availability;
        let over = |days| Budget::of(context.history.coverage(world_now, days), availability);
        let budgets = Self { month: over(30), year: over(365) };
        for (budget, span) in [(&budgets.month, "month"), (&budgets.year, "year")] {
            if budget.left().is_negative() {
                findings.push(Finding {
                    code: Code::BudgetSpent,
                    severity: Severity::Warning,
                    region: None,
                    text: format!(
                        "down for {} in the last {span}, over the {} that {availability} % allows",
                        age(budget.spent),
                        age(budget.allowed)
                    ),
                    evidence: "recorded history".to_owned(),
                });
            }
        }
        budgets
    }
}
