//! What the program writes and takes while nobody touches it.

use std::{thread::sleep, time::Duration};

use evac_pty::command;

use super::{
    Row,
    figures::rate,
    process::{Taken, mebibytes, share},
    subject::{From, Screen, Subject},
    world::World,
};

/// Until the picture is complete, the first points of every trend are there, and what the start needed is done.
const SETTLING: Duration = Duration::from_secs(90);
const WATCHED: Duration = Duration::from_secs(60);

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let mut rows = Vec::new();
    for (what, from, budget) in [("live, over SSH", From::Afar, "< 100 B/s"), ("live, on this machine", From::Here, "")]
    {
        let screen = subject.screen(&world.stack(), from, (120, 40))?;
        sleep(SETTLING);
        let before = Taken::by(screen.terminal.process())?;
        let bytes = bytes(&screen);
        let after = Taken::by(screen.terminal.process())?;
        rows.push(Row::new(format!("idle bytes, 120×40, {what}"), rate(bytes, WATCHED), budget));
        rows.push(Row::new(format!("idle processor time, {what}"), share(&before, &after, WATCHED), "< 1 % of a core"));
        let memory = format!("{} (at most {})", mebibytes(after.memory), mebibytes(after.most_memory));
        rows.push(Row::new(format!("memory after {} s, {what}", (SETTLING + WATCHED).as_secs()), memory, "< 40 MiB"));
        screen.quit()?;
    }
    let screen = subject.screen(&world.stack(), From::Afar, (120, 40))?;
    sleep(SETTLING);
    // What was known gets old, every question fails at once, and nothing else happens any more.
    drop(world);
    sleep(SETTLING * 2);
    rows.push(Row::new(
        "idle bytes, 120×40, nothing changes: the world is gone",
        rate(bytes(&screen), WATCHED),
        "< 10 B/s",
    ));
    screen.quit()?;
    for (what, arguments) in [("as it comes", &[][..]), ("once a second", &["-d", "1"])] {
        let mut command = command("top");
        command.args(arguments);
        let screen = Screen::open((120, 40), command)?;
        sleep(Duration::from_secs(3));
        let before = Taken::by(screen.terminal.process())?;
        let bytes = bytes(&screen);
        let taken = share(&before, &Taken::by(screen.terminal.process())?, WATCHED);
        rows.push(Row::new(format!("beside it: `top`, {what}"), format!("{}, {taken}", rate(bytes, WATCHED)), ""));
        screen.quit()?;
    }
    Ok(rows)
}

/// How many bytes come while it is watched.
fn bytes(screen: &Screen) -> usize {
    let before = screen.terminal.written();
    sleep(WATCHED);
    screen.terminal.written() - before
}
