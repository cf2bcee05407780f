//! The ports against a server that says what a test wants said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod acting;
mod failing;
mod looking;
mod reading;
mod server;
mod watching;

use std::{fs, path::Path, sync::Arc, time::Duration};

use evac_core::{
    Reading, Source, SourceError, Stack,
    reading::{BackupsReading, WorkloadsReading},
};
use evac_engine::{Answer, Port, SystemClock};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::{ports_at, tests::server::Server, watched::Pace};

/// Long enough that a slow machine does not fail, short enough that a hanging one does.
const PATIENCE: Duration = Duration::from_secs(30);

fn stack() -> Stack {
    let text = r#"
        version = 1
        name = "test"
        environment = "TEST"
        [regions.us-east-1]
        role = "primary"
        [regions.us-west-2]
        role = "secondary"
        kubernetes = "west"
        kubeconfig = "kubeconfig"
        [freeze.argocd]
        applications = ["shop", "gone"]
        [velero]
        [[workloads]]
        namespace = "shop"
        deployment = "web"
        autoscaler = "web"
        [[consumers]]
        namespace = "queue"
        deployment = "worker"
        [[workloads]]
        namespace = "shop"
        deployment = "gone"
    "#;
    Stack::parse(text).unwrap()
}

/// Short limits for what is meant to fail, long ones for what is not.
fn pace() -> Pace {
    Pace {
        answer: Duration::from_secs(5),
        renewal: Duration::from_secs(20),
        grace: Duration::from_secs(3),
        relist: Duration::from_secs(300),
        setup: Duration::from_millis(50),
        retry: Duration::from_millis(200),
    }
}

/// Ports on one cluster, and the folder with its kubeconfig.
struct Region {
    backups: Arc<dyn Port>,
    workloads: Arc<dyn Port>,
    folder: TempDir,
}

impl Region {
    fn of(server: &Server, pace: Pace) -> Self {
        let region = Self::without_kubeconfig(pace);
        write_kubeconfig(region.folder.path(), "west", &server.url());
        region
    }

    fn without_kubeconfig(pace: Pace) -> Self {
        evac_engine::install_crypto();
        let folder = tempfile::tempdir().unwrap();
        let ports = ports_at(&stack(), folder.path(), Arc::new(SystemClock::start()), pace);
        let port = |source| ports.iter().find(|port| port.id().source == source).unwrap().clone();
        assert_eq!(ports.len(), 2, "a region without a cluster has no ports");
        Self { backups: port(Source::Backups), workloads: port(Source::Workloads), folder }
    }

    async fn backups(&self) -> BackupsReading {
        match ask(&self.backups).await.result.unwrap().reading {
            Reading::Backups(reading) => reading,
            other => panic!("{other:?}"),
        }
    }

    async fn workloads(&self) -> WorkloadsReading {
        match ask(&self.workloads).await.result.unwrap().reading {
            Reading::Workloads(reading) => reading,
            other => panic!("{other:?}"),
        }
    }
}

fn write_kubeconfig(folder: &Path, context: &str, url: &str) {
    write_kubeconfig_for(folder, context, url, "");
}

/// The same with credentials, in YAML.
fn write_kubeconfig_for(folder: &Path, context: &str, url: &str, user: &str) {
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: \"{url}\"}}}}]\n\
         users: [{{name: u, user: {{{user}}}}}]\ncontexts: [{{name: {context}, context: {{cluster: c, user: u}}}}]\n"
    );
    fs::write(folder.join("kubeconfig"), text).unwrap();
}

async fn ask(port: &Arc<dyn Port>) -> Answer {
    timeout(PATIENCE, port.sample()).await.expect("the port hangs")
}

async fn failure(port: &Arc<dyn Port>) -> SourceError {
    ask(port).await.result.unwrap_err()
}

/// Asks until the answer is as wanted, each time that the port says that something changed.
async fn until(port: &Arc<dyn Port>, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let changed = port.changed().unwrap();
    let wait = async {
        loop {
            let answer = port.sample().await;
            if wanted(&answer) {
                return answer;
            }
            changed.notified().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it never came")
}
