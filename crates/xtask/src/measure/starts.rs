//! How long the program takes to show itself.

use std::time::Duration;

use evac_pty::command;

use super::{
    Row,
    figures::{median, time},
    subject::{From, Screen, Subject},
    world::World,
};

const STARTS: usize = 20;

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let (mut bytes, mut frames, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let screen = subject.screen(&world.stack(), From::Here, (120, 40))?;
        frames.push(screen.first_frame()?);
        bytes.push(screen.first_byte()?);
        screen.quit()?;
        let screen = subject.screen(&world.stack(), From::Here, (200, 60))?;
        large.push(screen.first_frame()?);
        screen.quit()?;
    }
    let mut rows = vec![
        Row::new("first byte, 120×40, p50 of 20 starts", time(median(&mut bytes)), ""),
        Row::new("first frame, 120×40, p50 of 20 starts", time(median(&mut frames)), "10 ms"),
        Row::new("first frame, 200×60, p50 of 20 starts", time(median(&mut large)), "10 ms"),
        Row::new("beside it: `true`, until it has ended", time(median(&mut others("true", &[])?)), ""),
    ];
    rows.push(Row::new("beside it: `top`, first byte", time(median(&mut others("top", &["-n", "1"])?)), ""));
    Ok(rows)
}

/// How long another program takes to its first byte, or its end.
fn others(program: &str, arguments: &[&str]) -> anyhow::Result<Vec<Duration>> {
    let mut taken = Vec::new();
    for _ in 0..STARTS {
        let mut command = command(program);
        command.args(arguments);
        let mut screen = Screen::open((120, 40), command)?;
        screen.terminal.wait()?;
        screen.terminal.drain();
        taken.push(screen.first_byte()?);
    }
    Ok(taken)
}
