//! `evac codes`: every code that a finding can have. The reference page is made from it.

use evac_core::assessment::Code;
use serde::Serialize;

use super::{Exit, Failure, Output, arguments::CodesArguments, table::Table};

#[derive(Serialize)]
struct Row {
    code: &'static str,
    meaning: &'static str,
}

/// Lists the codes.
pub fn run(arguments: &CodesArguments, output: &mut Output) -> Result<Exit, Failure> {
    let rows = Code::all().map(|code| Row { code: code.name(), meaning: code.meaning() });
    if arguments.json {
        let rows: Vec<_> = rows.collect();
        output.line(&serde_json::to_string_pretty(&rows).map_err(|error| Failure::from_error(&error))?)?;
    } else {
        let table = Table::new(rows.map(|row| vec![row.code.to_owned(), row.meaning.to_owned()]));
        output.write(&table.to_string())?;
    }
    Ok(Exit::Success)
}
