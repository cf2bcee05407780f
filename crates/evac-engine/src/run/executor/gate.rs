use evac_core::{
    plan::Step,
    run::{Event, Outcome},
};

use super::{
    Executor, Stopped,
    looking::{Asks, Seen, Watch},
};

impl Executor {
    /// Waits at a gate that did not open by itself: for it to open after all, for an operator who overrides it, or for
    /// the run to be halted.
    pub(super) async fn wait_at_gate(&self, step: &Step, why: &str) -> Result<(), Stopped> {
        let opened = async {
            match &step.verification {
                Some(check) => self.watch(Watch { step, check, until: None, asks: Asks::Whether }).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            reason = self.overridden(step) => {
                let why = format!("{reason}; seen instead: {why}");
                self.end(step, Outcome::Skipped { why }).await
            }
            () = self.halted(step) => {
                let why = format!("the run was stopped at the closed gate: {why}");
                if step.call.is_some() {
                    return self.end(step, Outcome::Unknown { why }).await;
                }
                self.record(Event::SetBack { step: step.id.clone(), why }).await
            }
            seen = opened => match seen? {
                Seen::Met(evidence) => self.end(step, Outcome::Done { evidence }).await,
                Seen::Never(_) | Seen::Untouched(_) | Seen::Undone(_) | Seen::Late(_) => Ok(()),
            },
        }
    }

    /// Returns when the guard of the gate is overridden, with the words for it.
    pub(super) async fn overridden(&self, step: &Step) -> String {
        let Some(code) = step.gate else { return std::future::pending().await };
        let mut view = self.view();
        loop {
            let given = self.state(|state| state.is_overridden(code).map(|given| given.reason.clone()));
            if let Some(reason) = given {
                return format!("{code} is overridden: {reason}");
            }
            if view.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}
