//! Takes the terminal as the full screen does, and breaks down in the way that its argument names: `screen` in the
//! code of the screen, `task` in another task while the screen is up. `tests/pty.rs` looks at what is left behind.
#![allow(clippy::panic, reason = "breaking down is what it is for")]

use std::io::Read;

use evac::tui::terminal::{Guard, marked};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let way = std::env::args().nth(1).unwrap_or_default();
    marked(async {
        let _guard = Guard::enter(Some("example.log".into()))?;
        if way == "task" {
            // The screen lives on; the next key ends it.
            let _ = tokio::spawn(async { panic!("the task broke down") }).await;
            std::io::stdin().read_exact(&mut [0])?;
            return Ok(());
        }
        panic!("the screen broke down")
    })
    .await
}
