//! Writing to the terminal without the buffers and locks of the standard library, which would wait for ever behind a
//! terminal that takes nothing any more.

use std::{
    io,
    os::fd::AsFd,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec},
    io::Errno,
};

/// Writes everything to standard output. With patience it gives up when the terminal takes nothing for so long;
/// without, it waits.
///
/// # Errors
/// The terminal is gone, or the patience ran out.
pub(super) fn write(mut bytes: &[u8], patience: Option<Duration>) -> io::Result<()> {
    let (output, end) = (io::stdout(), patience.map(|patience| Instant::now() + patience));
    while !bytes.is_empty() {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let mut wanted = [PollFd::new(&output, PollFlags::OUT)];
        let left = left.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        match rustix::event::poll(&mut wanted, left.as_ref()) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match rustix::io::write(output.as_fd(), bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// True when nobody is at the other end any more. A program that is not the leader of its session is not told, and
/// crossterm would spin on such a terminal for ever.
pub(super) fn is_gone() -> bool {
    rustix::termios::tcgetattr(io::stdin()).is_err() || rustix::termios::tcgetattr(io::stdout()).is_err()
}

/// True when a shell is there to come back to after the group of this process is stopped.
pub(super) fn has_shell() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
}

/// Stops this process, and with `group` whatever was started together with it, such as the `cargo run` around it.
///
/// # Errors
/// The signal cannot be sent.
pub(super) fn stop(group: bool) -> io::Result<()> {
    let stop = rustix::process::Signal::STOP;
    if group {
        rustix::process::kill_current_process_group(stop)?;
    } else {
        rustix::process::kill_process(rustix::process::getpid(), stop)?;
    }
    Ok(())
}
