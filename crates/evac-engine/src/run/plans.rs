//! Plans on disk: saved when they are made, read back by the beginning of their hash.

use std::{fs, io, path::PathBuf};

use evac_core::plan::{PLAN_VERSION, Plan};

use super::{RunStore, RunStoreError, Unfit, private};

impl RunStore {
    /// Keeps a plan, so that it can be carried out by its hash later.
    pub fn save_plan(&self, plan: &Plan) -> Result<PathBuf, RunStoreError> {
        let folder = self.path().join("plans");
        let path = folder.join(format!("{}.json", plan.hash()));
        let bytes = serde_json::to_vec_pretty(plan).map_err(io::Error::other);
        bytes
            .and_then(|bytes| private::make_folder(&folder).and_then(|()| private::replace(&path, &bytes)))
            .map_err(RunStoreError::file("write", &path))?;
        Ok(path)
    }

    /// The plan whose hash begins with a text of at least 8 digits. A file whose content has another hash than its
    /// name says is refused: it is not what anybody has read.
    pub fn plan(&self, hash: &str) -> Result<Plan, RunStoreError> {
        let hash = hash.trim().to_ascii_lowercase();
        let unfit = |why: Unfit| RunStoreError::Plan { hash: evac_core::text::clean(&hash), why };
        if hash.len() < 8 || !hash.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(unfit(Unfit::NoHash));
        }
        let folder = self.path().join("plans");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unfit(Unfit::Absent)),
            entries => entries.map_err(RunStoreError::file("read", &folder))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let names: Vec<_> = names.filter(|name| name.starts_with(&hash) && name.ends_with(".json")).collect();
        let [name] = names.as_slice() else {
            return Err(unfit(if names.is_empty() { Unfit::Absent } else { Unfit::Ambiguous(names.len()) }));
        };
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(RunStoreError::file("read", &path))?;
        let plan: Plan = serde_json::from_slice(&bytes)
            .map_err(|error| unfit(Unfit::Form(evac_core::text::clean(&error.to_string()))))?;
        if plan.version != PLAN_VERSION {
            return Err(unfit(Unfit::Version(plan.version)));
        }
        let said = name.trim_end_matches(".json");
        if plan.hash().as_str() != said {
            return Err(unfit(Unfit::Changed));
        }
        Ok(plan)
    }
}
