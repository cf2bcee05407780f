//! A failover by keys alone, in the demo: from the overview of a world whose primary is lost to the end of the run.

use super::session::Demo;

/// A demo whose primary region is lost, in which that is known, and who can take over: a plan that is made before is
/// void as soon as it is.
fn region_loss() -> Demo {
    let mut demo = Demo::start(120, 40, &["--scenario", "region-loss"], &[]);
    demo.wait_until("the loss is seen, and who could take over", |screen| {
        let text = screen.contents();
        text.contains("NO-GO") && text.contains("EVACUATE us-east-1 ● GO to eu-west-1")
    })
    .unwrap();
    demo.press("f");
    loop {
        // A void plan is made again once it has some age: not at once, for the world is just being found out.
        demo.wait_until("a plan for a lost region, or a void one", |screen| {
            let text = screen.contents();
            (text.contains("BLOCKED") && !text.contains("<30 s old"))
                || (text.contains("UNREACHABLE") && text.contains("READ-ONLY: A arms"))
        })
        .unwrap();
        if !demo.text().contains("BLOCKED") {
            break;
        }
        demo.press("p");
        demo.wait_for("<30 s old").unwrap();
    }
    demo.press("1");
    demo.wait_for("EVACUATE us-east-1").unwrap();
    demo
}

#[test]
fn from_the_overview_to_a_running_failover_in_at_most_twelve_keys_and_to_its_end() {
    let mut demo = region_loss();
    // Every key counts: those of the typed names and amounts too.
    let mut pressed = 0;
    let mut press = |demo: &mut Demo, keys: &str| {
        pressed += keys.chars().count();
        demo.press(keys);
    };
    demo.wait_for("READ-ONLY").unwrap();
    press(&mut demo, "A");
    demo.wait_for("ARMED 15 min").unwrap();
    press(&mut demo, "f");
    demo.wait_for("READY").unwrap();
    press(&mut demo, "c");
    demo.wait_for("to name what is acted on").unwrap();
    press(&mut demo, "euw1\r");
    demo.wait_for("to accept the loss").unwrap();
    press(&mut demo, "14m\r");
    demo.wait_for("RUNNING").unwrap();
    assert!(pressed <= 12, "{pressed} keys");
    // Since when the region was lost, and when that was seen, is known here: the first two clocks run.
    demo.wait_until("the clocks run", |screen| {
        let text = screen.contents();
        text.contains("detect ") && !text.contains("decide ?") && text.contains("will take")
    })
    .unwrap();
    for step in ["DONE promote", "DONE transaction", "DONE shift-traffic"] {
        demo.wait_for(step).unwrap();
    }
    demo.wait_for("REPORT").unwrap();
    let text = demo.text();
    assert!(text.contains("DONE failover") && text.contains("acknowledges"), "{text}");
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn no_single_key_acts_and_what_is_typed_after_a_refusal_does_nothing() {
    let mut demo = Demo::start(120, 40, &["--arm"], &[]);
    demo.wait_for("ARMED").unwrap();
    demo.wait_until("a region is GO", |screen| screen.contents().contains("EVACUATE us-east-1 ● GO")).unwrap();
    demo.press("S");
    demo.wait_for("READY").unwrap();
    // The dangerous keys, and enter with nothing typed.
    for (key, title) in [("c", "Consent to"), ("X", "Not now"), ("C", "Not now"), ("H", "Not now"), ("o", "Not now")] {
        demo.press(key);
        demo.wait_for(title).unwrap();
        demo.press("\r\r");
        demo.escape(title);
    }
    demo.press("A");
    demo.wait_for("read-only again").unwrap();
    demo.press("c");
    demo.wait_for("Not now").unwrap();
    demo.press("us-west-2\r15m\rq");
    demo.escape("Not now");
    demo.wait_for("READ-ONLY: A arms").unwrap();
    demo.press("8");
    demo.wait_for("nothing was ever run here").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
}
