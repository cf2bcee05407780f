//! How long a key takes to be seen, and how many bytes that is.

use std::{thread::sleep, time::Duration};

use super::{
    Row,
    figures::spread,
    subject::{From, Screen, Subject},
    world::World,
};

const KEYS: usize = 300;
/// From key to key: a person who is in a hurry.
const PAUSE: Duration = Duration::from_millis(100);
/// Every endpoint takes a connection, and never answers.
const HANG: &str = r#"{"kind": "hang"}"#;
/// Long enough for every question to have run into its timeout.
const UNTIL_ALL_HANG: Duration = Duration::from_secs(25);

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let mut screen = subject.screen(&world.stack(), From::Here, (120, 40))?;
    screen.first_picture()?;
    let mut rows = vec![Row::new("key to paint, calm", spread(&mut paints(&mut screen)?), "p99 < 16 ms")];
    world.fault(Some(HANG))?;
    sleep(UNTIL_ALL_HANG);
    rows.push(Row::new("key to paint, every endpoint hangs", spread(&mut paints(&mut screen)?), "p99 < 16 ms"));
    world.fault(None)?;
    for (what, first, keys) in [
        ("a step to the next region", "1", ["l", "l"]),
        ("a step to the next row, sources", "4", ["j", "k"]),
        ("help, on and off", "1", ["?", "?"]),
        ("another screen", "1", ["2", "1"]),
    ] {
        screen.terminal.send(first.as_bytes())?;
        sleep(Duration::from_secs(1));
        let mut sizes = sizes(&mut screen, keys)?;
        sizes.sort_unstable();
        let half = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
        let most = sizes.last().copied().unwrap_or_default();
        rows.push(Row::new(format!("bytes a key, 120×40: {what}"), format!("p50 {half}, most {most}"), "< 1 kB"));
    }
    screen.quit()?;
    Ok(rows)
}

/// The time from each of many keys to the screen that it asks for: a whole screen each, the slowest that there is.
fn paints(screen: &mut Screen) -> anyhow::Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(KEYS);
    for (key, text) in [("4", "LIMIT"), ("1", "BUDGET")].into_iter().cycle().take(KEYS) {
        sleep(PAUSE);
        taken.push(screen.press(key, text)?);
    }
    Ok(taken)
}

/// How many bytes each of a few keys makes.
fn sizes(screen: &mut Screen, keys: [&str; 2]) -> anyhow::Result<Vec<usize>> {
    let mut sizes = Vec::new();
    for key in keys.into_iter().cycle().take(20) {
        let before = screen.terminal.written();
        screen.terminal.send(key.as_bytes())?;
        sleep(Duration::from_millis(300));
        sizes.push(screen.terminal.written() - before);
    }
    Ok(sizes)
}
