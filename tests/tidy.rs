//! The walls of the house, held by a test. When one of these fails, move the code, not the wall.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|other| other == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Our own code that is shipped, with the test modules at the ends of files cut off.
fn shipped(folder: &str) -> Vec<(PathBuf, String)> {
    let own = files(folder, "rs").into_iter().filter(|path| {
        let inside = path.strip_prefix(root()).unwrap();
        let tests =
            |part: std::path::Component<'_>| part.as_os_str().to_string_lossy().trim_end_matches(".rs") == "tests";
        inside.components().any(|part| part.as_os_str() == "src") && !inside.components().any(tests)
    });
    own.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
        (path, text[..end].to_owned())
    })
    .collect()
}

fn manifest(package: &str) -> toml::Table {
    let path = root().join(package).join("Cargo.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn dependencies(package: &str) -> BTreeSet<String> {
    let manifest = manifest(package);
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// The lines of shipped code in a folder that hold one of these texts, comments left out.
fn lines_with(folder: &str, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in shipped(folder) {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if texts.iter().any(|text| code.contains(text)) {
                found.push(format!("{}:{}: {}", path.strip_prefix(root()).unwrap().display(), number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn the_core_is_pure() {
    let allowed = [
        "jiff",
        "rust_decimal",
        "schemars",
        "serde",
        "serde_json",
        "serde_path_to_error",
        "sha2",
        "strsim",
        "thiserror",
        "toml",
    ];
    let extra: Vec<_> =
        dependencies("crates/evac-core").into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert_eq!(extra, Vec::<String>::new(), "evac-core depends on no runtime, SDK or terminal");
    let outside = [
        "::now()",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "async fn",
        "Instant",
        "SystemTime",
    ];
    assert_eq!(lines_with("crates/evac-core", &outside), Vec::<String>::new(), "time and files come in as values");
}

#[test]
fn adapters_and_simulator_never_see_each_other() {
    let sides = ["evac-aws", "evac-kube", "evac-sim"];
    for one in sides {
        let dependencies = dependencies(&format!("crates/{one}"));
        for other in sides.iter().filter(|other| **other != one) {
            assert!(!dependencies.contains(*other), "{one} depends on {other}");
        }
    }
    for name in dependencies("crates/evac-sim").iter().chain(&dependencies("crates/evac-engine")) {
        assert!(!name.starts_with("aws-sdk-") && name != "kube", "{name} belongs to an adapter");
    }
}

#[test]
fn the_screen_sees_no_sdk_and_no_simulator() {
    let outside = ["aws_", "evac_aws", "evac_kube", "evac_sim", "k8s_openapi", "kube::", "reqwest"];
    assert_eq!(lines_with("src/tui", &outside), Vec::<String>::new());
}

#[test]
fn the_simulator_is_reached_only_through_endpoints() {
    let inside: Vec<_> = lines_with("src", &["evac_sim"])
        .into_iter()
        .filter(|line| !line.starts_with("src/cli/demo") && !line.starts_with("src/cli/sim"))
        .collect();
    assert_eq!(inside, Vec::<String>::new(), "only `evac sim` and `evac demo` start a simulator");
    let branches = lines_with("crates", &["if simulated", "is_simulated"]);
    assert_eq!(branches, Vec::<String>::new(), "production code does not ask whether its world is real");
}

#[test]
fn there_is_one_tls_and_one_http_stack() {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let packages = lock["package"].as_array().unwrap().iter();
    let banned = packages.filter(|package| {
        let (name, version) = (package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        // Two TLS providers in one process panic at run time; hyper 0.14 comes with the SDKs' old default features.
        ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"].contains(&name)
            || (name == "hyper" && version.starts_with("0."))
    });
    assert_eq!(banned.collect::<Vec<_>>(), Vec::<&toml::Value>::new());
}

#[test]
fn colours_live_in_the_theme() {
    let outside: Vec<_> = lines_with("src", &["Color::", "Rgb(", "Indexed(", "\\x1b[", "\\u{1b}["])
        .into_iter()
        .filter(|line| !line.starts_with("src/tui/theme"))
        .collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
fn nothing_changes_the_world_without_a_consent() {
    // Calls that change the observed world stand in one folder, in functions that take a consent. Beside them is the
    // canary of a stack that configures one, and what a run keeps of itself: its lease and the copies of its journal.
    let beside =
        [("/canary.rs", ".put_object()"), ("/src/run/lease.rs", ".put_item()"), ("/src/run/store.rs", ".put_object()")];
    // A call of an SDK client that changes something begins with one of these, and takes no argument.
    let mutating = [
        ".add_",
        ".associate_",
        ".change_",
        ".copy_",
        ".create_",
        ".delete_",
        ".disable_",
        ".enable_",
        ".failover_global",
        ".modify_",
        ".promote_",
        ".put_",
        ".reboot_",
        ".remove_",
        ".restore_",
        ".set_alarm",
        ".start_",
        ".stop_",
        ".switchover_",
        ".update_",
    ];
    let reads = [".delete_marker", ".start_record", ".start_time("];
    let calls: Vec<_> = lines_with("crates/evac-aws", &mutating)
        .into_iter()
        .filter(|line| !line.contains("/src/act/") && !reads.iter().any(|read| line.contains(read)))
        .collect();
    let is_beside = |line: &String| beside.iter().any(|(home, call)| line.contains(home) && line.contains(call));
    assert!(calls.iter().all(is_beside), "{calls:#?}");
    assert_eq!(calls.len(), beside.len(), "each of those once: {calls:#?}");
    for (path, text) in
        shipped("crates/evac-aws").iter().filter(|(path, _)| path.display().to_string().contains("/act/"))
    {
        for function in text.split("fn ").skip(1) {
            let (head, body) = function.split_once('{').unwrap_or((function, ""));
            let acts = mutating.iter().any(|call| body.contains(call)) && !reads.iter().any(|read| body.contains(read));
            let name = head.split('(').next().unwrap_or_default();
            assert!(!acts || head.contains("&Consent"), "{}: {name} acts without a consent", path.display());
        }
    }
    // Requests are made by hand, and all but those of change.rs with GET; that file makes none without a consent, and
    // the actor alone uses it. kube's typed API, which could write as well, is not used at all.
    let verbs = [
        "Request::post",
        "Request::put",
        "Request::patch",
        "Request::delete",
        "Method::",
        ".method(",
        "Api::<",
        "Api<",
    ];
    let outside = |file: &str, texts: &[&str]| -> Vec<String> {
        lines_with("crates/evac-kube", texts).into_iter().filter(|line| !line.contains(file)).collect()
    };
    assert_eq!(outside("/change.rs", &verbs), Vec::<String>::new());
    assert_eq!(outside("/actor.rs", &["change::", "Change::of("]), Vec::<String>::new());
    // Over the network alone, the business transaction changes something, and nothing else.
    let verbs =
        ["client.post(", "client.put(", "client.patch(", "client.delete(", ".request(", ".execute(", "Method::"];
    let requests = lines_with("crates/evac-engine", &verbs);
    let is_transaction = |line: &String| line.contains("/network/act.rs") && line.contains("client.post(url)");
    assert!(requests.len() == 1 && requests.iter().all(is_transaction), "{requests:#?}");
}

#[test]
fn only_the_process_of_a_run_holds_what_could_act() {
    // Who looks, plans and watches is never given an actor; a dry run is given an observer alone.
    let clients = ["aws-", "kube", "reqwest", "hyper", "http"];
    let own = dependencies(".");
    let own: Vec<_> = own.iter().filter(|name| clients.iter().any(|client| name.starts_with(client))).collect();
    assert_eq!(own, Vec::<&String>::new(), "the program itself has no client");
    let opens = ["evac_aws::actor", "evac_aws::Actor", "evac_kube::actor", "network_actor", "Actor for", "dyn Actor"];
    let walls: [(&str, &[&str], &[&str]); 5] = [
        ("src", &opens, &["src/acting/means.rs"]),
        ("src", &["use evac_aws::{", "use evac_kube::{", "evac_aws as", "evac_kube as"], &[]),
        ("src", &["means::actor", "means::{", "means::*"], &["src/acting/runner.rs"]),
        ("src", &["Executor::", "Executor {"], &["src/acting/runner.rs"]),
        // The executor makes the calls, one after the other by the journal.
        ("crates/evac-engine", &["actor.perform("], &["src/run/executor/attempt.rs"]),
    ];
    for (folder, texts, homes) in walls {
        let lines = lines_with(folder, texts).into_iter();
        let outside: Vec<_> = lines.filter(|line| !homes.iter().any(|home| line.contains(home))).collect();
        assert_eq!(outside, Vec::<String>::new(), "{texts:?}");
    }
}

#[test]
fn consents_come_from_the_guard_alone() {
    // A consent is made anew from a journal, and the journal of a run is written by its recorder alone, which begins it
    // with a consent that is there. Who could write another would have another way to a consent.
    let ways: [(&[&str], &[&str]); 3] = [
        (&["ConsentRecord {"], &["evac-core/src/guard/consent.rs"]),
        (
            &["guard::renew", "renew,", "renew}", "renew::"],
            &["evac-core/src/guard/mod.rs", "evac-engine/src/run/executor/resume.rs", "src/acting/runner.rs"],
        ),
        (
            &["Record::following", ".to_line(", "journal.push("],
            &["evac-core/src/run/chain.rs", "evac-engine/src/run/recorder.rs"],
        ),
    ];
    for (texts, homes) in ways {
        let is_home = |line: &String| homes.iter().any(|home| line.contains(home));
        let shipped = ["src", "crates/evac-core", "crates/evac-engine", "crates/evac-aws", "crates/evac-kube"];
        let lines = shipped.iter().flat_map(|folder| lines_with(folder, texts));
        let outside: Vec<_> = lines.filter(|line| !is_home(line)).collect();
        assert_eq!(outside, Vec::<String>::new(), "{texts:?}");
    }
}

#[test]
fn what_is_for_tests_is_not_shipped() {
    for package in
        [".", "crates/evac-core", "crates/evac-engine", "crates/evac-aws", "crates/evac-kube", "crates/evac-sim"]
    {
        let dependencies = dependencies(package);
        for name in ["evac-model", "evac-pty", "xtask"] {
            assert!(!dependencies.contains(name), "{package} is shipped with {name}");
        }
    }
}

#[test]
fn a_file_is_one_idea() {
    let long: Vec<_> = shipped(".")
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(path, text)| format!("{}: {} lines", path.strip_prefix(root()).unwrap().display(), text.lines().count()))
        .collect();
    assert_eq!(long, Vec::<String>::new(), "past 400 lines a file holds more than one idea");
}

#[test]
fn every_package_takes_the_workspace_lints() {
    for folder in fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()) {
        let manifest = manifest(folder.strip_prefix(root()).unwrap().to_str().unwrap());
        let workspace = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(workspace, Some(true), "{}", folder.display());
    }
    let allowed = lines_with(".", &["#[allow(", "#![allow("]);
    let silent: Vec<_> = shipped(".")
        .iter()
        .flat_map(|(path, text)| {
            let starts = text.match_indices("[allow(").map(|(start, _)| start);
            starts
                .filter(|start| !text[*start..].split(']').next().unwrap_or_default().contains("reason = "))
                .map(|_| path.display().to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(silent, Vec::<String>::new(), "{} lints are allowed, each with its reason", allowed.len());
}

#[test]
fn no_test_sleeps_or_is_switched_off() {
    let mut found = Vec::new();
    for path in files("tests", "rs").into_iter().chain(files("crates", "rs")) {
        if path.ends_with("tests/tidy.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let tests = match path.components().any(|part| part.as_os_str() == "tests") {
            true => text.as_str(),
            false => text.find("#[cfg(test)]").map_or("", |start| &text[start..]),
        };
        for text in ["thread::sleep", "#[ignore", "todo!(", "unimplemented!("] {
            if tests.contains(text) {
                found.push(format!("{}: {text}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn documents_that_are_pointed_at_exist() {
    let pages = ["README.md", "CONTRIBUTING.md"].into_iter().map(|page| root().join(page)).chain(files("docs", "md"));
    for page in pages {
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        let folder = page.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") {
                assert!(folder.join(path).exists(), "{} points at {target}", page.display());
            }
        }
    }
}
