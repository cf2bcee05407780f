//! Credentials of a region, and when they end.

use std::{
    path::{Path, PathBuf},
    sync::{self, Arc, PoisonError},
};

use aws_config::{
    default_provider::credentials::DefaultCredentialsChain, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use evac_core::stack::AwsAccess;
use jiff::Timestamp;
use tokio::sync::Mutex;

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
    let profile = access.profile.clone();
    let origin = Origin { profile, config_file: config_file.map(Path::to_owned), config, region };
    Recorded { inner: Mutex::new(origin.provider().await), origin, expires_at: Expiry::default() }
}

/// Where the credentials of a region come from.
#[derive(Debug)]
struct Origin {
    profile: Option<String>,
    config_file: Option<PathBuf>,
    config: ProviderConfig,
    region: aws_config::Region,
}

impl Origin {
    async fn provider(&self) -> SharedCredentialsProvider {
        let config = self.config.clone();
        if self.profile.is_none() && self.config_file.is_none() {
            let chain = DefaultCredentialsChain::builder().configure(config).region(self.region.clone()).build().await;
            return SharedCredentialsProvider::new(chain);
        }
        let mut builder = ProfileFileCredentialsProvider::builder().configure(&config);
        if let Some(profile) = &self.profile {
            builder = builder.profile_name(profile);
        }
        if let Some(file) = &self.config_file {
            builder = builder.profile_files(profile_files(file));
        }
        SharedCredentialsProvider::new(builder.build())
    }
}

/// When the credentials in use end. The SDK keeps credentials until shortly before that; asking its provider again
/// would mean another call to SSO or STS, so what it last handed out is noted on the way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expiry(Arc<sync::Mutex<Option<Timestamp>>>);

impl Expiry {
    /// The moment, by this machine's clock as far as the provider reckons it; `None` for credentials without end.
    pub(crate) fn get(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, moment: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

/// A credentials provider that notes when what it hands out ends, and begins anew after a failure.
///
/// The SDK's provider reads a profile once. When that fails it tells why to the one who asked first, and fails for
/// ever after with words that tell nothing, whatever is put right meanwhile.
#[derive(Debug)]
pub(crate) struct Recorded {
    origin: Origin,
    inner: Mutex<SharedCredentialsProvider>,
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
            let mut inner = self.inner.lock().await;
            let credentials = match inner.provide_credentials().await {
                Ok(credentials) => credentials,
                Err(error) => {
                    *inner = self.origin.provider().await;
                    return Err(error);
                }
            };
            self.expires_at.set(credentials.expiry().and_then(|expiry| Timestamp::try_from(expiry).ok()));
            Ok(credentials)
        })
    }
}
