//! The clock that an HTTP answer carries.

use jiff::{Timestamp, fmt::rfc2822};

/// The moment of an HTTP `Date` header, such as `Sun, 22 Nov 2026 08:49:37 GMT`; `None` for anything else. It has
/// no parts of a second.
pub fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_date_is_a_date() {
        assert_eq!(
            http_date("Sun, 22 Nov 2026 08:49:37 GMT").map(|at| at.to_string()).as_deref(),
            Some("2026-11-22T08:49:37Z")
        );
        for text in ["", "soon", "2026-11-22T08:49:37Z", "Sun, 99 Nov 2026 08:49:37 GMT", "\u{1b}[2J"] {
            assert_eq!(http_date(text), None, "{text:?}");
        }
    }
}
