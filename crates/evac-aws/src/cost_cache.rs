//! What Cost Explorer said, kept on disk: each of its pages costs a cent.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use evac_core::{reading::CostReading, text};
use serde::{Deserialize, Serialize};

/// The form of the file. A file of another form is asked for anew, not migrated: it is only a cache.
const VERSION: u32 = 1;
/// The largest file that is read back.
const MAX_BYTES: u64 = 8 << 20;

/// One stack's file in the cache directory.
#[derive(Debug, Clone)]
pub(crate) struct CostCache {
    path: PathBuf,
    key: String,
}

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    key: String,
    reading: CostReading,
}

impl CostCache {
    /// The cache of whatever the key names. It has to tell apart what may cost differently: a stack in production
    /// and its simulated twin have the same name, and other endpoints.
    pub(crate) fn new(directory: &Path, stack: &str, key: String) -> Self {
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
        let name: String = stack.chars().take(40).map(plain).collect();
        Self { path: directory.join(format!("cost-{name}-{:016x}.json", fnv(&key))), key }
    }

    /// What was kept; `None` when nothing usable was, with a warning where a file is there and broken.
    pub(crate) fn load(&self) -> Option<CostReading> {
        let warn = |problem: &dyn std::fmt::Display| {
            tracing::warn!(path = %self.path.display(), %problem, "the kept costs are ignored");
        };
        let text = match read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                warn(&error);
                return None;
            }
        };
        match serde_json::from_str::<Form>(&text) {
            Ok(form) if form.version == VERSION && form.key == self.key => Some(cleaned(form.reading)),
            Ok(_) => {
                warn(&"written for another version or stack");
                None
            }
            Err(error) => {
                warn(&error);
                None
            }
        }
    }

    /// Keeps a reading: written beside, made durable, then moved into place, so that a reader never sees half a file
    /// and a crash leaves the old one.
    pub(crate) fn store(&self, reading: &CostReading) -> io::Result<()> {
        let form = Form { version: VERSION, key: self.key.clone(), reading: reading.clone() };
        let text = serde_json::to_string_pretty(&form)?;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        let beside = self.path.with_extension(format!("{}.part", std::process::id()));
        let written = write(&beside, &text).and_then(|()| fs::rename(&beside, &self.path));
        if written.is_err() {
            // Nothing more can be done about a part that cannot be removed either.
            let _ = fs::remove_file(&beside);
        }
        written?;
        File::open(directory)?.sync_all()
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A file can have been written by anyone: its words are cleaned like a server's.
fn cleaned(mut reading: CostReading) -> CostReading {
    for line in &mut reading.lines {
        line.region = text::clean(&line.region);
        line.service = text::clean(&line.service);
    }
    reading
}

/// FNV-1a: the same on every machine and in every version, which the standard library's hash does not promise.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use evac_core::reading::CostLine;

    use super::*;

    fn reading() -> CostReading {
        let line = |region: &str, amount: &str| CostLine {
            region: region.to_owned(),
            service: "Amazon Simple Storage Service".to_owned(),
            amount: amount.parse().unwrap(),
        };
        CostReading {
            asked_at: "2026-03-04T05:06:07Z".parse().unwrap(),
            month: "2026-03-01".parse().unwrap(),
            lines: vec![line("us-east-1", "12.3456789012"), line("NoRegion", "0.01")],
            forecast: Some("99.5".parse().unwrap()),
        }
    }

    #[test]
    fn what_was_kept_comes_back_and_nothing_else_lies_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let cache = CostCache::new(&directory.path().join("new"), "aki/db", "key".to_owned());
        assert_eq!(cache.load(), None);
        cache.store(&reading()).unwrap();
        cache.store(&reading()).unwrap();
        assert_eq!(cache.load(), Some(reading()));
        assert_eq!(fs::read_dir(directory.path().join("new")).unwrap().count(), 1);
        let other = CostCache::new(&directory.path().join("new"), "aki/db", "another".to_owned());
        assert_eq!(other.load(), None, "another stack's costs");
    }

    #[test]
    fn a_broken_file_is_ignored_and_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let cache = CostCache::new(directory.path(), "akidb", "key".to_owned());
        cache.store(&reading()).unwrap();
        let whole = fs::read_to_string(&cache.path).unwrap();
        let other_version = whole.replace("\"version\": 1", "\"version\": 2");
        for broken in ["", "{", &whole[..whole.len() / 2], &other_version, "\u{0}\u{1b}[2J"] {
            fs::write(&cache.path, broken).unwrap();
            assert_eq!(cache.load(), None, "{broken:?}");
        }
        cache.store(&reading()).unwrap();
        assert_eq!(cache.load(), Some(reading()));
        fs::write(&cache.path, whole.replace("us-east-1", "us\\u001b[2J")).unwrap();
        assert_eq!(cache.load().unwrap().lines[0].region, "us\u{fffd}[2J");
    }
}
