//! "did you mean": for whoever mistyped a name at 3 a.m.

/// The name that is most like the given one, if any is much like it.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (name, strsim::jaro_winkler(given, name)))
        .filter(|(_, likeness)| *likeness > 0.75)
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .map(|(name, _)| name)
}

/// A hint from serde's own words for an unknown field or variant: what was given and what is known stand in
/// backticks there.
pub fn of_unknown(message: &str) -> Option<String> {
    let mut quoted = message.strip_prefix("unknown ")?.split('`').skip(1).step_by(2);
    let given = quoted.next()?;
    nearest(given, quoted).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_much_like_it_is_suggested() {
        assert_eq!(nearest("regoin", ["role", "region"]), Some("region"));
        assert_eq!(nearest("zzz", ["role", "region"]), None);
        let message = "unknown field `labl`, expected one of `role`, `label`";
        assert_eq!(of_unknown(message).as_deref(), Some("did you mean `label`?"));
        assert_eq!(of_unknown("missing field `role`"), None);
    }
}
