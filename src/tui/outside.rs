//! Does outside of the screen what the screen asks for. Nothing here is waited for: what takes time runs in a task,
//! and what came of it comes back as a message.

use std::sync::Arc;

use evac_core::{RegionId, Source, SourceId, Stack, text::clean};
use evac_engine::EngineHandle;
use tokio::sync::mpsc;

use super::{ScenarioTrigger, message::Message};

/// What stands outside of the screen.
pub(super) struct Outside {
    pub(super) stack: Arc<Stack>,
    pub(super) engine: EngineHandle,
    pub(super) scenarios: Option<Arc<dyn ScenarioTrigger>>,
    pub(super) messages: mpsc::UnboundedSender<Message>,
}

impl Outside {
    /// Asks the sources of a region now, or all of them.
    pub(super) fn poll(&self, region: Option<&RegionId>) {
        let Some(region) = region else {
            self.engine.poll_now(None);
            return;
        };
        for source in Source::of(&self.stack, region) {
            self.engine.poll_now(Some(&SourceId { source, region: region.clone() }));
        }
    }

    /// Sets off a scenario.
    pub(super) fn trigger(&self, name: String) {
        let Some(scenarios) = self.scenarios.clone() else { return };
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let notice = match scenarios.trigger(&name).await {
                Ok(()) => format!("set off {name}"),
                Err(why) => format!("{name} was not set off: {why}"),
            };
            // The screen may be gone by now, and nobody wants to know.
            let _ = messages.send(Message::Notice(clean(&notice)));
        });
    }
}
