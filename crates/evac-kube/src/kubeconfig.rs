//! From a kubeconfig to a client.

use std::{path::PathBuf, time::Duration};

use evac_core::{SourceError, SourceErrorKind, ids::ContextName};
use evac_engine::root_cause;
use kube::{
    Client, Config,
    config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig},
};
use tokio::runtime::Handle;

/// How long a connection may take to be made: a cluster that is gone must be known to be gone.
const CONNECT: Duration = Duration::from_secs(2);

/// Where a cluster's address and credentials are written down.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// The kubeconfig; without one, `KUBECONFIG` or the home folder's.
    pub(crate) file: Option<PathBuf>,
    /// The context in it.
    pub(crate) context: ContextName,
}

impl Access {
    /// A client for the context. It reads files and may run the credential plugin that the file names: it blocks,
    /// and must be called inside of a tokio runtime all the same.
    pub(crate) fn connect(&self) -> Result<Client, SourceError> {
        let kubeconfig = match &self.file {
            Some(file) => Kubeconfig::read_from(file),
            None => Kubeconfig::read(),
        };
        let kubeconfig = kubeconfig.map_err(|error| {
            let place = self.place();
            setup(format!(
                "{place} cannot be read ({}): give `kubeconfig` in the stack the right path",
                root_cause(&error)
            ))
        })?;
        if !kubeconfig.contexts.iter().any(|context| context.name == self.context.as_str()) {
            let names: Vec<_> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).take(6).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(setup(format!("{} has no context `{}`; it has {known}", self.place(), self.context)));
        }
        let options = KubeConfigOptions { context: Some(self.context.to_string()), ..KubeConfigOptions::default() };
        let config = Handle::current().block_on(Config::from_custom_kubeconfig(kubeconfig, &options));
        let mut config = config.map_err(|error| self.refused(&error))?;
        config.connect_timeout = Some(CONNECT);
        // A watch is quiet by nature; each other question has a limit of its own.
        config.read_timeout = None;
        // The collector sees to retries: hidden ones would make a failing cluster look slow.
        config.default_retry = false;
        if config.cluster_url.host().is_some_and(is_loopback) {
            config.proxy_url = None;
        }
        if let Some(exec) = &mut config.auth_info.exec {
            // A plugin that asks a question would ask it into the middle of the screen.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
        Client::try_from(config).map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &(dyn std::error::Error + 'static)) -> SourceError {
        setup(format!("context `{}` in {} cannot be used: {}", self.context, self.place(), root_cause(error)))
    }

    fn place(&self) -> String {
        match &self.file {
            Some(file) => file.display().to_string(),
            None => "the kubeconfig of KUBECONFIG or ~/.kube/config".to_owned(),
        }
    }
}

fn setup(message: String) -> SourceError {
    SourceError::new(SourceErrorKind::Setup, message)
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
