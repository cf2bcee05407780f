//! Where words for people and scripts go. Printing never panics: a reader that went away is no failure.

use std::io::{self, Write};

use super::Failure;

/// Standard output, written a text at a time.
///
/// When the reader has gone (`evac status --json | head -1`), writing turns into doing nothing, and
/// [`Output::is_open`] says so, for whoever would write for ever.
#[derive(Debug, Default)]
pub struct Output {
    closed: bool,
}

impl Output {
    /// Writes a text as it is, and sees that it gets out.
    pub fn write(&mut self, text: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"))),
        }
    }

    /// Writes a text and ends its line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.write(&format!("{text}\n"))
    }

    /// False once the reader has gone.
    pub fn is_open(&self) -> bool {
        !self.closed
    }
}

/// Tells people on standard error. There is nobody to tell when that fails, for the terminal may be gone.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
