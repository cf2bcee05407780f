//! What a contributor runs, never a user: screenshots and generated documents.

mod picture;
mod scenes;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("screenshots") => scenes::make(std::env::args().nth(2).as_deref()),
        _ => bail!("cargo run -p xtask -- screenshots [NAME]: makes screenshots/ from the running program"),
    }
}
