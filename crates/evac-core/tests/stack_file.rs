//! A stack file that is wrong is refused with the field, the place and the remedy.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use evac_core::Stack;

const GOOD: &str = include_str!("world/stack.toml");

/// The problems of the good file with one text put in the place of another, each with what its span covers.
fn problems(from: &str, to: &str) -> Vec<(String, String, String, String)> {
    assert!(GOOD.contains(from), "{from:?} is not in the file");
    let text = GOOD.replacen(from, to, 1);
    let problems = Stack::parse(&text).unwrap_err();
    let covered = |span: Option<std::ops::Range<usize>>| span.map_or(String::new(), |span| text[span].to_owned());
    problems
        .into_iter()
        .map(|problem| (problem.field, covered(problem.span), problem.message, problem.hint.unwrap_or_default()))
        .collect()
}

#[test]
fn a_stack_survives_being_written_and_read() {
    let stack = Stack::parse(GOOD).unwrap();
    let again = Stack::parse(&stack.to_toml().unwrap()).unwrap();
    assert_eq!(again, stack);
    assert_eq!(stack.ordered_regions().next().unwrap().0.as_str(), "us-east-1");
}

#[test]
fn each_mistake_is_told_with_its_field_its_place_and_its_remedy() {
    let cases = [
        ("version = 1", "version = 7", "version", "7", "version 7 is not known", "write `version = 1`"),
        ("environment = \"PROD\"", "environment = \"\"", "environment", "\"\"", "printable", "short plain text"),
        (
            "role = \"secondary\"",
            "role = \"primary\"",
            "regions.us-west-2.role",
            "\"primary\"",
            "second primary",
            "`us-east-1` is primary",
        ),
        ("role = \"primary\"", "role = \"secondary\"", "regions", "", "no region has the role", "role = \"primary\""),
        (
            "role = \"primary\"",
            "role = \"primry\"",
            "regions.us-east-1.role",
            "\"primry\"",
            "unknown variant",
            "did you mean `primary`?",
        ),
        (
            "deployment = ",
            "deploymnt = ",
            "workloads[0].deploymnt",
            "deploymnt",
            "unknown field",
            "did you mean `deployment`?",
        ),
        (
            "https://usw2.akidb.example/healthz",
            "ftp://x",
            "regions.us-west-2.probe",
            "\"ftp://x\"",
            "is not a URL",
            "https://host/path",
        ),
        (
            "https://usw2.akidb.example/healthz",
            "https://me:secret@host/",
            "regions.us-west-2.probe",
            "\"https://me:secret@host/\"",
            "user or a password",
            "take out",
        ),
        (
            "from = \"us-west-2\"",
            "from = \"us-west-9\"",
            "replication[2].from",
            "\"us-west-9\"",
            "no region `us-west-9`",
            "`us-east-1`",
        ),
        ("every = \"5m\"", "every = \"soon\"", "velero.schedules[0].every", "\"soon\"", "not a length of time", ""),
        (
            "tier = \"hot\"",
            "tier = \"hottest\"",
            "velero.schedules[0].tier",
            "\"hottest\"",
            "no such retention tier",
            "velero.retention",
        ),
        (
            "set_identifier = \"us-west-2\"",
            "set_identifier = \"us-west-2\"\nvalues = [\"192.0.2.1\", \"::1\"]",
            "traffic.records[1].values",
            "values",
            "one type of record",
            "IPv4 addresses, IPv6 addresses or one DNS name",
        ),
        ("name = \"akidb\"", "name = \"a\\u001b[2J\"", "name", "\"a\\u001b[2J\"", "cannot hold the character", ""),
    ];
    for (from, to, field, covered, message, hint) in cases {
        let found = problems(from, to);
        let hit = found.iter().any(|(at, text, what, remedy)| {
            at == field && (covered.is_empty() || text == covered) && what.contains(message) && remedy.contains(hint)
        });
        assert!(hit, "{to}: {found:#?}");
    }
}

#[test]
fn all_mistakes_of_meaning_are_told_at_once() {
    let text = GOOD.replace("version = 1", "version = 2").replace("from = \"us-west-2\"", "from = \"nowhere\"");
    let problems = Stack::parse(&text).unwrap_err();
    assert!(problems.len() >= 2, "{problems:#?}");
}

#[test]
fn rubbish_is_refused_and_never_shown_raw() {
    for text in [
        "",
        "\u{1b}[2J",
        "a = ",
        "[regions",
        "version = \"\u{202e}\"",
        &"x".repeat(100_000),
        "version = 1\nversion = 2",
    ] {
        for problem in Stack::parse(text).unwrap_err() {
            assert!(!problem.message.chars().any(evac_core::text::is_hostile), "{:?}", problem.message);
            assert!(problem.message.chars().count() < 500);
        }
    }
}
