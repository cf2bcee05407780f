//! Credentials of a region, and when they end.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::{
    default_provider::credentials::DefaultCredentialsChain, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use evac_core::stack::AwsAccess;
use jiff::Timestamp;

/// The profile files that a stack names instead of the user's own. The one file gives both settings and
/// credentials: a profile of the same name in `~/.aws/credentials` must not lend its keys to another account, or
/// to a simulator.
pub(crate) fn profile_files(config_file: &Path) -> EnvConfigFiles {
    EnvConfigFiles::builder().with_file(EnvConfigFileKind::Config, config_file).build()
}

/// The credentials of a region.
///
/// A stack that names a profile or a file gets those and nothing else, as with `aws --profile`: keys in the
/// environment, which the SDK would prefer, belong to whatever was done in that terminal before. Otherwise it is
/// the SDK's whole chain. Roles are assumed through the region's own STS, so that each region's credentials live
/// without the others.
pub(crate) async fn provider(
    access: &AwsAccess,
    config_file: Option<&Path>,
    config: ProviderConfig,
    region: aws_config::Region,
) -> Recorded {
    let inner = if access.profile.is_some() || config_file.is_some() {
        let mut builder = ProfileFileCredentialsProvider::builder().configure(&config);
        if let Some(profile) = &access.profile {
            builder = builder.profile_name(profile);
        }
        if let Some(file) = config_file {
            builder = builder.profile_files(profile_files(file));
        }
        SharedCredentialsProvider::new(builder.build())
    } else {
        let chain = DefaultCredentialsChain::builder().configure(config).region(region).build().await;
        SharedCredentialsProvider::new(chain)
    };
    Recorded { inner, expires_at: Expiry::default() }
}

/// When the credentials in use end. The SDK keeps credentials until shortly before that; asking its provider again
/// would mean another call to SSO or STS, so what it last handed out is noted on the way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expiry(Arc<Mutex<Option<Timestamp>>>);

impl Expiry {
    /// The moment, by this machine's clock as far as the provider reckons it; `None` for credentials without end.
    pub(crate) fn get(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, moment: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

/// A credentials provider that notes when what it hands out ends.
#[derive(Debug)]
pub(crate) struct Recorded {
    inner: SharedCredentialsProvider,
    expires_at: Expiry,
}

impl Recorded {
    /// Where the end is noted.
    pub(crate) fn expiry(&self) -> Expiry {
        self.expires_at.clone()
    }
}

impl ProvideCredentials for Recorded {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.inner.provide_credentials().await?;
            self.expires_at.set(credentials.expiry().and_then(|expiry| Timestamp::try_from(expiry).ok()));
            Ok(credentials)
        })
    }
}
