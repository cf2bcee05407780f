use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Event;
use crate::{guard::ConsentRecord, plan::hexadecimal, text::is_hostile};

/// The version of a journal's records.
const RECORD_VERSION: u32 = 1;
/// What stands between a record and its own hash at the end of a line.
const SEAL: &str = ",\"hash\":\"";
/// How long the hash is in hexadecimal digits.
const DIGITS: usize = 64;

/// The SHA-256 of a record's line up to the hash itself and, through its predecessor's in it, of all before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ChainHash(pub String);

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this form: 1.
    pub version: u32,
    /// Counts up from 1.
    pub number: u64,
    /// When it was written, by the machine that wrote it.
    pub at: Timestamp,
    /// The time of the observed world.
    pub world_at: Timestamp,
    /// The epoch of the lease under which it was written; 0 before there was one.
    pub epoch: u64,
    /// The hash of the record before; empty for the first.
    pub previous: ChainHash,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// The record that follows the one with a number and a hash; 0 and an empty hash for the first.
    pub fn following(
        (number, previous): (u64, ChainHash),
        event: Event,
        epoch: u64,
        at: Timestamp,
        world_at: Timestamp,
    ) -> Self {
        Self { version: RECORD_VERSION, number: number + 1, at, world_at, epoch, previous, event }
    }

    /// The record as its line, with the hash at its end and a line feed, and the hash.
    ///
    /// # Errors
    /// When the event cannot be written as JSON, which none of these types causes.
    pub fn to_line(&self) -> Result<(String, ChainHash), serde_json::Error> {
        Ok(sealed(serde_json::to_string(self)?))
    }
}

/// A JSON object as a line with its hash at the end.
fn sealed(mut line: String) -> (String, ChainHash) {
    let hash = hexadecimal(&Sha256::digest(line.as_bytes()));
    // The closing brace comes after the seal.
    line.pop();
    line.push_str(SEAL);
    line.push_str(&hash);
    line.push_str("\"}\n");
    (line, ChainHash(hash))
}

/// A journal that was read and verified, record by record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// The records.
    pub records: Vec<Record>,
    /// The hash of the last of them.
    pub head: ChainHash,
    /// How many bytes they take.
    pub length: usize,
    /// How many bytes stand after them that are no whole record: what a crash in the middle of a write leaves. The
    /// call of such a record was never made, for it was not durable yet: it is cut off.
    pub torn: usize,
    /// What its run began with, as it was read. Whatever is put into the records by hand is none.
    consented: Option<ConsentRecord>,
}

/// Why a journal cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal is damaged at record {record} (byte {offset}): {why}")]
pub struct Damage {
    /// The number of the record that is damaged.
    pub record: u64,
    /// Where its line begins.
    pub offset: usize,
    /// What is wrong with it.
    pub why: String,
}

impl Journal {
    /// Reads a journal and verifies its chain. A last line without its line feed is torn and left out; damage anywhere
    /// else is refused, for nothing after it can be trusted, and nothing is repaired by guessing.
    pub fn read(bytes: &[u8]) -> Result<Self, Damage> {
        let mut journal = Self::default();
        journal.read_on(bytes)?;
        Ok(journal)
    }

    /// Reads on with the bytes that stand after [`length`](Self::length): the new whole records are taken, and what is
    /// left counts as torn until more of it comes. On damage the records before it are kept.
    pub fn read_on(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        let mut rest = bytes;
        while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at_checked(length + 1).unwrap_or((rest, &[]));
            let (record, hash) = self.verified(line.strip_suffix(b"\n").unwrap_or(line))?;
            if let (1, Event::Began { consent, .. }) = (record.number, &record.event) {
                self.consented = Some(consent.as_ref().clone());
            }
            self.records.push(record);
            (self.head, self.length, rest) = (hash, self.length + line.len(), after);
        }
        self.torn = rest.len();
        Ok(())
    }

    fn verified(&self, line: &[u8]) -> Result<(Record, ChainHash), Damage> {
        let number = self.records.len() as u64 + 1;
        let damage = |why: &str| Damage { record: number, offset: self.length, why: why.to_owned() };
        let text = std::str::from_utf8(line).map_err(|_| damage("it is not text"))?;
        let end = text.len().checked_sub(SEAL.len() + DIGITS + 2).ok_or_else(|| damage("it is too short"))?;
        let (body, seal) = text.split_at_checked(end).ok_or_else(|| damage("it is not sealed with a hash"))?;
        let hash = seal.strip_prefix(SEAL).and_then(|rest| rest.strip_suffix("\"}"));
        let hash = hash.ok_or_else(|| damage("it is not sealed with a hash"))?;
        let whole = format!("{body}}}");
        if hexadecimal(&Sha256::digest(whole.as_bytes())) != hash {
            return Err(damage("its content does not have the hash that it is sealed with"));
        }
        let read = fit(&whole);
        // What a version to come has in it is of no form that is known: its version is told first.
        match read.as_ref().map_or_else(|_| version_of(&whole), |record| Some(record.version)) {
            Some(version) if version != RECORD_VERSION => {
                return Err(damage(&format!("version {version} is not known to this evac")));
            }
            _ => {}
        }
        let record = read
            .map_err(|error| damage(&format!("it is of another form: {}", crate::text::clean(&error.to_string()))))?;
        if record.number != number {
            return Err(damage(&format!("it says that it is record {}", record.number)));
        }
        if record.previous != self.head {
            return Err(damage("it does not follow the record before it"));
        }
        Ok((record, ChainHash(hash.to_owned())))
    }

    /// The consent that its run began with, as it was read.
    pub(crate) fn consented(&self) -> Option<&ConsentRecord> {
        self.consented.as_ref()
    }

    /// Whether the lease was taken after the first so many records.
    pub fn takes_lease_after(&self, records: usize) -> bool {
        self.records.iter().skip(records).any(|record| matches!(record.event, Event::LeaseTaken { .. }))
    }

    /// The next record after this journal's last.
    pub fn next(&self, event: Event, epoch: u64, at: Timestamp, world_at: Timestamp) -> Record {
        Record::following((self.records.len() as u64, self.head.clone()), event, epoch, at, world_at)
    }

    /// This journal with a record more, which must be the [`next`](Self::next), and its line.
    pub fn push(&mut self, record: Record) -> Result<String, serde_json::Error> {
        let (line, hash) = record.to_line()?;
        (self.head, self.length) = (hash, self.length + line.len());
        self.records.push(record);
        Ok(line)
    }
}

