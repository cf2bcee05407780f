//! What the program writes about itself.

use crate::evac::Home;

#[test]
fn completions_are_written_for_every_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = home.run(&["completions", shell]);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains("evac") && run.stdout.contains("doctor"), "{shell}: {}", run.stdout);
    }
}

#[test]
fn the_manual_page_names_every_command() {
    let run = Home::new().run(&["man"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    for word in ["demo", "sim", "status", "doctor", "config", "codes", "completions", "man"] {
        assert!(run.stdout.contains(&format!("evac\\-{word}")), "{word} is not in the page");
    }
}

#[test]
fn every_code_has_a_meaning_and_stands_once() {
    let home = Home::new();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&home.run(&["codes", "--json"]).stdout).unwrap();
    let text = home.run(&["codes"]).stdout;
    assert!(rows.len() > 30);
    for row in &rows {
        let (code, meaning) = (row["code"].as_str().unwrap(), row["meaning"].as_str().unwrap());
        assert!(meaning.ends_with('.'), "{code}: {meaning}");
        assert_eq!(text.lines().filter(|line| line.starts_with(&format!("{code} "))).count(), 1, "{code}");
    }
    let guard = |code: &str| rows.iter().find(|row| row["code"] == code).unwrap()["guard"].clone();
    assert_eq!(guard("AUR-LAG"), serde_json::Value::Null);
    assert_eq!(guard("WRT-TWO"), serde_json::json!({ "severities": ["block", "warn"], "overridable": false }));
    assert!(text.lines().any(|line| line.starts_with("FNC-UNPROVEN") && line.contains("BLOCK, WARN  yes  ")), "{text}");
}

#[test]
fn the_scenarios_are_listed_without_a_world() {
    let run = Home::new().run(&["sim", "scenarios"]);
    assert_eq!(run.status, Some(0));
    assert!(run.stdout.lines().any(|line| line.starts_with("region-loss ")), "{}", run.stdout);
}

/// A reader that goes away is no failure, and nothing is said about it.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::new();
    for arguments in ["codes", "config schema", "man", "completions zsh", "--help"] {
        let evac = home.command(&[]).get_program().to_owned();
        let mut command = std::process::Command::new("/bin/bash");
        // `PIPESTATUS` tells how evac itself ended, whose reader may be gone before it writes.
        let script = format!("'{}' {arguments} | true; echo ${{PIPESTATUS[0]}} >&2", evac.display());
        command.args(["-c", &script]).env("HOME", home.path());
        let run = home.finish(command);
        assert_eq!(run.stderr, "0\n", "{arguments}");
    }
}
