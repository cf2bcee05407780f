//! What it costs to record an event, beside a bare write of as many bytes that is made as durable.
#![allow(clippy::unwrap_used, reason = "a measurement that fails panics")]

use std::{fs::File, io::Write, path::Path, time::Duration};

use divan::{Bencher, counter::BytesCount};
use evac_core::run::{Event, Journal, Record, RunId};
use evac_engine::run::{JournalFile, JournalStorage, RunStore};
use evac_model::{Play, Shape, play};
use tempfile::TempDir;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// A folder on the disk that the build is on: a temporary one may be in memory, where nothing is made durable.
fn folder() -> TempDir {
    tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
}

/// The records of a whole failover.
fn records() -> Vec<Record> {
    Journal::read(&play(Play::of(Shape::Failover)).unwrap().journal).unwrap().records
}

/// One as most of them are: that a step begins.
fn line() -> Vec<u8> {
    let started = records().into_iter().find(|record| matches!(record.event, Event::Started { .. })).unwrap();
    started.to_line().unwrap().0.into_bytes()
}

#[divan::bench(max_time = Duration::from_secs(5))]
fn journal_append(bencher: Bencher<'_, '_>) {
    let (folder, runtime, line) = (folder(), runtime(), line());
    let run = RunStore::new(folder.path()).create(&RunId::parse("20261125-031204-model").unwrap()).unwrap();
    let mut file = JournalFile::create(&run).unwrap();
    bencher.counter(BytesCount::new(line.len())).bench_local(|| runtime.block_on(file.append(line.clone())).unwrap());
}

#[divan::bench(max_time = Duration::from_secs(5))]
fn bare_append(bencher: Bencher<'_, '_>) {
    let (folder, line) = (folder(), line());
    let mut file = File::create(folder.path().join("bare")).unwrap();
    bencher.counter(BytesCount::new(line.len())).bench_local(|| {
        file.write_all(&line).unwrap();
        file.sync_data().unwrap();
    });
}

/// What is done for a record before it is written: its line, and the hash of it.
#[divan::bench]
fn seal_a_record(bencher: Bencher<'_, '_>) {
    let record = records().pop().unwrap();
    bencher.bench_local(|| record.to_line().unwrap());
}

/// Reading a whole journal and verifying its chain: what attaching and going on begin with.
#[divan::bench]
fn read_a_failover(bencher: Bencher<'_, '_>) {
    let journal = play(Play::of(Shape::Failover)).unwrap().journal;
    bencher.counter(BytesCount::new(journal.len())).bench_local(|| Journal::read(&journal).unwrap());
}
