//! The stack file of what was seeded, and the picture that evac makes of it.

use std::{fmt::Write as _, fs, path::PathBuf, time::Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    REGIONS,
    foreign::{PATIENCE, child::run, evac::evac, list, text},
};

/// A stack file with its AWS config, in a folder that also is evac's home.
pub struct SeededStack {
    folder: TempDir,
}

impl SeededStack {
    /// Writes the files for a server at `url`. `seeded` has the names that the server made up.
    pub fn write(url: &str, seeded: &Value) -> Self {
        Self::with(url, seeded, "")
    }

    /// The same with more in the stack file.
    pub fn with(url: &str, seeded: &Value, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = "[profile foreign]\naws_access_key_id = test\naws_secret_access_key = test\n";
        fs::write(folder.path().join("aws-config"), config).unwrap();
        fs::write(folder.path().join("stack.toml"), stack(url, seeded) + more).unwrap();
        Self { folder }
    }

    /// The stack file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("stack.toml")
    }

    /// What `evac status --json` says, with its exit status. `by_source` is added: the sources by name and region.
    ///
    /// Everything is asked at once, and these servers answer one question after the other: on a busy machine some answers
    /// come too late, and it is asked again.
    pub fn status(&self) -> (i32, Value) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (status, picture) = self.status_now();
            let late = |state: &Value| state.pointer("/failure/kind").is_some_and(|kind| kind == "timeout");
            if !list(&picture, "/sources").iter().any(late) || Instant::now() > deadline {
                return (status, picture);
            }
        }
    }

    fn status_now(&self) -> (i32, Value) {
        let mut command = evac(self.folder.path());
        command.args(["status", "--json", "--wait", "60s", "--stack"]).arg(self.file());
        let said = run("evac status", command, PATIENCE);
        let mut picture: Value =
            serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("evac status: {error}\n{said:#?}"));
        let mut by_source = json!({});
        for state in list(&picture, "/sources") {
            by_source[text(state, "/source")][text(state, "/region")] = state.clone();
        }
        picture["by_source"] = by_source;
        (said.status.code().unwrap(), picture)
    }
}

fn stack(url: &str, seeded: &Value) -> String {
    let check = |region: &str| text(&seeded["health_checks"], &format!("/{region}"));
    let mut file = format!(
        "version = 1\nname = \"shop\"\nenvironment = \"TEST\"\n\n[aws]\nprofile = \"foreign\"\n\
         config_file = \"aws-config\"\n\n[aws.endpoints]\nall = \"{url}\"\n\n\
         [polling]\ntimeout = \"60s\"\n"
    );
    for region in REGIONS {
        let role = if region == "us-east-1" { "primary" } else { "secondary" };
        let id = check(region);
        write!(file, "\n[regions.{region}]\nrole = \"{role}\"\nhealth_check = \"{id}\"\n").unwrap();
    }
    file.push_str("\n[aurora]\nglobal_cluster = \"shop-global\"\n\n[aurora.members]\n");
    REGIONS.iter().for_each(|region| writeln!(file, "{region} = \"shop-{region}\"").unwrap());
    file.push_str("\n[buckets]\n");
    REGIONS.iter().for_each(|region| writeln!(file, "{region} = \"shop-data-{region}\"").unwrap());
    for other in &REGIONS[1..] {
        for (from, to) in [("us-east-1", *other), (*other, "us-east-1")] {
            write!(
                file,
                "\n[[replication]]\nrule = \"{from}-to-{to}\"\nfrom = \"{from}\"\nsource = \"shop-data-{from}\"\n\
                 to = \"{to}\"\ndestination = \"shop-data-{to}\"\n"
            )
            .unwrap();
        }
    }
    write!(file, "\n[traffic]\nhosted_zone = \"{}\"\n", text(seeded, "/zone")).unwrap();
    if let Some(resolver) = seeded.get("resolver") {
        writeln!(file, "resolvers = [{resolver}]").unwrap();
    }
    let names = [("api.shop.example", &REGIONS[..]), ("www.shop.example", &REGIONS[..2])];
    for (name, region) in names.into_iter().flat_map(|(name, regions)| regions.iter().map(move |region| (name, region)))
    {
        let id = check(region);
        write!(
            file,
            "\n[[traffic.records]]\nname = \"{name}\"\nregion = \"{region}\"\nset_identifier = \"{region}\"\n\
             health_check = \"{id}\"\n"
        )
        .unwrap();
    }
    file
}
