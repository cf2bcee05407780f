//! `evac codes`: every code that a finding can have, and every one that can stand against a plan. The reference page is
//! made from the same tables.

use evac_core::{
    assessment::Code,
    guard::{GuardCode, NoteSeverity},
};
use serde::Serialize;

use super::{Exit, Failure, Output, arguments::CodesArguments, table::Table};

#[derive(Serialize)]
struct Row {
    code: &'static str,
    meaning: &'static str,
    /// For a guard alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<Guard>,
}

#[derive(Serialize)]
struct Guard {
    severities: &'static [NoteSeverity],
    overridable: bool,
}

/// Lists the codes.
pub fn run(arguments: &CodesArguments, output: &mut Output) -> Result<Exit, Failure> {
    if arguments.json {
        let findings = Code::all().map(|code| Row { code: code.name(), meaning: code.meaning(), guard: None });
        let guards = GuardCode::all().map(|code| {
            let row = code.row();
            let guard = Guard { severities: row.severities, overridable: row.overridable };
            Row { code: row.name, meaning: row.meaning, guard: Some(guard) }
        });
        let rows: Vec<_> = findings.chain(guards).collect();
        output.line(&serde_json::to_string_pretty(&rows).map_err(|error| Failure::from_error(&error))?)?;
        return Ok(Exit::Success);
    }
    output.line("findings")?;
    let rows = Code::all().map(|code| vec![code.name().to_owned(), code.meaning().to_owned()]);
    output.write(&Table::new(rows).to_string())?;
    output.line("\nguards: what a plan meets, and whether an override is taken")?;
    let rows = GuardCode::all().map(|code| {
        let row = code.row();
        vec![row.name.to_owned(), row.stands_as(), row.override_word().to_owned(), row.meaning.to_owned()]
    });
    output.write(&Table::new(rows).to_string())?;
    Ok(Exit::Success)
}
