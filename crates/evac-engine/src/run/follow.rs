//! Watching a run from outside of its process: the journal is all that is needed.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
    time::Duration,
};

use evac_core::run::{Journal, RunId, RunState};
use tokio::{sync::watch, time::sleep};

use super::{JournalHead, Mirror, RunFolder, RunView};

/// How often the file is looked at, and how often the buckets are.
const HERE: Duration = Duration::from_millis(100);
const ELSEWHERE: Duration = Duration::from_secs(2);
/// How many looks at the file go by between two at whether its runner lives.
const BEATS: u32 = 10;

/// A run as it is seen from outside.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// Where it stands; `None` until its first record is there.
    pub view: Option<Arc<RunView>>,
    /// Whether a process on this machine carries it out now; `None` for a run of another machine.
    pub running: Option<bool>,
    /// Why nothing newer can be seen.
    pub failure: Option<String>,
}

/// Reads on in a journal that grows.
#[derive(Debug, Default)]
struct Reader {
    journal: Journal,
    state: Option<RunState>,
}

/// Follows a run by its journal on this machine, until nobody watches any more.
pub fn follow(folder: RunFolder) -> watch::Receiver<Followed> {
    let (sender, receiver) = watch::channel(Followed { running: Some(folder.is_running()), ..Followed::default() });
    tokio::spawn(async move {
        let (mut reader, mut beat) = (Reader::default(), 0_u32);
        while !sender.is_closed() {
            let grown = read_from(&folder, reader.journal.length).and_then(|bytes| reader.read_on(&bytes));
            let running = beat.is_multiple_of(BEATS).then(|| folder.is_running());
            publish(&sender, grown, running, &reader);
            beat = beat.wrapping_add(1);
            sleep(HERE).await;
        }
    });
    receiver
}

/// Follows a run of another machine by the copies of its journal, until nobody watches any more.
pub fn follow_copies(mirror: Mirror, run: RunId) -> watch::Receiver<Followed> {
    let (sender, receiver) = watch::channel(Followed::default());
    tokio::spawn(async move {
        let mut reader = Reader::default();
        while !sender.is_closed() {
            let grown = match mirror.journal(&run).await {
                Ok(copy) => reader.replace(copy.journal),
                Err(failure) => Err(failure.to_string()),
            };
            publish(&sender, grown, None, &reader);
            sleep(ELSEWHERE).await;
        }
    });
    receiver
}

fn publish(sender: &watch::Sender<Followed>, grown: Result<bool, String>, running: Option<bool>, reader: &Reader) {
    sender.send_if_modified(|followed| {
        let mut changed = false;
        if let Some(running) = running {
            changed |= followed.running.replace(running) != Some(running);
        }
        match grown {
            Ok(true) => (followed.view, changed) = (reader.view(), true),
            Ok(false) => {}
            Err(ref failure) if followed.failure.as_ref() == Some(failure) => return changed,
            Err(failure) => {
                // What stands before the damage is shown all the same.
                (followed.view, followed.failure) = (reader.view(), Some(failure));
                return true;
            }
        }
        changed | followed.failure.take().is_some()
    });
}

impl Reader {
    /// Takes more bytes of the file; true when there was a whole record among them.
    fn read_on(&mut self, bytes: &[u8]) -> Result<bool, String> {
        let before = self.journal.records.len();
        let read = self.journal.read_on(bytes).map_err(|damage| damage.to_string());
        let applied = self.apply(before);
        read.and(applied)
    }

    /// Takes the journal whole; it may be that of another holder of the lease.
    fn replace(&mut self, journal: Journal) -> Result<bool, String> {
        if journal.head == self.journal.head || journal.records.len() < self.journal.records.len() {
            return Ok(false);
        }
        (self.journal, self.state) = (journal, None);
        self.apply(0)
    }

    fn apply(&mut self, from: usize) -> Result<bool, String> {
        let fresh = self.journal.records.get(from..).unwrap_or_default();
        for record in fresh {
            match &mut self.state {
                Some(state) => state.apply(record).map_err(|illegal| illegal.to_string())?,
                None => self.state = Some(RunState::begin(record).map_err(|illegal| illegal.to_string())?),
            }
        }
        Ok(!fresh.is_empty())
    }

    fn view(&self) -> Option<Arc<RunView>> {
        let state = self.state.clone()?;
        let head = JournalHead::of(&state, &self.journal.head);
        let records = self.journal.records.iter().cloned().map(Arc::new).collect();
        Some(Arc::new(RunView { state, records, head }))
    }
}

fn read_from(folder: &RunFolder, offset: usize) -> Result<Vec<u8>, String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = match File::open(folder.journal()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && offset == 0 => return Ok(Vec::new()),
            file => file?,
        };
        if file.metadata()?.len() < offset as u64 {
            return Err(io::Error::other("it has become shorter: records that were read are gone"));
        }
        file.seek(SeekFrom::Start(offset as u64))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| format!("the journal cannot be read: {error}"))
}
