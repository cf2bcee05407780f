use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use anyhow::{Context, bail};
use evac_model::chance;

/// How many stories of broken seeds are told whole.
const TOLD: usize = 3;

/// Plays runs that are drawn from seeds, on every core, and tells the stories of those in which something broke.
pub fn simulate(options: &[String]) -> anyhow::Result<()> {
    let seeds = seeds(options)?;
    let next = AtomicU64::new(seeds.start);
    let play_on = || -> anyhow::Result<Vec<(u64, String)>> {
        let mut broken = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(broken);
            }
            broken.extend(chance::hold(seed)?.map(|story| (seed, story)));
        }
    };
    let mut broken = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let players: Vec<_> = (0..cores).map(|_| scope.spawn(play_on)).collect();
        players.into_iter().try_fold(Vec::new(), |mut all, player| {
            all.extend(player.join().map_err(|_| anyhow::anyhow!("a play panicked"))??);
            anyhow::Ok(all)
        })
    })?;
    broken.sort();
    for (_, story) in broken.iter().take(TOLD) {
        say(story);
    }
    let numbers: Vec<_> = broken.iter().map(|(seed, _)| seed.to_string()).collect();
    if !numbers.is_empty() {
        bail!("{} of {} seeds broke something: {}", numbers.len(), seeds.end - seeds.start, numbers.join(" "));
    }
    say(&format!("{} seeds from {} on: nothing broke", seeds.end - seeds.start, seeds.start));
    Ok(())
}

fn seeds(options: &[String]) -> anyhow::Result<Range<u64>> {
    let (mut from, mut count) = (0, None);
    for pair in options.chunks(2) {
        match pair {
            [name, value] if name == "--seeds" => count = Some(value.parse::<u64>().context("--seeds")?),
            [name, value] if name == "--from" => from = value.parse().context("--from")?,
            _ => bail!("simulate takes --seeds COUNT and --from SEED"),
        }
    }
    let count = count.context("say how many: --seeds COUNT")?;
    Ok(from..from.checked_add(count).context("seeds do not go so far")?)
}

#[allow(clippy::print_stdout, reason = "this is what the command is for")]
fn say(text: &str) {
    println!("{text}");
}
