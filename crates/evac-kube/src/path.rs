//! Where objects are.

/// The path of an object. Names come from clusters and files, and a `/` or `?` in one would lead elsewhere.
pub(crate) fn path(group: &str, namespace: &str, plural: &str, name: &str) -> Result<String, String> {
    for part in [namespace, name] {
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, b'-' | b'.');
        // A name of dots alone would lead upwards.
        if !part.bytes().all(fits) || !part.bytes().any(|letter| letter.is_ascii_alphanumeric()) {
            return Err(format!("`{part}` cannot be a name in Kubernetes"));
        }
    }
    Ok(format!("/apis/{group}/namespaces/{namespace}/{plural}/{name}"))
}
