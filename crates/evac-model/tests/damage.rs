//! The journal of a whole run, damaged at every byte and cut off at every byte: what is wrong is told with the record in
//! which it is, a torn end is kept aside, and nothing is ever read as another state than it was written for.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, ops::Range};

use evac_core::run::{Damage, Event, Journal, RunId, RunState};
use evac_engine::run::{JournalFile, JournalFileError, RunFolder, RunStore};
use evac_model::{Play, Shape, play};

/// The journal of a failover that went well.
fn whole() -> Vec<u8> {
    play(Play::of(Shape::Failover)).unwrap().journal
}

/// Where each record stands.
fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place + 1);
    ends.scan(0, |from, end| Some(std::mem::replace(from, end)..end)).collect()
}

/// What reading on says when the rest of a journal is this, after the records before it. Nothing of it is taken in.
fn damage(journal: &mut Journal, rest: &[u8]) -> Damage {
    let (records, length) = (journal.records.len(), journal.length);
    let damage = journal.read_on(rest).unwrap_err();
    assert_eq!((journal.records.len(), journal.length), (records, length));
    damage
}

#[test]
fn every_changed_byte_is_told_with_its_record() {
    let bytes = whole();
    let (lines, mut journal) = (lines(&bytes), Journal::default());
    assert!(lines.len() > 20, "{} records", lines.len());
    for (index, line) in lines.iter().enumerate() {
        let mut changed = bytes[line.clone()].to_vec();
        for place in 0..changed.len() {
            let original = changed[place];
            let is_end = place + 1 == changed.len();
            for other in [original ^ (1 << (place % 8)), b'\n'] {
                if other == original {
                    continue;
                }
                changed[place] = other;
                // Without its line feed, a line runs into the next one; the last one is torn.
                let next = lines.get(index + 1).filter(|_| is_end).map_or(0..0, Range::clone);
                let rest = [&changed, &bytes[next.clone()]].concat();
                if is_end && next.is_empty() {
                    journal.read_on(&rest).unwrap();
                    assert_eq!((journal.records.len(), journal.torn), (index, changed.len()));
                } else {
                    let told = damage(&mut journal, &rest);
                    assert_eq!((told.record, told.offset), (index as u64 + 1, line.start), "byte {place}: {told}");
                    assert!(!told.why.is_empty());
                }
                changed[place] = original;
            }
        }
        journal.read_on(&bytes[line.clone()]).unwrap();
    }
    assert_eq!(journal, Journal::read(&bytes).unwrap());
}

#[test]
fn every_cut_leaves_the_state_of_its_last_whole_record() {
    let bytes = whole();
    let (mut journal, mut state) = (Journal::default(), None::<RunState>);
    for line in lines(&bytes) {
        for cut in line.clone() {
            journal.read_on(&bytes[line.start..cut]).unwrap();
            assert_eq!((journal.length, journal.torn), (line.start, cut - line.start), "cut at {cut}");
        }
        assert_eq!(RunState::replay(&journal.records).unwrap(), state);
        journal.read_on(&bytes[line.clone()]).unwrap();
        let record = journal.records.last().unwrap();
        match &mut state {
            Some(state) => state.apply(record).unwrap(),
            None => state = Some(RunState::begin(record).unwrap()),
        }
    }
    assert!(state.unwrap().finished.is_some());
}

#[test]
fn records_that_are_left_out_or_moved_are_noticed() {
    let bytes = whole();
    let lines = lines(&bytes);
    let line = |index: usize| &bytes[lines[index].clone()];
    for index in 0..lines.len() - 1 {
        let (before, after) = (&bytes[..lines[index].start], &bytes[lines[index + 1].end..]);
        let number = index as u64 + 1;
        let without = Journal::read(&[before, line(index + 1)].concat()).unwrap_err();
        assert_eq!((without.record, without.why), (number, format!("it says that it is record {}", number + 1)));
        let twice = Journal::read(&[before, line(index), line(index), after].concat()).unwrap_err();
        assert_eq!((twice.record, twice.why), (number + 1, format!("it says that it is record {number}")));
    }
}

/// A record that somebody writes anew, with a hash that is right for it, does not fit to the next one; and the last one,
/// which none follows, has to be possible.
#[test]
fn a_record_that_is_sealed_anew_is_noticed() {
    let bytes = whole();
    let lines = lines(&bytes);
    let journal = Journal::read(&bytes).unwrap();
    for (index, record) in journal.records.iter().enumerate() {
        let mut other = record.clone();
        other.event = Event::Acknowledged { by: "somebody".to_owned() };
        let (sealed, _) = other.to_line().unwrap();
        let forged = [&bytes[..lines[index].start], sealed.as_bytes(), &bytes[lines[index].end..]].concat();
        if index + 1 < lines.len() {
            let told = Journal::read(&forged).unwrap_err();
            assert_eq!((told.record, told.why.as_str()), (index as u64 + 2, "it does not follow the record before it"));
        } else {
            let illegal = RunState::replay(&Journal::read(&forged).unwrap().records).unwrap_err();
            assert_eq!((illegal.number, illegal.why.as_str()), (index as u64 + 1, "the run is not over"));
        }
    }
}

fn folder_with(store: &RunStore, name: &str, bytes: &[u8]) -> RunFolder {
    let folder = store.create(&RunId::parse(name).unwrap()).unwrap();
    fs::write(folder.journal(), bytes).unwrap();
    folder
}

#[test]
fn a_torn_end_is_kept_aside_and_damage_is_never_repaired() {
    let (bytes, place) = (whole(), tempfile::tempdir().unwrap());
    let store = RunStore::new(place.path());
    let lines = lines(&bytes);
    for (number, line) in lines.iter().enumerate() {
        let middle = line.start + line.len() / 2;
        let torn = folder_with(&store, &format!("torn-{number}"), &bytes[..middle]);
        let opened = JournalFile::open(&torn).unwrap();
        let (cut, aside) = opened.torn.unwrap();
        assert_eq!((cut, fs::read(aside).unwrap()), (middle - line.start, bytes[line.start..middle].to_vec()));
        assert_eq!((opened.bytes.as_slice(), opened.journal.records.len()), (&bytes[..line.start], number));
        assert_eq!(fs::read(torn.journal()).unwrap(), bytes[..line.start]);

        let mut changed = bytes.clone();
        changed[middle] ^= 4;
        let damaged = folder_with(&store, &format!("damaged-{number}"), &changed);
        let Err(JournalFileError::Damaged { path, damage }) = JournalFile::open(&damaged) else { unreachable!() };
        assert_eq!((path, damage.record), (damaged.journal(), number as u64 + 1));
        assert_eq!(fs::read(damaged.journal()).unwrap(), changed, "it is left as it is");
    }
}
