//! All ports of a stack.

use std::{path::Path, sync::Arc};

use evac_core::{RegionId, Source, SourceError, SourceId, Stack, observation::CONTROL_PLANE_REGION};
use evac_engine::{Clock, Port};

use crate::{
    access::{RegionAccess, Service, needs_tls},
    ask::{AwsPort, Question, UnreadyPort},
    cluster::AskCluster,
    global_cluster::AskGlobalCluster,
    identity::AskIdentity,
    metrics::{AskMetrics, Checkers},
    transport,
};

/// The ports of a stack on AWS, and what is known of the endpoints behind them.
pub struct Connection {
    /// One port for each source and region that the stack has on AWS, regions in the order of the screen.
    pub ports: Vec<Arc<dyn Port>>,
    accesses: Vec<RegionAccess>,
}

/// Where a service was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEndpoint {
    /// The service, by the name that the stack file's `endpoints` know.
    pub service: &'static str,
    /// The region that the calls are signed for: us-east-1 for what is global.
    pub region: RegionId,
    /// Scheme and host, whatever named them: the stack, a profile, the environment or the SDK.
    pub url: String,
}

impl Connection {
    /// The endpoints of all services that have been asked so far, answered or not. S3 may name a bucket.
    pub fn endpoints(&self) -> Vec<ServiceEndpoint> {
        let of_access = |access: &RegionAccess| {
            let region = access.region().clone();
            let named = access.clocks().filter_map(|(service, clock)| Some((service.word(), clock.endpoint()?)));
            named.map(|(service, url)| ServiceEndpoint { service, region: region.clone(), url }).collect::<Vec<_>>()
        };
        self.accesses.iter().flat_map(of_access).collect()
    }
}

/// The ports of a stack: those of [`connect`].
pub async fn ports(
    stack: &Stack,
    stack_directory: &Path,
    cache_directory: &Path,
    clock: Arc<dyn Clock>,
) -> Vec<Arc<dyn Port>> {
    connect(stack, stack_directory, cache_directory, clock).await.ports
}

/// Makes the ports of a stack, without a call over the network.
///
/// A `config_file` of the stack is taken relative to `stack_directory`; what Cost Explorer says is kept in
/// `cache_directory`. It never fails as a whole: where a region cannot be set up, its ports answer
/// [`Setup`](evac_core::SourceErrorKind::Setup) with what to do about it.
pub async fn connect(
    stack: &Stack,
    stack_directory: &Path,
    cache_directory: &Path,
    clock: Arc<dyn Clock>,
) -> Connection {
    let http = transport::http_client(needs_tls(stack));
    let mut connection = Connection { ports: Vec::new(), accesses: Vec::new() };
    for (region, _) in stack.ordered_regions() {
        let sources = Source::of(stack, region).into_iter();
        match RegionAccess::load(stack, region, stack_directory, http.clone()).await {
            Ok(access) => {
                let builder = Builder::new(stack, region, &access, cache_directory, &clock);
                connection.ports.extend(sources.filter_map(|source| builder.port(source)));
                connection.accesses.extend(builder.home);
                connection.accesses.push(access);
            }
            Err(reason) => {
                connection.ports.extend(sources.filter(is_on_aws).map(|source| unready(source, region, &reason)))
            }
        }
    }
    connection
}

/// True for the sources that are asked through the AWS SDK.
fn is_on_aws(source: &Source) -> bool {
    !matches!(source, Source::Probe | Source::Backups | Source::Workloads)
}

fn unready(source: Source, region: &RegionId, reason: &SourceError) -> Arc<dyn Port> {
    Arc::new(UnreadyPort { id: SourceId { source, region: region.clone() }, reason: reason.clone() })
}

/// What the ports of one region are made from.
struct Builder<'a> {
    stack: &'a Stack,
    region: &'a RegionId,
    access: &'a RegionAccess,
    /// The access to us-east-1, where this region stands for what is global and is another one.
    home: Option<RegionAccess>,
    cache_directory: &'a Path,
    here: &'a Arc<dyn Clock>,
}

impl<'a> Builder<'a> {
    fn new(
        stack: &'a Stack,
        region: &'a RegionId,
        access: &'a RegionAccess,
        cache_directory: &'a Path,
        here: &'a Arc<dyn Clock>,
    ) -> Self {
        let stands_in = stack.control_plane_region() == Some(region) && region.as_str() != CONTROL_PLANE_REGION;
        let home = CONTROL_PLANE_REGION.parse().ok().filter(|_| stands_in);
        let home = home.map(|home| access.in_region(&home, stack.clock.rate));
        Self { stack, region, access, home, cache_directory, here }
    }

    fn port(&self, source: Source) -> Option<Arc<dyn Port>> {
        let Self { stack, region, access, .. } = *self;
        let aurora = stack.aurora.as_ref();
        let member = aurora.and_then(|aurora| aurora.members.get(region)).cloned();
        Some(match source {
            Source::GlobalCluster => {
                let global_cluster = aurora?.global_cluster.clone();
                self.asks(source, Service::Rds, AskGlobalCluster { client: access.rds(), global_cluster })
            }
            Source::Cluster => {
                let question = AskCluster { client: access.rds(), region: region.clone(), cluster: member? };
                self.asks(source, Service::Rds, question)
            }
            Source::Metrics => {
                let elsewhere = self.home.as_ref().map(|home| Checkers {
                    client: home.cloudwatch(),
                    clock: home.clock(Service::CloudWatch),
                    region: home.region().clone(),
                });
                let question = AskMetrics::new(stack, region, access.cloudwatch(), elsewhere);
                self.asks(source, Service::CloudWatch, question)
            }
            Source::Identity => {
                let question = AskIdentity { client: access.sts(), expiry: access.expiry.clone() };
                self.asks(source, Service::Sts, question)
            }
            _ => return None,
        })
    }

    fn asks(&self, source: Source, service: Service, question: impl Question) -> Arc<dyn Port> {
        let access = if source.is_global() { self.home.as_ref().unwrap_or(self.access) } else { self.access };
        Arc::new(AwsPort {
            id: SourceId { source, region: self.region.clone() },
            question,
            clock: access.clock(service),
            here: self.here.clone(),
            deadline: transport::deadline(self.stack.polling.timeout.unsigned()),
        })
    }
}
