//! The operator's guide, followed word by word: its commands are given to a shell, as whoever reads it would.

use std::{env, path::Path, process::Command};

use crate::{
    desk::{Desk, Stage},
    foreign::{
        PATIENCE,
        child::{Said, run},
    },
    world::World,
};

const GUIDE: &str = include_str!("../../docs/OPERATING.md");
/// What evac ends with when it does not know the words that it was given.
const USAGE: i32 = 2;

/// A block of commands, by a command in it, without what only starts the world.
fn block(of: &str) -> Vec<&'static str> {
    let mut blocks = GUIDE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block = blocks.find(|block| block.contains(of)).unwrap_or_else(|| panic!("{of} is in no block"));
    block.lines().filter(|line| line.starts_with("evac ") && !line.contains("sim --dir")).collect()
}

/// Gives a command to a shell.
fn sh(desk: &Desk<'_>, line: &str) -> Said {
    let evac = desk.command(&[]);
    let folder = Path::new(evac.get_program()).parent().unwrap().to_owned();
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    evac.get_envs().filter_map(|(name, value)| Some((name, value?))).for_each(|(name, value)| {
        command.env(name, value);
    });
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [folder].into_iter().chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(folders).unwrap());
    let said = run(line, command, PATIENCE);
    assert_ne!(said.status.code(), Some(USAGE), "{line}: {said:#?}");
    said
}

#[test]
fn the_guide_is_followed_word_by_word() {
    let world = World::start();
    let desk = Desk::new(&world);
    let here = world.file("stack.toml").parent().unwrap().display().to_string();
    let mut hash = String::new();
    let mut follow = |command: &str| {
        // The folder is of this test, and there is no time for what the guide waits for.
        let said = sh(&desk, &command.replace("/tmp/world", &here).replace("HASH", &hash));
        if let Some((_, rest)) = said.stdout.rsplit_once("--plan ") {
            hash = rest.split(' ').next().unwrap().to_owned();
        }
        said
    };
    for command in block("evac status") {
        assert!(follow(command).stdout.contains("akidb"));
    }
    world.speed(4);
    let [lose, plan] = block("plan failover")[..] else { panic!("{:?}", block("plan failover")) };
    follow(lose);
    world.pass("60s");
    let [act] = block("evac failover")[..] else { panic!("{:?}", block("evac failover")) };
    let act = format!("{} --detach", act.replace("--accept-loss 3m", "--accept-loss 15m"));
    world.wait_until("a run that is begun as the guide says", || {
        assert!(follow(plan).stdout.contains("promote"));
        follow(&act).status.success()
    });
    world.hurry(true);
    let orders: Vec<_> = block("evac attach").into_iter().map(|command| (command, follow(command))).collect();
    let ends = |name: &str| orders.iter().find(|(command, _)| command.contains(name)).unwrap().1.status.code();
    assert_eq!([ends("runs"), ends("attach"), ends("acknowledge")], [Some(0); 3], "{orders:#?}");
    assert_eq!([ends("abort"), ends("override"), ends("hand-over"), ends("resume")], [Some(1); 4], "it is over");
    assert_eq!(world.writers(), ["us-west-2"]);

    // What stands between the words can be given too.
    let newest = desk.runs()[0]["run"].as_str().unwrap().to_owned();
    let spans = GUIDE.split('`').skip(1).step_by(2).filter(|span| span.starts_with("evac ") && !span.contains('…'));
    let mut given = 0;
    for span in spans {
        let names = [("RUN", newest.as_str()), ("NAME", "calm-day"), ("OLD", "us-east-1"), ("THIRD", "eu-west-1")];
        let mut command = span.split_whitespace().collect::<Vec<_>>().join(" ");
        names.into_iter().for_each(|(name, value)| command = command.replace(name, value));
        if command.starts_with("evac sim trigger") && !command.contains("--dir") {
            command.push_str(" --dir /tmp/world");
        }
        // The verb alone is its name.
        if ["evac override", "evac abort"].contains(&span) {
            continue;
        }
        follow(&command);
        given += 1;
    }
    assert!(given >= 15, "{given} commands stand in the guide");
}
