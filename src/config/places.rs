use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::cli::Failure;

/// Where the program keeps its files, by the custom of the system (XDG on Linux).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Settings, and the stack file of people who have one only.
    pub config: PathBuf,
    /// What must last: the history, the log.
    pub state: PathBuf,
    /// What can be had again: costs.
    pub cache: PathBuf,
}

/// Where the files of one stack are kept. Two stack files never share them, whatever they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackPlaces {
    /// What must last.
    pub state: PathBuf,
    /// What can be had again.
    pub cache: PathBuf,
}

impl Places {
    /// The places of the user who runs the program.
    ///
    /// # Errors
    /// When the user has no home directory, which a broken service file can bring about.
    pub fn of_user() -> Result<Self, Failure> {
        let found = ProjectDirs::from("", "", "evac").ok_or_else(|| {
            Failure::new("no home directory is known, where evac could keep its files")
                .hint("set HOME to a folder that can be written to")
        })?;
        let state = found.state_dir().unwrap_or_else(|| found.data_local_dir());
        Ok(Self { config: found.config_dir().to_owned(), state: state.to_owned(), cache: found.cache_dir().to_owned() })
    }

    /// Everything in one folder, which a demo throws away.
    pub fn inside(folder: &Path) -> Self {
        Self { config: folder.join("config"), state: folder.join("state"), cache: folder.join("cache") }
    }

    /// The places of a stack, told from others by its name and by where its file is.
    pub fn of_stack(&self, name: &str, file: &Path) -> StackPlaces {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let plain = |character: char| {
            if character.is_ascii_alphanumeric() || "-_".contains(character) { character } else { '_' }
        };
        let word: String = name.chars().take(40).map(plain).collect();
        let folder = format!("{word}-{:016x}", fingerprint(file.as_os_str().as_encoded_bytes()));
        StackPlaces { state: self.state.join("stacks").join(&folder), cache: self.cache.join("stacks").join(&folder) }
    }
}

/// FNV-1a: the same for the same path in every release, which std's hashers do not promise.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stack_files_never_share_a_folder_and_no_name_leads_out_of_it() {
        let places = Places::inside(Path::new("/home"));
        let first = places.of_stack("akidb", Path::new("/a/stack.toml"));
        let second = places.of_stack("akidb", Path::new("/b/stack.toml"));
        assert_ne!(first, second);
        let hostile = places.of_stack("../../etc", Path::new("/a/stack.toml"));
        assert_eq!(hostile.state.parent(), first.state.parent());
        assert!(!hostile.state.to_string_lossy().contains(".."));
    }
}
