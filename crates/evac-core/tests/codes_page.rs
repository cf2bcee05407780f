//! docs/CODES.md is made from the table of codes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::assessment::Code;

#[test]
fn the_page_of_codes_says_what_the_program_says() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CODES.md");
    let mut page = String::from(
        "# Finding codes\n\nThis page is made from the table in `crates/evac-core/src/assessment/code.rs`; a test keeps \
         the two the same. A code never changes its meaning. `evac codes` says the same.\n\n| code | meaning |\n| --- | --- |\n",
    );
    for code in Code::all() {
        page.push_str(&format!("| `{code}` | {} |\n", code.meaning()));
    }
    if std::env::var_os("EVAC_UPDATE_DOCS").is_some() {
        std::fs::write(file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept == page, "docs/CODES.md is out of date: EVAC_UPDATE_DOCS=1 cargo test -p evac-core --test codes_page");
}
