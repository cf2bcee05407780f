use std::{fs, io, io::Write, path::PathBuf};

use evac_core::guard::Override;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::private;

/// The longest order that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// What an operator asks of a run that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// Stop at the next safe point.
    Abort {
        /// Why.
        reason: String,
    },
    /// Go on although a guard stands against it.
    Override {
        /// What, and why.
        given: Override,
    },
    /// Let another machine go on with the run.
    HandOver {
        /// Who or what takes it, in words.
        to: String,
    },
}

/// An order with who gave it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOrder {
    /// Tells it from every other: an order that comes by two ways counts once.
    pub id: String,
    /// Who: user and machine.
    pub by: String,
    /// When, by the machine where it was given.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub order: Order,
}

impl SignedOrder {
    /// An order that is given now.
    pub fn new(order: Order, by: impl AsRef<str>, at: Timestamp) -> Self {
        let id = format!("{:013}-{:016x}", at.as_millisecond().max(0), fastrand::u64(..));
        Self { id, by: evac_core::text::clean(by.as_ref()), at, order }
    }
}

/// The file in which operators on this machine write what they ask of a run, and which the runner reads.
#[derive(Debug, Clone)]
pub struct OrderBook {
    path: PathBuf,
    read: u64,
}

impl OrderBook {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: 0 }
    }

    /// Gives an order: one write at the end of the file, so that many terminals can do it at once.
    pub fn give(&self, order: &SignedOrder) -> io::Result<()> {
        let mut line = serde_json::to_vec(order).map_err(io::Error::other)?;
        line.push(b'\n');
        let mut file = private::options().create(true).append(true).open(&self.path)?;
        file.write_all(&line)?;
        file.sync_data()
    }

    /// The whole orders that were written since the last time. What is no order is told in the log and left out.
    pub fn new_orders(&mut self) -> io::Result<Vec<SignedOrder>> {
        let bytes = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            bytes => bytes?,
        };
        let fresh = usize::try_from(self.read).ok().and_then(|read| bytes.get(read..)).unwrap_or_default();
        let whole = fresh.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        self.read += whole as u64;
        let lines = fresh.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| parse(line, &self.path.display().to_string())).collect())
    }
}

/// Reads one order; what is none is told in the log.
pub(super) fn parse(line: &[u8], place: &str) -> Option<SignedOrder> {
    let bounded = line.get(..LONGEST).unwrap_or(line);
    match serde_json::from_slice::<SignedOrder>(bounded) {
        Ok(order) => Some(cleaned(order)),
        Err(error) => {
            tracing::warn!(place, %error, "this is no order: it is left out");
            None
        }
    }
}

fn cleaned(mut signed: SignedOrder) -> SignedOrder {
    use evac_core::text::clean;
    signed.by = clean(&signed.by);
    match &mut signed.order {
        Order::Abort { reason: text } | Order::HandOver { to: text } => *text = clean(text),
        Order::Override { given } => given.reason = clean(&given.reason),
    }
    signed
}