/// The version that a text gives itself, whatever else it holds.
fn version_of(whole: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    serde_json::from_str::<Versioned>(whole).ok().map(|read| read.version)
}

/// The record that a text holds, with its own texts fit for a terminal. Those that evac writes are: they were made so where
/// they came in. But a copy of a journal lies in a bucket, and whoever may write there can seal what they like.
fn fit(whole: &str) -> Result<Record, serde_json::Error> {
    if !may_disturb(whole) {
        return serde_json::from_str(whole);
    }
    let mut value = serde_json::from_str(whole)?;
    make_fit(&mut value);
    serde_json::from_value(value)
}

/// Whether some text in a JSON document may hold more than a terminal should be shown: as it stands, or behind an escape.
fn may_disturb(document: &str) -> bool {
    let mut characters = document.chars();
    while let Some(character) = characters.next() {
        let escaped = character == '\\' && !matches!(characters.next(), Some('"' | '\\'));
        if escaped || is_hostile(character) {
            return true;
        }
    }
    false
}

fn make_fit(value: &mut Value) {
    match value {
        Value::String(text) => *text = harmless(text),
        Value::Array(values) => values.iter_mut().for_each(make_fit),
        Value::Object(members) => {
            let fit = |(name, mut value): (String, Value)| {
                make_fit(&mut value);
                (harmless(&name), value)
            };
            *members = std::mem::take(members).into_iter().map(fit).collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text of any length, in which nothing disturbs a terminal.
fn harmless(text: &str) -> String {
    let fit = |character: char| match character {
        white if white.is_whitespace() => ' ',
        hostile if is_hostile(hostile) => '\u{FFFD}',
        other => other,
    };
    text.chars().map(fit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::plan::StepId;

    fn waits(journal: &Journal, on: &str) -> Record {
        let event = Event::Waiting { step: StepId::new("promote"), on: on.to_owned() };
        journal.next(event, 1, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_record_of_a_version_to_come_is_named_whatever_it_holds() {
        let mut journal = Journal::default();
        let record = waits(&journal, "Aurora");
        let first = journal.push(record).unwrap();
        let next = Record { version: 2, ..waits(&journal, "Aurora") };
        let (known, _) = next.to_line().unwrap();
        let unknown = serde_json::to_string(&next).unwrap().replace("\"kind\":\"waiting\"", "\"kind\":\"of tomorrow\"");
        for second in [known, sealed(unknown.clone()).0] {
            let bytes = [first.as_bytes(), second.as_bytes()].concat();
            let damage = Journal::read(&bytes).unwrap_err();
            let at = first.len();
            let told = format!("the journal is damaged at record 2 (byte {at}): version 2 is not known to this evac");
            assert_eq!((damage.record, damage.offset, damage.to_string()), (2, at, told));
            let mut journal = Journal::default();
            assert_eq!(journal.read_on(&bytes), Err(damage));
            assert_eq!((journal.records.len(), journal.length), (1, at), "what stands before it is kept");
        }
        // Of this version, the form is what is wrong.
        let (second, _) = sealed(unknown.replace("\"version\":2", "\"version\":1"));
        let damage = Journal::read(&[first.as_bytes(), second.as_bytes()].concat()).unwrap_err();
        assert!(damage.why.starts_with("it is of another form: unknown variant `of tomorrow`"), "{damage}");
    }

    #[test]
    fn a_journal_that_others_have_sealed_disturbs_no_terminal_and_follows_its_chain() {
        let mut forged = Journal::default();
        let mut bytes = Vec::new();
        for on in ["\u{1b}]0;owned\u{7}\u{1b}[2J", "pay\u{202e}gpj\nDONE promote", "its \"end\" \\ größer"] {
            bytes.extend(forged.push(waits(&forged, on)).unwrap().into_bytes());
        }
        let read = Journal::read(&bytes).unwrap();
        assert_eq!((&read.head, read.length), (&forged.head, forged.length));
        let shown = read.records.iter().map(|record| match &record.event {
            Event::Waiting { on, .. } => on.as_str(),
            _ => "",
        });
        let fit = ["\u{FFFD}]0;owned\u{FFFD}\u{FFFD}[2J", "pay\u{FFFD}gpj DONE promote", "its \"end\" \\ größer"];
        assert_eq!(shown.collect::<Vec<_>>(), fit);
        for (document, disturbs) in [
            (r#"{"a":"\\ \""}"#, false),
            (r#"{"a":"\u202e"}"#, true),
            (r#"{"a":"\n"}"#, true),
            ("{\"\u{9b}\":1}", true),
        ] {
            assert_eq!(may_disturb(document), disturbs, "{document}");
        }
    }
}
