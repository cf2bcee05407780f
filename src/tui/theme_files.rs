//! Watches the user's themes: a theme is seen on the screen as soon as its file is saved.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::{sync::mpsc, task::spawn_blocking, time::sleep};

use super::theme::Themes;

/// How often the directory is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// Each file with its time and its length.
type Seen = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// The themes as they are now, and the first thing that is wrong with them.
pub(super) type Loaded = (Themes, Option<String>);

/// Reads the themes.
pub(super) fn load(directory: Option<&Path>) -> Loaded {
    let Some(directory) = directory else { return (Themes::built_in(), None) };
    let (themes, problems) = Themes::load(directory);
    (themes, problems.first().map(|problem| evac_core::text::clean(&problem.to_string())))
}

/// Sends the themes whenever a file of the directory changes, until nobody listens.
pub(super) async fn watch(directory: PathBuf, send: mpsc::UnboundedSender<Loaded>) {
    let mut before: Option<Seen> = None;
    while !send.is_closed() {
        let here = directory.clone();
        let Ok(seen) = spawn_blocking(move || look(&here)).await else { return };
        // The first look counts too: a file may have been saved since the screen began.
        if before.as_ref() != Some(&seen) {
            let here = directory.clone();
            let Ok(loaded) = spawn_blocking(move || load(Some(&here))).await else { return };
            if send.send(loaded).is_err() {
                return;
            }
        }
        before = Some(seen);
        sleep(INTERVAL).await;
    }
}

fn look(directory: &Path) -> Seen {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut seen: Seen = entries
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((entry.path(), metadata.modified().ok(), metadata.len()))
        })
        .collect();
    seen.sort();
    seen
}
