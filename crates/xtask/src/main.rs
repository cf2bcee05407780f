//! What a contributor runs, never a user: screenshots and measurements.

mod measure;
mod picture;
mod scenes;
mod simulate;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((task, rest)) if task == "screenshots" => scenes::make(rest.first().map(String::as_str)),
        Some((task, parts)) if task == "measure" => measure::measure(parts),
        Some((task, options)) if task == "simulate" => simulate::simulate(options),
        _ => bail!(
            "cargo run -p xtask -- screenshots [NAME]: makes screenshots/ from the running program\n\
             cargo run -p xtask -- measure [PART...]: measures the release build, for docs/PERFORMANCE.md\n\
             cargo run -p xtask -- simulate --seeds COUNT [--from SEED]: plays that many random runs in the model"
        ),
    }
}
