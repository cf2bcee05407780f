//! What a person at the keys sees.

use super::session::Demo;

#[test]
fn the_demo_comes_up_live_and_q_leaves_the_terminal_as_it_was() {
    let mut demo = Demo::live(120, 40);
    for text in ["us-east-1", "us-west-2", "eu-west-1", "AURORA", "BACKUPS", "COST", "READ-ONLY"] {
        demo.wait_for(text).unwrap();
    }
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn every_screen_has_its_key() {
    let mut demo = Demo::live(120, 40);
    for (key, text) in
        [("3", "worst first"), ("2", "SOURCES"), ("4", "answer in time"), ("5", "LOSS to"), ("1", "EVACUATE us-east-1")]
    {
        demo.press(key);
        demo.wait_for(text).unwrap();
    }
    demo.press("?");
    demo.wait_for("Show or hide the keys").unwrap();
    demo.escape("Show or hide the keys");
    demo.press("\x03");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn the_palette_finds_and_does_and_pasted_text_outside_of_it_does_nothing() {
    let mut demo = Demo::live(120, 40);
    // Bracketed: were it taken as keys, it would quit.
    demo.press("\x1b[200~q\rq\x03\x1b[201~");
    demo.press(":");
    demo.wait_for("COMMANDS").unwrap();
    demo.press("findings");
    demo.press("\r");
    demo.wait_for("worst first").unwrap();
    demo.press("s");
    demo.wait_for("SET OFF A SCENARIO").unwrap();
    demo.escape("SET OFF A SCENARIO");
    demo.press("q");
    assert_eq!(demo.end(), 0);
}

#[test]
fn a_copy_goes_through_the_terminal() {
    let mut demo = Demo::live(120, 40);
    let before = demo.written();
    demo.press("y");
    demo.wait_for_bytes(before, b"\x1b]52;c;").unwrap();
    demo.wait_for("copied").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn a_scenario_of_the_demo_changes_the_verdict_on_the_screen() {
    let mut demo = Demo::live(120, 40);
    demo.press("s");
    demo.wait_for("SET OFF A SCENARIO").unwrap();
    demo.wait_for("region-loss").unwrap();
    let place = |name: &str, text: &str| text.lines().position(|line| line.contains(name)).unwrap();
    let text = demo.text();
    for _ in 0..place("region-loss", &text) - place("calm-day", &text) {
        demo.press("\x1b[B");
    }
    demo.press("\r");
    demo.wait_for("set off region-loss").unwrap();
    demo.wait_until("us-east-1 is lost", |screen| screen.contents().contains("NO-GO")).unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}
