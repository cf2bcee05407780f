//! What more regions take: the same simulator under more names, for it has three.

use std::{fs, thread::sleep, time::Duration};

use anyhow::Context;
use toml::{Table, Value};

use super::{
    Row,
    process::{Taken, mebibytes, share},
    subject::{From, Subject},
    world::World,
};

const SETTLING: Duration = Duration::from_secs(15);
const WATCHED: Duration = Duration::from_secs(40);

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let text = fs::read_to_string(world.stack())?;
    let mut rows = Vec::new();
    for count in [2, 3, 6, 12] {
        // Beside the first one: a path in it is relative to its folder.
        let file = world.directory().join(format!("stack-of-{count}.toml"));
        fs::write(&file, toml::to_string(&of_regions(&text, count)?)?)?;
        let screen = subject.screen(&file, From::Here, (200, 60))?;
        sleep(SETTLING);
        let before = Taken::by(screen.terminal.process())?;
        sleep(WATCHED);
        let after = Taken::by(screen.terminal.process())?;
        let figure = format!("{}, {}", mebibytes(after.memory), share(&before, &after, WATCHED));
        rows.push(Row::new(format!("{count} regions: memory and processor time"), figure, "linear"));
        screen.quit()?;
    }
    Ok(rows)
}

/// The simulator's stack with so many regions: those beyond the third are us-west-2 under other names.
fn of_regions(text: &str, count: usize) -> anyhow::Result<Table> {
    let mut stack: Table = text.parse()?;
    for path in [&["regions"][..], &["aurora", "members"], &["buckets"]] {
        let mut table = &mut stack;
        for name in path {
            table = table.get_mut(*name).and_then(Value::as_table_mut).context("the stack has another form")?;
        }
        if count < 3 {
            table.remove("eu-west-1");
        }
        let like = table.get("us-west-2").context("no us-west-2")?.clone();
        for index in 3..count {
            table.insert(format!("ap-south-{index}"), like.clone());
        }
    }
    if count < 3 {
        let elsewhere = |entry: &Value| entry.as_table().is_none_or(|entry| !names(entry, "eu-west-1"));
        let traffic = stack.get_mut("traffic").and_then(|traffic| traffic.get_mut("records"));
        traffic.and_then(Value::as_array_mut).context("no records")?.retain(elsewhere);
        stack.get_mut("replication").and_then(Value::as_array_mut).context("no rules")?.retain(elsewhere);
    }
    Ok(stack)
}

/// True when some field is this text.
fn names(entry: &Table, text: &str) -> bool {
    entry.values().any(|value| value.as_str() == Some(text))
}
