//! Texts that come from outside, made fit for a terminal, and figures, made fit for people.

use jiff::SignedDuration;

/// The longest text kept from any answer: enough for an error message, too short to fill a screen or the memory.
pub const MAX_TEXT_LENGTH: usize = 400;

/// True for a character that could move the cursor, change the reading direction or hide: control characters,
/// the Unicode bidirectional controls, zero-width characters, line and paragraph separators, tags and the byte
/// order mark.
pub fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{061C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// The text with hostile characters replaced by U+FFFD, runs of white space made one blank, and what is over
/// [`MAX_TEXT_LENGTH`] characters cut off with an ellipsis. Whatever a server sends goes through here before it
/// is kept, so that nothing later has to remember to.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MAX_TEXT_LENGTH));
    let mut blank = false;
    let mut length = 0;
    for character in text.trim().chars() {
        if length == MAX_TEXT_LENGTH {
            clean.push('…');
            break;
        }
        if character.is_whitespace() {
            if blank {
                continue;
            }
            blank = true;
            clean.push(' ');
        } else {
            blank = false;
            clean.push(if is_hostile(character) { '\u{FFFD}' } else { character });
        }
        length += 1;
    }
    clean
}

/// A length of time for people: two parts at most, such as `4 s`, `2 min 30 s`, `3 h 5 min`, `12 d 4 h`. Under ten
/// seconds it has a tenth, for lag is told apart there.
pub fn age(length: SignedDuration) -> String {
    let sign = if length.is_negative() { "-" } else { "" };
    let milliseconds = length.as_millis().unsigned_abs();
    let seconds = milliseconds / 1_000;
    let parts = |whole: u128, unit: &str, rest: u128, small: &str| match rest {
        0 => format!("{sign}{whole} {unit}"),
        _ => format!("{sign}{whole} {unit} {rest} {small}"),
    };
    match seconds {
        0 if milliseconds == 0 => "0 s".to_owned(),
        0 => format!("{sign}{milliseconds} ms"),
        1..10 => format!("{sign}{seconds}.{} s", milliseconds % 1_000 / 100),
        10..60 => format!("{sign}{seconds} s"),
        60..3_600 => parts(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => parts(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => parts(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// A length of time in whole minutes, for texts that stand on a screen: a row that changed every second would be drawn
/// every second.
pub fn coarse_age(length: SignedDuration) -> String {
    age(SignedDuration::from_mins(length.as_mins()))
}

/// So many bytes for people, in powers of 1,000: `512 B`, `1.4 GB`.
pub fn bytes(count: f64) -> String {
    let (mut value, mut units) = (count.max(0.0), ["B", "kB", "MB", "GB", "TB", "PB"].iter());
    let mut unit = units.next().copied().unwrap_or("B");
    for next in units {
        if value < 999.5 {
            break;
        }
        value /= 1_000.0;
        unit = next;
    }
    if unit == "B" || value >= 99.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_disturb_a_terminal_is_replaced_and_the_rest_is_kept() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\u{FFFD}[31mb");
        assert_eq!(clean("  two\n\tlines \r\n"), "two lines");
        assert_eq!(clean("pay\u{202e}gpj"), "pay\u{FFFD}gpj");
        assert_eq!(clean("größer 你好"), "größer 你好");
        assert_eq!(clean(&"x".repeat(10_000)).chars().count(), MAX_TEXT_LENGTH + 1);
    }

    #[test]
    fn lengths_and_sizes_read_as_people_say_them() {
        for (milliseconds, text) in [
            (0, "0 s"),
            (412, "412 ms"),
            (3_270, "3.2 s"),
            (-3_270, "-3.2 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (150_000, "2 min 30 s"),
            (11_100_000, "3 h 5 min"),
            (1_051_200_000, "12 d 4 h"),
        ] {
            assert_eq!(age(SignedDuration::from_millis(milliseconds)), text);
        }
        for (count, text) in [
            (0.0, "0 B"),
            (999.0, "999 B"),
            (1_000.0, "1.0 kB"),
            (1.4e9, "1.4 GB"),
            (2.5e11, "250 GB"),
            (999_960.0, "1.0 MB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }
}
