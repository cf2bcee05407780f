//! How long it takes to take in an answer, and to judge: once a second and after every answer, beside the screen.

mod worlds;

use divan::{Bencher, black_box};
use evac_core::Source;
use worlds::{Judged, of_many_backups, of_regions};

fn main() {
    divan::main();
}

/// The growth with the number of regions.
#[divan::bench(args = [2, 3, 6, 12])]
fn assess(bencher: Bencher<'_, '_>, regions: usize) {
    let judged = Judged::of(of_regions(regions));
    bencher.bench_local(|| black_box(&judged).assess());
}

/// Three regions, of which one holds 100,000 backups.
#[divan::bench]
fn assess_100_000_backups(bencher: Bencher<'_, '_>) {
    let judged = Judged::of(of_many_backups());
    bencher.bench_local(|| black_box(&judged).assess());
}

/// A snapshot with one more answer.
#[divan::bench(args = [2, 3, 6, 12])]
fn snapshot_with(bencher: Bencher<'_, '_>, regions: usize) {
    let judged = Judged::of(of_regions(regions));
    let answer = || judged.answer(Source::Probe, "us-east-1");
    bencher.with_inputs(answer).bench_local_values(|answer| judged.snapshot.with(answer));
}

/// The same beside 100,000 backups, which it must not copy.
#[divan::bench]
fn snapshot_with_100_000_backups(bencher: Bencher<'_, '_>) {
    let judged = Judged::of(of_many_backups());
    let answer = || judged.answer(Source::Probe, "us-east-1");
    bencher.with_inputs(answer).bench_local_values(|answer| judged.snapshot.with(answer));
}
