//! The clients of one region.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_config::{BehaviorVersion, Region, SdkConfig, provider_config::ProviderConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use evac_core::{
    RegionId, SourceError, SourceErrorKind, Stack,
    stack::{AwsAccess, Endpoints},
};

use crate::{
    credentials::{self, Expiry},
    source_clock::ServiceClock,
    transport,
};

/// A service that evac calls, by the name that the stack's `endpoints` know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    CloudWatch,
    CostExplorer,
    DynamoDb,
    Rds,
    Route53,
    /// ARC's routing controls. Their endpoints are the stack's, one client each.
    RoutingControl,
    S3,
    Sts,
}

/// What clients are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Reading: a call that fails is tried again a few times.
    Watching,
    /// Changing something: a call is made once, on a connection of its own, and waited for longer.
    Acting,
}

impl Manner {
    /// The HTTP client for it.
    pub(crate) fn http_client(self, stack: &Stack) -> SharedHttpClient {
        let tls = needs_tls(stack);
        match self {
            Self::Watching => transport::http_client(tls),
            Self::Acting => transport::acting_http_client(tls),
        }
    }
}

impl Service {
    pub(crate) const ALL: [Self; 8] = [
        Self::CloudWatch,
        Self::CostExplorer,
        Self::DynamoDb,
        Self::Rds,
        Self::Route53,
        Self::RoutingControl,
        Self::S3,
        Self::Sts,
    ];

    /// The name in the stack file.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::CostExplorer => "cost-explorer",
            Self::DynamoDb => "dynamodb",
            Self::Rds => "rds",
            Self::Route53 => "route53",
            Self::RoutingControl => "routing-control",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }
}

/// How one region is reached: credentials, endpoints, and the clock of each service in it.
pub(crate) struct RegionAccess {
    config: SdkConfig,
    region: RegionId,
    endpoints: Endpoints,
    clocks: BTreeMap<Service, Arc<ServiceClock>>,
    pub(crate) expiry: Expiry,
}

/// Builds a client's configuration: the region's, with the stack's endpoint, and a retry allowance of its own, so that
/// a long outage of one region or service leaves the others their retries.
macro_rules! client {
    ($name:ident, $sdk:ident, $service:expr) => {
        pub(crate) fn $name(&self) -> $sdk::Client {
            $sdk::Client::from_conf(self.configure::<$sdk::config::Builder>($service).build())
        }
    };
}

/// The part of the SDKs' configuration builders that is the same in each, and yet not one type.
trait ConfigBuilder: for<'a> From<&'a SdkConfig> {
    fn retry_partition(self, name: String) -> Self;
    fn endpoint_url(self, url: &str) -> Self;
}

macro_rules! config_builders {
    ($($sdk:ident),*) => {$(
        impl ConfigBuilder for $sdk::config::Builder {
            fn retry_partition(self, name: String) -> Self {
                self.retry_partition($sdk::config::retry::RetryPartition::new(name))
            }

            fn endpoint_url(self, url: &str) -> Self {
                self.endpoint_url(url)
            }
        }
    )*};
}

config_builders!(
    aws_sdk_cloudwatch,
    aws_sdk_costexplorer,
    aws_sdk_dynamodb,
    aws_sdk_rds,
    aws_sdk_route53,
    aws_sdk_route53recoverycluster,
    aws_sdk_s3,
    aws_sdk_sts
);

