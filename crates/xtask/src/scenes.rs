//! What is in screenshots/: each picture is the real program, in a terminal, on the embedded simulator.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use evac_pty::{Terminal, command};

use crate::picture;

/// One picture.
struct Scene {
    /// The name of its file.
    name: &'static str,
    /// Columns and rows.
    size: (u16, u16),
    /// The arguments of evac.
    arguments: &'static [&'static str],
    /// What is waited for, and what is then typed.
    steps: &'static [(&'static str, &'static str)],
}

const DEMO: &[&str] = &["demo", "--seed", "1"];
const LOSS: &[&str] = &["demo", "--seed", "1", "--speed", "20", "--scenario", "region-loss"];

/// At a pace at which a person could consent.
const ACTING: &[&str] = &["demo", "--seed", "1", "--speed", "4", "--scenario", "region-loss"];
/// A plan from the first moments of a loss is void once the region is seen to be dark: it is made again then.
const PLANNED: [(&str, &str); 3] =
    [("EVACUATE us-east-1 ● GO", "f"), ("unreachable was none", "p"), ("A arms; then c", "")];

const SCENES: &[Scene] = &[
    Scene { name: "overview-120x40", size: (120, 40), arguments: DEMO, steps: &[("pvc-5m", "")] },
    Scene { name: "overview-80x24", size: (80, 24), arguments: DEMO, steps: &[("GO", "")] },
    Scene { name: "overview-200x60", size: (200, 60), arguments: DEMO, steps: &[("pvc-5m", "")] },
    Scene { name: "region-loss-120x40", size: (120, 40), arguments: LOSS, steps: &[("sources do not answer", "")] },
    Scene { name: "region-120x40", size: (120, 40), arguments: DEMO, steps: &[("GO", "2")] },
    Scene { name: "findings-120x40", size: (120, 40), arguments: LOSS, steps: &[("sources do not answer", "3")] },
    Scene { name: "sources-120x40", size: (120, 40), arguments: DEMO, steps: &[("GO", "4")] },
    Scene { name: "wallboard-120x40", size: (120, 40), arguments: DEMO, steps: &[("GO", "5")] },
    Scene { name: "plan-120x40", size: (120, 40), arguments: ACTING, steps: &PLANNED },
    Scene {
        name: "run-120x40",
        size: (120, 40),
        arguments: ACTING,
        steps: &[
            PLANNED[0],
            PLANNED[1],
            ("A arms; then c", "A"),
            ("READY", "c"),
            ("to name what is acted on", "euw1\r"),
            ("to accept the loss", "14m\r"),
            ("VERIFYING", ""),
        ],
    },
];

/// Makes all pictures, or the one of that name.
pub fn make(only: Option<&str>) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = Command::new(env!("CARGO")).args(["build", "--locked", "-p", "evac"]).current_dir(&root).status()?;
    ensure!(built.success(), "evac does not build");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let program = target.join("debug/evac");
    let program = program.to_str().context("the target folder's path is not UTF-8")?;
    for scene in SCENES.iter().filter(|scene| only.is_none_or(|name| name == scene.name)) {
        let (columns, rows) = scene.size;
        let mut command = command(program);
        command.env("COLORTERM", "truecolor");
        command.args(scene.arguments);
        let mut terminal = Terminal::open(columns, rows, command)?;
        for (text, keys) in scene.steps {
            terminal.wait_for(text).with_context(|| format!("scene {}", scene.name))?;
            terminal.send(keys.as_bytes())?;
        }
        // A still is taken a few seconds in, when every source has been heard; nothing depends on how many.
        std::thread::sleep(std::time::Duration::from_secs(6));
        picture::write(&terminal.screen(), &root.join("screenshots").join(format!("{}.png", scene.name)))?;
        terminal.send(b"q")?;
        terminal.wait()?;
    }
    Ok(())
}
