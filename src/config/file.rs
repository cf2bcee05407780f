//! Files that people write, read with suspicion.

use std::{fs::File, io::Read, path::Path};

use evac_core::text;

use crate::cli::Failure;

/// A file over this is none that a person wrote for evac: a stack of fifty regions takes a twentieth of it.
pub const LARGEST: u64 = 1 << 20;

/// The text of a file, whatever it is called and wherever it came from.
///
/// # Errors
/// Says why when the file is absent, a directory, unreadable, larger than [`LARGEST`], or not UTF-8. At most one
/// byte more than the bound is read, so that an endless file (`/dev/zero`) ends too.
pub fn read_text(path: &Path, kind: &str) -> Result<String, Failure> {
    let failure = |why: &str| Failure::new(format!("cannot read the {kind} {}: {why}", path.display()));
    let file = File::open(path).map_err(|error| failure(&words(&error)))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(failure("it is a directory").hint("give the file itself"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| failure(&words(&error)))?;
    if bytes.len() as u64 > LARGEST {
        let limit = text::bytes(LARGEST as f64);
        return Err(
            failure(&format!("it is larger than {limit}, which no {kind} is")).hint("see that it is the right file")
        );
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
        failure(&format!("it is not UTF-8 text from line {line} on")).hint("save it as UTF-8")
    })
}

/// An I/O error without the system's number for it.
pub fn words(error: &std::io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_is_no_text_file_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let told = |path: &Path| {
            let told = read_text(path, "stack file").unwrap_err().to_string();
            assert!(!told.chars().any(|character| character != '\n' && text::is_hostile(character)), "{told:?}");
            told.replace(&folder.path().display().to_string(), "DIR")
        };
        insta::assert_snapshot!(told(&folder.path().join("none")), @"error: cannot read the stack file DIR/none: no such file or directory");
        insta::assert_snapshot!(told(folder.path()), @"
        error: cannot read the stack file DIR: it is a directory
        hint: give the file itself
        ");
        insta::assert_snapshot!(told(&write("latin", b"a = 1\nb = \"gr\xf6\xdf\"")), @"
        error: cannot read the stack file DIR/latin: it is not UTF-8 text from line 2 on
        hint: save it as UTF-8
        ");
        insta::assert_snapshot!(told(&write("large", &vec![b'#'; 2 << 20])), @"
        error: cannot read the stack file DIR/large: it is larger than 1.0 MB, which no stack file is
        hint: see that it is the right file
        ");
        insta::assert_snapshot!(told(Path::new("/dev/zero")), @"
        error: cannot read the stack file /dev/zero: it is larger than 1.0 MB, which no stack file is
        hint: see that it is the right file
        ");
        insta::assert_snapshot!(told(&folder.path().join("no\u{1b}[2Jne")), @"error: cannot read the stack file DIR/no�[2Jne: no such file or directory");
    }
}
