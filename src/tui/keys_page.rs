//! The page of keys in the docs, made from the registry.

use std::{collections::BTreeMap, fmt::Write};

use super::{action::Action, keymap::Keymap};

/// docs/KEYS.md. A test compares the file with this.
pub fn keys_markdown() -> String {
    let labels = Keymap::new(&BTreeMap::new()).map(|keymap| keymap.labels()).unwrap_or_default();
    let mut page = String::from(
        "# Keys\n\n\
         This page is made from the registry of actions (`src/tui/registry.rs`); a test keeps the two the same.\n\n\
         `[keys]` in the settings gives an action other keys, by its name: `poll = [\"F5\", \"g r\"]`. Two keys with a \
         blank between them are typed one after the other. An empty list takes an action's keys away; the palette \
         (`:`) still has it.\n\n\
         | key | name | what it does | from a shell |\n| --- | --- | --- | --- |\n",
    );
    for action in Action::ALL {
        let entry = action.entry();
        let keys: Vec<_> = labels.all(action).iter().map(|key| format!("`{key}`")).collect();
        let help = if entry.help.is_empty() { String::new() } else { format!(". {}", entry.help) };
        let verb = entry.verb.map(|verb| format!("`{verb}`")).unwrap_or_default();
        let line = format!("{}{}{help}", entry.line, if entry.danger { " (dangerous)" } else { "" });
        // Writing into a String does not fail.
        let _ = writeln!(page, "| {} | `{}` | {line} | {verb} |", keys.join(" "), entry.id);
    }
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_docs_is_the_one_made_from_the_registry() {
        let page = super::keys_markdown();
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/KEYS.md");
        if std::env::var_os("EVAC_UPDATE_DOCS").is_some() {
            assert!(std::fs::write(file, &page).is_ok(), "{file} cannot be written");
        }
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        assert!(kept == page, "docs/KEYS.md is out of date: EVAC_UPDATE_DOCS=1 cargo test -p evac --lib keys_page");
    }
}
