//! The words at the bottom of an error.

use std::error::Error;

/// What lies at the bottom of a chain of errors, in lower case and without the system's number for it, such as
/// `connection refused`. The layers above it only say that something failed, and may name a URL with a secret in
/// its query.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let words = chain(error).last().map(ToString::to_string).unwrap_or_default();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut characters = words.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// An error and those that it came from, the deepest last.
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        error.source()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot ask https://secret")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn only_the_deepest_words_are_kept() {
        let refused = std::io::Error::from_raw_os_error(if cfg!(target_os = "linux") { 111 } else { 61 });
        assert_eq!(root_cause(&Outer(refused)), "connection refused");
    }
}
