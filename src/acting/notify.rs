//! Tells people of a run. For now that is the log of the run: a line each, once.

use std::{fs::File, io::Write, path::PathBuf};

use evac_core::run::{CallAnswer, Receipt};

/// Writes notifications to a file.
pub(super) struct Outbox {
    /// The file.
    pub(super) path: PathBuf,
}

impl Outbox {
    /// Writes one, durably. It is written once only: a repeat finds it there.
    pub(super) fn send(&self, text: &str) -> CallAnswer {
        let text = evac_core::text::clean(text);
        let there = std::fs::read_to_string(&self.path).unwrap_or_default();
        if there.lines().any(|line| line == text) {
            return CallAnswer::Accepted { receipt: Receipt::from([("existed".to_owned(), "true".to_owned())]) };
        }
        tracing::info!(%text, "notification");
        let written = File::options().create(true).append(true).open(&self.path).and_then(|mut file| {
            file.write_all(format!("{text}\n").as_bytes())?;
            file.sync_data()
        });
        match written {
            Ok(()) => CallAnswer::Accepted { receipt: Receipt::new() },
            Err(error) => {
                CallAnswer::Refused { why: format!("the outbox cannot be written: {error}"), temporary: true }
            }
        }
    }
}
