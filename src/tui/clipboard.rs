//! Copying through the terminal with OSC 52, which works over SSH where nothing else does.

use crossterm::{Command, clipboard::CopyToClipboard};

/// The longest text that is copied, in bytes. Terminals drop longer sequences without a word; 8 kB is under the limit
/// of all that are known, base64 and a tmux around it included.
pub const MAX_LENGTH: usize = 8 * 1024;

/// The sequence that puts a text on the clipboard of the terminal that the user sits at.
///
/// tmux takes it as its own when `set-clipboard` is `on`, and hands it through when `allow-passthrough` is; which of
/// the two nobody can ask, so that it gets both.
pub fn sequence(text: &str, tmux: bool) -> String {
    let mut sequence = String::new();
    // Writing into a String does not fail.
    let _ = CopyToClipboard::to_clipboard_from(clean(text)).write_ansi(&mut sequence);
    if tmux {
        let inner = sequence.replace('\x1b', "\x1b\x1b");
        sequence.push_str(&format!("\x1bPtmux;{inner}\x1b\\"));
    }
    sequence
}

/// The text without control characters but line ends, and cut to its limit between two characters: what is pasted
/// into a shell later must not run by itself.
pub fn clean(text: &str) -> String {
    let kept = |character: &char| *character == '\n' || !evac_core::text::is_hostile(*character);
    let mut clean = String::new();
    for character in text.chars().filter(kept) {
        if clean.len() + character.len_utf8() > MAX_LENGTH {
            break;
        }
        clean.push(character);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_sequence_that_nothing_in_it_can_end() {
        assert_eq!(sequence("GO", false), "\x1b]52;c;R08=\x1b\\");
        assert_eq!(sequence("GO", true), "\x1b]52;c;R08=\x1b\\\x1bPtmux;\x1b\x1b]52;c;R08=\x1b\x1b\\\x1b\\");
        assert_eq!(clean("a\x1b]0;x\x07b\r\nc\u{202e}"), "a]0;xb\nc");
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        let clean = clean(&"ä".repeat(MAX_LENGTH));
        assert_eq!(clean.len(), MAX_LENGTH);
        assert!(super::clean(&format!("x{}", "ä".repeat(MAX_LENGTH))).len() < MAX_LENGTH);
    }
}
