//! How many calls are made, and what they cost.

use evac_core::{SourceId, Stack, stack::Period};

use crate::{Call, Port};

const DAY: f64 = 86_400.0;

/// The questions of one source, and their pace.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceCalls {
    /// Who is asked.
    pub id: SourceId,
    /// How often.
    pub interval: Period,
    /// What one question is made of.
    pub calls: Vec<Call>,
}

impl SourceCalls {
    pub(crate) fn of(port: &dyn Port, stack: &Stack) -> Self {
        let id = port.id().clone();
        Self { interval: id.source.interval(stack), id, calls: port.calls() }
    }

    /// How many questions a day of this machine's time has, at the source's plain interval.
    pub fn samples_per_day(&self) -> f64 {
        DAY / self.interval.get().as_secs_f64().max(f64::EPSILON)
    }

    /// How many calls a day.
    pub fn calls_per_day(&self) -> f64 {
        self.calls.iter().map(|call| call.per_sample).sum::<f64>() * self.samples_per_day()
    }

    /// What they cost a day, in USD.
    pub fn usd_per_day(&self) -> f64 {
        self.calls.iter().map(|call| call.per_sample * call.usd).sum::<f64>() * self.samples_per_day()
    }
}