impl RegionAccess {
    /// Reads the settings of a region. No network is used; credentials are fetched when the first call needs them.
    pub(crate) async fn load(
        stack: &Stack,
        region: &RegionId,
        stack_directory: &Path,
        http: SharedHttpClient,
        manner: Manner,
    ) -> Result<Self, SourceError> {
        let access = stack.aws_access(region);
        let config_file = config_file(&access, stack_directory)?;
        let aws_region = Region::new(region.as_str().to_owned());
        let timeout = stack.polling.timeout.unsigned();
        // What fetches credentials changes nothing, and is tried again in either manner.
        let (patience, retries) = match manner {
            Manner::Watching => (transport::timeouts(timeout), transport::retries()),
            Manner::Acting => (transport::acting_timeouts(timeout), transport::once()),
        };
        let provider_config = ProviderConfig::without_region()
            .with_region(Some(aws_region.clone()))
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_http_client(http.clone())
            .with_retry_config(transport::retries())
            .with_timeout_config(transport::timeouts(timeout));
        let credentials =
            credentials::provider(&access, config_file.as_deref(), provider_config, aws_region.clone()).await;
        let expiry = credentials.expiry();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_region)
            .http_client(http)
            .timeout_config(patience)
            .retry_config(retries)
            .credentials_provider(credentials);
        if let Some(profile) = &access.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(file) = &config_file {
            loader = loader.profile_files(credentials::profile_files(file));
        }
        let clock = || Arc::new(ServiceClock::new(stack.clock.rate));
        Ok(Self {
            config: loader.load().await,
            region: region.clone(),
            endpoints: access.endpoints,
            clocks: Service::ALL.into_iter().map(|service| (service, clock())).collect(),
            expiry,
        })
    }

    /// The same credentials and endpoints, signing for another region: the home of what is global. The clocks are
    /// its own.
    pub(crate) fn in_region(&self, region: &RegionId, rate: f64) -> Self {
        let clock = || Arc::new(ServiceClock::new(rate));
        Self {
            config: self.config.to_builder().region(Region::new(region.as_str().to_owned())).build(),
            region: region.clone(),
            endpoints: self.endpoints.clone(),
            clocks: Service::ALL.into_iter().map(|service| (service, clock())).collect(),
            expiry: self.expiry.clone(),
        }
    }

    /// The region that calls are signed for.
    pub(crate) fn region(&self) -> &RegionId {
        &self.region
    }

    /// The clock of a service.
    pub(crate) fn clock(&self, service: Service) -> Arc<ServiceClock> {
        self.clocks.get(&service).cloned().unwrap_or_else(|| Arc::new(ServiceClock::new(1.0)))
    }

    /// The clocks of all services.
    pub(crate) fn clocks(&self) -> impl Iterator<Item = (Service, &Arc<ServiceClock>)> {
        self.clocks.iter().map(|(service, clock)| (*service, clock))
    }

    fn configure<B: ConfigBuilder>(&self, service: Service) -> B {
        let partition = format!("evac {} {}", service.word(), self.region);
        let builder = B::from(&self.config).retry_partition(partition);
        match self.endpoints.of(service.word()) {
            Some(url) => builder.endpoint_url(url),
            None => builder,
        }
    }

    client!(rds, aws_sdk_rds, Service::Rds);
    client!(cloudwatch, aws_sdk_cloudwatch, Service::CloudWatch);
    client!(route53, aws_sdk_route53, Service::Route53);
    client!(cost_explorer, aws_sdk_costexplorer, Service::CostExplorer);
    client!(sts, aws_sdk_sts, Service::Sts);

    /// The DynamoDB client, with timeouts of its own where they are given.
    pub(crate) fn dynamodb(&self, timeouts: Option<TimeoutConfig>) -> aws_sdk_dynamodb::Client {
        let mut builder = self.configure::<aws_sdk_dynamodb::config::Builder>(Service::DynamoDb);
        if let Some(timeouts) = timeouts {
            builder = builder.timeout_config(timeouts);
        }
        aws_sdk_dynamodb::Client::from_conf(builder.build())
    }

    /// A client of one of the endpoints of a routing control cluster, with timeouts of its own where they are given.
    pub(crate) fn routing_control(
        &self,
        endpoint: &str,
        timeouts: Option<TimeoutConfig>,
    ) -> aws_sdk_route53recoverycluster::Client {
        let mut builder = self.configure::<aws_sdk_route53recoverycluster::config::Builder>(Service::RoutingControl);
        if let Some(timeouts) = timeouts {
            builder = builder.timeout_config(timeouts);
        }
        aws_sdk_route53recoverycluster::Client::from_conf(builder.endpoint_url(endpoint).build())
    }

    /// The S3 client. An endpoint given by hand has no name for each bucket in DNS, so there the bucket goes into
    /// the path.
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let by_hand = self.endpoints.of(Service::S3.word()).is_some() || self.config.endpoint_url().is_some();
        let builder = self.configure::<aws_sdk_s3::config::Builder>(Service::S3);
        aws_sdk_s3::Client::from_conf(builder.force_path_style(by_hand).build())
    }
}

/// The AWS config file that the stack names, if it names one.
fn config_file(access: &AwsAccess, stack_directory: &Path) -> Result<Option<PathBuf>, SourceError> {
    let Some(file) = &access.config_file else { return Ok(None) };
    let path = stack_directory.join(file);
    match std::fs::File::open(&path) {
        Ok(_) => Ok(Some(path)),
        Err(error) => Err(SourceError::new(
            SourceErrorKind::Setup,
            format!("the AWS config file `{file}` cannot be read: {error}; correct `config_file` in the stack file"),
        )),
    }
}

/// True when some call may need TLS: some service has no endpoint given by hand, or one with `https`.
fn needs_tls(stack: &Stack) -> bool {
    let plain = |url: &str| url.starts_with("http://");
    let over_tls = |region, service: Service| !stack.aws_access(region).endpoints.of(service.word()).is_some_and(plain);
    let elsewhere = [Service::DynamoDb, Service::RoutingControl];
    let services = stack.regions.keys().any(|region| {
        let mut here = Service::ALL.into_iter().filter(|service| !elsewhere.contains(service));
        here.any(|service| over_tls(region, service))
    });
    let leases = stack.lease.iter().flat_map(|lease| &lease.regions);
    let services = services || leases.into_iter().any(|region| over_tls(region, Service::DynamoDb));
    let controls = stack.traffic.iter().filter_map(|traffic| traffic.routing_control.as_ref());
    services || controls.flat_map(|control| control.endpoints.values()).any(|url| !plain(url))
}
