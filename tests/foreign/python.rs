//! Virtual environments with pinned packages, made once and kept in the build folder.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::child::{Said, run, try_run};

/// Which packages an environment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packages {
    /// The AWS CLI, boto3 and the Kubernetes client.
    Clients,
    /// moto and MiniStack.
    Servers,
}

impl Packages {
    fn requirements(self) -> (&'static str, &'static str) {
        match self {
            Self::Clients => ("requirements-clients.txt", include_str!("requirements-clients.txt")),
            Self::Servers => ("requirements-servers.txt", include_str!("requirements-servers.txt")),
        }
    }
}

/// The oldest Python that the pinned packages run on.
const OLDEST: (u32, u32) = (3, 11);
/// How long pip may take: hundreds of files from a registry.
const INSTALLING: Duration = Duration::from_secs(15 * 60);
/// How long Python may take for anything else.
const RUNNING: Duration = Duration::from_secs(180);

/// A Python with the packages of a test.
#[derive(Debug, Clone)]
pub struct Python {
    interpreter: PathBuf,
}

/// The folder of the scripts.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

/// Says loudly that something did not run.
pub fn say_did_not_run(what: &str, reason: &str) {
    // Not eprintln!, which a passing test keeps to itself; and in one piece, for tests run side by side.
    let _ = io::stderr().write_all(format!("\nDID NOT RUN: {what}: {reason}\n").as_bytes());
}

/// Says loudly that a test did not run; in CI that is a failure.
fn did_not_run(test: &str, reason: &str) {
    say_did_not_run(test, reason);
    assert!(env::var("CI").as_deref() != Ok("true"), "{test} did not run, and CI has to run it: {reason}");
}

impl Python {
    /// The Python of a test, installed if it is not there yet. `None` when it cannot be had, which is said.
    pub fn with(packages: Packages, test: &str) -> Option<Self> {
        match install(packages) {
            Ok(interpreter) => Some(Self { interpreter }),
            Err(reason) => {
                did_not_run(test, &reason);
                None
            }
        }
    }

    /// A command that runs a module of a package. `home` is an empty folder: nothing of the user's own settings
    /// and credentials is seen.
    pub fn module(&self, module: &str, home: &Path) -> Command {
        let mut command = Command::new(&self.interpreter);
        // Not the scripts in bin: their first lines name the folder that the environment was built in.
        command.args(["-m", module]);
        isolate(&mut command, home);
        command
    }

    /// A command that runs one of our scripts.
    pub fn script(&self, script: &str, home: &Path) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.arg(scripts().join(script));
        isolate(&mut command, home);
        command
    }

    /// Runs one of our scripts, and reads the JSON that it prints.
    pub fn json(&self, script: &str, home: &Path, arguments: &[&str]) -> serde_json::Value {
        let mut command = self.script(script, home);
        command.args(arguments);
        let Said { status, stdout, stderr } = run(script, command, RUNNING);
        assert!(status.success(), "{script}: {status}\n{stderr}");
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{script}: {error}\n{stdout}\n{stderr}"))
    }
}

/// Takes away everything of this machine that a client could find: settings, credentials, proxies.
pub fn isolate(command: &mut Command, home: &Path) {
    command.env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
}

/// Where environments are kept: beside what cargo builds.
fn shelf() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().map(|target| target.join("foreign"));
    let folder = folder.ok_or("there is no build folder")?;
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

/// Makes an environment, unless it is there, and gives its interpreter. Two test binaries may ask at once: the second
/// waits for the first.
fn install(packages: Packages) -> Result<PathBuf, String> {
    let (base, version) = system_python()?;
    let (file, requirements) = packages.requirements();
    let mut hasher = DefaultHasher::new();
    (&version, requirements).hash(&mut hasher);
    let name = format!("{:016x}", hasher.finish());
    let shelf = shelf()?;
    let (folder, building) = (shelf.join(&name), shelf.join(format!("{name}.building")));
    let interpreter = |folder: &Path| folder.join("bin").join("python");

    let said = |error: io::Error| format!("the lock of {} cannot be taken: {error}", folder.display());
    let lock = fs::File::create(shelf.join(format!("{name}.lock"))).map_err(said)?;
    lock.lock().map_err(said)?;
    if interpreter(&folder).exists() {
        return Ok(interpreter(&folder));
    }
    // What an interrupted run left.
    let _ = fs::remove_dir_all(&building);
    let mut venv = Command::new(base);
    venv.args(["-m", "venv"]).arg(&building);
    succeed("python -m venv", venv, RUNNING)?;
    let mut pip = Command::new(interpreter(&building));
    // Which registry, and how it is reached, is this machine's own pip configuration.
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"])
        .arg(scripts().join(file));
    succeed("pip install", pip, INSTALLING)?;
    fs::rename(&building, &folder).map_err(|error| format!("{} cannot be renamed: {error}", building.display()))?;
    Ok(interpreter(&folder))
}

/// The Python of this machine, and its version in full.
fn system_python() -> Result<(&'static str, String), String> {
    let mut reasons = Vec::new();
    for name in ["python3", "python"] {
        let mut command = Command::new(name);
        command.args(["-c", "import sys, venv, ensurepip; print(*sys.version_info[:3], sys.platform, sep='.')"]);
        match succeed(name, command, RUNNING) {
            Ok(version) => {
                let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
                match (parts.next(), parts.next()) {
                    (Some(major), Some(minor)) if (major, minor) >= OLDEST => return Ok((name, version)),
                    _ => reasons.push(format!("{name} is {version}, and the packages need {OLDEST:?} or newer")),
                }
            }
            Err(reason) => reasons.push(reason),
        }
    }
    Err(reasons.join("; "))
}

fn succeed(name: &str, command: Command, patience: Duration) -> Result<String, String> {
    let said = try_run(command, patience).map_err(|reason| format!("{name}: {reason}"))?;
    if said.status.success() {
        return Ok(said.stdout.trim().to_owned());
    }
    let last: Vec<&str> = said.stderr.lines().rev().take(5).collect();
    Err(format!("{name}: {}: {}", said.status, last.into_iter().rev().collect::<Vec<_>>().join(" / ")))
}
