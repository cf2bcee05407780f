use std::{
    collections::BTreeMap,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use anyhow::{Context, bail};
use evac_model::chance::{self, Held};

/// How many stories of broken seeds are told whole.
const TOLD: usize = 3;

/// Plays runs that are drawn from seeds, on every core, and tells the stories of those in which something broke.
pub fn simulate(options: &[String]) -> anyhow::Result<()> {
    let seeds = seeds(options)?;
    let (next, began) = (AtomicU64::new(seeds.start), Instant::now());
    let play_on = || -> anyhow::Result<Vec<(u64, Held)>> {
        let mut played = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(played);
            }
            played.push((seed, chance::hold(seed)?));
        }
    };
    let played = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let players: Vec<_> = (0..cores).map(|_| scope.spawn(play_on)).collect();
        players.into_iter().try_fold(Vec::new(), |mut all, player| {
            all.extend(player.join().map_err(|_| anyhow::anyhow!("a play panicked"))??);
            anyhow::Ok(all)
        })
    })?;
    let (count, seconds) = (played.len(), began.elapsed().as_secs_f64());
    say(&format!("{count} seeds from {} on in {seconds:.0} s: {:.0} a second", seeds.start, count as f64 / seconds));
    say(&spread(&played));
    let mut broken: Vec<_> = played.into_iter().filter_map(|(seed, held)| Some((seed, held.broken?))).collect();
    broken.sort();
    for (_, story) in broken.iter().take(TOLD) {
        say(story);
    }
    let numbers: Vec<_> = broken.iter().map(|(seed, _)| seed.to_string()).collect();
    if !numbers.is_empty() {
        bail!("{} of {count} seeds broke something: {}", numbers.len(), numbers.join(" "));
    }
    say("nothing broke");
    Ok(())
}

/// How the runs ended, and how many lives their runners had.
fn spread(played: &[(u64, Held)]) -> String {
    let mut ends = BTreeMap::<_, usize>::new();
    for (_, held) in played {
        *ends.entry(held.outcome.map_or("never began", |outcome| outcome.word())).or_default() += 1;
    }
    let lives = |many: bool| played.iter().filter(|(_, held)| (held.lives > 1) == many).count();
    let ends: Vec<_> = ends.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("ended: {}; in one life {}, in more {}", ends.join(", "), lives(false), lives(true))
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
