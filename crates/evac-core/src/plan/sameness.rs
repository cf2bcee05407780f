use std::collections::BTreeMap;

use super::{Call, Check, Plan, Step, StepId, Undo};
use crate::planner::Mark;

impl Plan {
    /// The steps that do something else, or at another place, than in a plan for the same intent that was made at another
    /// moment. How long they are expected to take does not count, and names that a plan makes up from the moment are the
    /// same in both.
    pub fn differing_steps(&self, other: &Self) -> Vec<StepId> {
        let (own, others) = (self.forms(), other.forms());
        let mut ids: Vec<_> = self.steps.iter().chain(&other.steps).map(|step| step.id.clone()).collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().filter(|id| own.get(id) != others.get(id)).collect()
    }

    fn forms(&self) -> BTreeMap<StepId, (usize, String)> {
        let mark = Mark::new(self.made_at, &self.stack, &self.intent);
        let moment = self.made_at.to_string();
        let form = |step: &Step| {
            let mut still = step.clone();
            (still.expected, still.timeout) = Default::default();
            if let Some(Check::Credentials { lasting, .. }) = &mut still.verification {
                *lasting = Default::default();
            }
            // What is written into locks and STOP objects names who planned, and binds nobody.
            if let Some(Call::LockTerraform { body, .. } | Call::PutStop { body, .. }) = &mut still.call {
                body.clear();
            }
            // In which order endpoints are asked binds nobody either: any of them will do.
            if let Some(Call::SetRoutingControls { endpoints, .. }) = &mut still.call {
                endpoints.sort();
            }
            if let Undo::Call { call: Call::SetRoutingControls { endpoints, .. } } = &mut still.undo {
                endpoints.sort();
            }
            if let Some(Check::RoutingControls { endpoints, .. }) = &mut still.verification {
                endpoints.sort();
            }
            // A step is plain data, which serialises always.
            let text = serde_json::to_string(&still).unwrap_or_default();
            text.replace(&mark.word, "MARK").replace(&mark.stamp, "STAMP").replace(&moment, "MOMENT")
        };
        self.steps.iter().enumerate().map(|(place, step)| (step.id.clone(), (place, form(step)))).collect()
    }
}
