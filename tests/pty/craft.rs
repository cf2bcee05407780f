//! Sizes, bytes and brackets.

use std::time::{Duration, Instant};

use super::session::Demo;

#[test]
fn it_bears_every_size_down_to_one_cell_and_back() {
    let mut demo = Demo::live(120, 40);
    for (columns, rows) in [(80, 24), (200, 60), (1, 1), (300, 2), (2, 100), (40, 10), (39, 9), (1, 60), (120, 1)] {
        demo.resize(columns, rows).unwrap();
        demo.press("3");
        demo.press("1");
    }
    // A storm, with nobody waiting for anything.
    for step in 0..200_u16 {
        demo.resize(1 + step * 7 % 150, 1 + step * 3 % 50).unwrap();
    }
    demo.resize(120, 40).unwrap();
    demo.wait_for("AURORA").unwrap();
    demo.wait_for("READ-ONLY").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn each_frame_is_complete_before_it_is_shown_and_nothing_is_written_between_frames() {
    let mut demo = Demo::live(100, 30);
    for key in ["3", "4", "j", "j", "1", "?"] {
        demo.press(key);
    }
    demo.wait_for("Show or hide the keys").unwrap();
    demo.escape("Show or hide the keys");
    demo.press("q");
    assert_eq!(demo.end(), 0);
    let raw = String::from_utf8_lossy(&demo.raw()).into_owned();
    let frames: Vec<_> = raw.split("\x1b[?2026h").skip(1).collect();
    assert!(frames.len() > 3, "{} frames", frames.len());
    for frame in &frames[..frames.len() - 1] {
        assert!(frame.ends_with("\x1b[?2026l"), "a frame is not closed, or something follows it: {frame:?}");
        assert!(frame.len() > "\x1b[?2026l".len(), "a frame is empty");
    }
}

#[test]
fn no_colour_keeps_bold_and_reverse_and_no_terminal_is_asked_anything() {
    let mut demo = Demo::start(100, 30, &[], &[("NO_COLOR", "1")]);
    demo.wait_for("WRITER").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    let raw = String::from_utf8_lossy(&demo.raw()).into_owned();
    for colour in ["\x1b[38", "\x1b[48", ";38;", ";48;", "\x1b[31m", "\x1b[32m"] {
        assert!(!raw.contains(colour), "{colour:?} was written");
    }
    assert!(raw.contains("\x1b[1m") || raw.contains("\x1b[7m"), "there is neither bold nor reverse");
    // Questions (DA, DSR, the keyboard flags, OSC 10 and 11) would hang on a terminal that never answers.
    for question in ["\x1b[c", "\x1b[>c", "\x1b[6n", "\x1b[?u", "\x1b]10;?", "\x1b]11;?"] {
        assert!(!raw.contains(question), "{question:?} was asked");
    }
}

#[test]
fn an_eighty_by_twenty_four_terminal_has_the_whole_answer() {
    let mut demo = Demo::live(80, 24);
    for text in ["us-east-1", "us-west-2", "eu-west-1", "RPO", "RTO"] {
        demo.wait_for(text).unwrap();
    }
    demo.press("q");
    assert_eq!(demo.end(), 0);
}

#[test]
fn a_key_is_answered_at_once_and_not_when_something_else_happens() {
    let mut demo = Demo::live(120, 40);
    demo.press("4");
    demo.wait_for("answer in time").unwrap();
    let mut answers: Vec<_> = (0..20)
        .map(|turn| {
            let (written, start) = (demo.written(), Instant::now());
            demo.press(if turn % 2 == 0 { "j" } else { "k" });
            demo.wait_for_bytes(written, b"\x1b[?2026l").unwrap();
            start.elapsed()
        })
        .collect();
    answers.sort();
    // A frame's turn comes every 50 ms at the latest. A loop that slept through its keys would need the next second.
    assert!(answers[10] < Duration::from_millis(200), "{answers:?}");
    demo.press("q");
    assert_eq!(demo.end(), 0);
}
