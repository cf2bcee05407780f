//! docs/CODES.md is made from the tables of codes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::{assessment::Code, guard::GuardCode};

#[test]
fn the_page_of_codes_says_what_the_program_says() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CODES.md");
    let mut page = String::from(
        "# Codes\n\nThis page is made from the tables in `crates/evac-core/src/assessment/code.rs` and \
         `crates/evac-core/src/guard/code.rs`; a test keeps them the same. A code never changes its meaning. \
         `evac codes` says the same.\n\n## Findings\n\nWhat is to be said of the world.\n\n\
         | code | meaning |\n| --- | --- |\n",
    );
    for code in Code::all() {
        page.push_str(&format!("| `{code}` | {} |\n", code.meaning()));
    }
    page.push_str(
        "\n## Guards\n\nWhat stands against a plan. `BLOCK` keeps it from being carried out; where an override is \
         taken, an operator can go on by naming the code and giving a reason, which is recorded with who and when. Where \
         a code stands as more than one word, the verb and the world decide.\n\n\
         | code | stands as | override | meaning |\n| --- | --- | --- | --- |\n",
    );
    for code in GuardCode::all() {
        let row = code.row();
        page.push_str(&format!("| `{code}` | {} | {} | {} |\n", row.stands_as(), row.override_word(), row.meaning));
    }
    if std::env::var_os("EVAC_UPDATE_DOCS").is_some() {
        std::fs::write(file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept == page, "docs/CODES.md is out of date: EVAC_UPDATE_DOCS=1 cargo test -p evac-core --test codes_page");
}
