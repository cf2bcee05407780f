//! Bad input is answered in words, with what to do, and never with the bytes themselves.

use crate::evac::Home;

fn told(home: &Home, arguments: &[&str]) -> String {
    let run = home.run(arguments);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    run.stderr
}

#[test]
fn without_a_stack_file_the_next_steps_are_told() {
    let home = Home::new();
    insta::assert_snapshot!(told(&home, &["status"]), @"
    error: there is no stack file yet
    hint: `evac demo` shows a simulated stack, without any account
    hint: `evac config init` writes a commented stack file to fill in
    hint: `evac --stack FILE` takes one from anywhere
    ");
    assert_eq!(told(&home, &[]), told(&home, &["status"]));
}

#[test]
fn every_problem_of_a_stack_file_is_told_at_once_with_its_place() {
    let home = Home::new();
    home.write("stack.toml", WRONG);
    insta::assert_snapshot!(told(&home, &["config", "check"]), @r#"
    error: version: version 2 is not known
     --> HOME/stack.toml:1:11
      |
    1 | version = 2
      |           ^
      |
      = hint: write `version = 1`

    error: environment: must be 1 to 80 printable characters
     --> HOME/stack.toml:3:15
      |
    3 | environment = ""
      |               ^^
      |
      = hint: write a short plain text

    error: regions.us-west-2.role: a second primary
      --> HOME/stack.toml:10:8
       |
    10 | role = "primary"
       |        ^^^^^^^^^
       |
       = hint: `us-east-1` is primary already: make this one `secondary`

    error: regions.us-east-1.probe: `ftp://example` is not a URL
     --> HOME/stack.toml:7:9
      |
    7 | probe = "ftp://example"
      |         ^^^^^^^^^^^^^^^
      |
      = hint: write it like `https://host/path`

    error: aurora.members.eu-west-1: there is no region `eu-west-1` in this stack
      --> HOME/stack.toml:16:13
       |
    16 | eu-west-1 = "akidb-euw1"
       |             ^^^^^^^^^^^^
       |
       = hint: the regions are `us-east-1`, `us-west-2`

    error: objectives.availability: 101 is not a share in percent
      --> HOME/stack.toml:19:16
       |
    19 | availability = 101.0
       |                ^^^^^
       |
       = hint: write a number from 0 to 100
    "#);
}

const WRONG: &str = r#"version = 2
name = "akidb"
environment = ""

[regions.us-east-1]
role = "primary"
probe = "ftp://example"

[regions.us-west-2]
role = "primary"

[aurora]
global_cluster = "akidb-global"

[aurora.members]
eu-west-1 = "akidb-euw1"

[objectives]
availability = 101.0
"#;

#[test]
fn a_misspelt_field_and_a_wrong_type_are_told_with_a_hint() {
    let home = Home::new();
    home.write("stack.toml", "version = 1\nnmae = \"akidb\"\n");
    insta::assert_snapshot!(told(&home, &["config", "check"]), @r#"
    error: nmae: unknown field `nmae`
     --> HOME/stack.toml:2:1
      |
    2 | nmae = "akidb"
      | ^^^^
      |
      = hint: did you mean `name`?
    "#);
    home.write("stack.toml", "version = 1\nname = \"akidb\"\nenvironment = \"TEST\"\n[polling]\nhealth = \"soon\"\n");
    insta::assert_snapshot!(told(&home, &["config", "check"]), @r#"
    error: polling.health: `soon` is not a length of time: write it like `30s`, `15m` or `7d`
     --> HOME/stack.toml:5:10
      |
    5 | health = "soon"
      |          ^^^^^^
    "#);
    home.write("stack.toml", "version = 1\nname = \"akidb\nenvironment = \"TEST\"\n");
    insta::assert_snapshot!(told(&home, &["config", "check"]), @r#"
    error: invalid basic string, expected `"`
     --> HOME/stack.toml:2:14
      |
    2 | name = "akidb
      |              ^
    "#);
}

#[test]
fn files_that_are_no_text_are_refused_in_words() {
    let home = Home::new();
    insta::assert_snapshot!(told(&home, &["config", "check", "none.toml"]), @"error: cannot read the stack file none.toml: no such file or directory");
    insta::assert_snapshot!(told(&home, &["config", "check", "."]), @"
    error: cannot read the stack file .: it is a directory
    hint: give the file itself
    ");
    home.write("latin.toml", b"version = 1\nname = \"gr\xf6\xdfer\"\n");
    insta::assert_snapshot!(told(&home, &["--stack", "latin.toml", "status"]), @"
    error: cannot read the stack file latin.toml: it is not UTF-8 text from line 2 on
    hint: save it as UTF-8
    ");
    let large = std::fs::File::create(home.path().join("large.toml")).unwrap();
    large.set_len(100 << 20).unwrap();
    insta::assert_snapshot!(told(&home, &["--stack", "large.toml", "doctor"]), @"
    error: cannot read the stack file large.toml: it is larger than 1.0 MB, which no stack file is
    hint: see that it is the right file
    ");
}

#[test]
fn control_characters_and_endless_lines_never_reach_the_terminal() {
    // `Home::run` itself asserts that nothing but text is written.
    let home = Home::new();
    for hostile in [
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "version = \"\u{1b}[31m\u{202e}\"",
        "name = \"a\\u001b[2J\"\nversion = 1\nenvironment = \"\\u202E\"\n[regions]\n",
        "\"\u{1b}[2J\" = 1",
        "[regions.\"\\u001b[2J\"]\nrole = \"primary\"",
        &"x".repeat(1 << 20),
        &format!("version = 1\nname = \"{}\"\n", "y".repeat(900_000)),
        &"[".repeat(100_000),
        &"a.".repeat(100_000),
    ] {
        home.write("stack.toml", hostile);
        let told = told(&home, &["config", "check"]);
        assert!(told.starts_with("error: "), "{told}");
        assert!(told.len() < 4_000, "{} bytes are told", told.len());
        assert!(told.lines().all(|line| line.chars().count() < 600), "{told}");
    }
}

#[test]
fn a_wrong_command_line_is_usage_and_says_so() {
    let home = Home::new();
    for arguments in [
        &["stauts"][..],
        &["status", "--json", "--plain"],
        &["status", "--wait", "soon"],
        &["demo", "--speed", "0"],
        &["sim"],
        &["demo", "--scenario", "region-lost"],
    ] {
        let run = home.run(arguments);
        assert_eq!(run.status, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{arguments:?}: {}", run.stderr);
    }
    insta::assert_snapshot!(home.run(&["demo", "--scenario", "region-lost"]).stderr.lines().next().unwrap(), @"error: there is no scenario `region-lost`; did you mean `region-loss`?");
}

#[test]
fn triggering_where_no_simulator_runs_says_how_to_start_one() {
    let home = Home::new();
    let told = told(&home, &["sim", "trigger", "--dir", "nowhere", "region-loss"]);
    assert!(told.starts_with("error: no simulator answers for nowhere"), "{told}");
    assert!(told.contains("hint: start one with `evac sim --dir nowhere`"), "{told}");
}

#[test]
fn a_demo_without_a_terminal_says_so_and_leaves_nothing_behind() {
    let home = Home::new();
    let told = told(&home, &["demo"]);
    assert!(told.starts_with("error: ") && told.contains("terminal"), "{told}");
    let left = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("demo")).collect();
    assert!(left.is_empty(), "{left:?}");
}
