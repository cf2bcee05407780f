//! All ports of a stack.

use std::{path::Path, sync::Arc};

use evac_core::{RegionId, Source, SourceError, SourceErrorKind, SourceId, Stack};
use evac_engine::{Clock, Port};

use crate::{
    access::{Manner, RegionAccess, Service},
    accesses::Accesses,
    alarms::AskAlarms,
    ask::{AwsPort, Question, UnreadyPort},
    canary::{AskCanary, CanarySource},
    cluster::AskCluster,
    cost::AskCost,
    cost_cache::CostCache,
    events::AskEvents,
    global_cluster::AskGlobalCluster,
    health_checks::AskHealthChecks,
    identity::AskIdentity,
    markers::AskMarkers,
    metrics::{AskMetrics, Checkers},
    records::AskRecords,
    replication::AskReplication,
    routing_control::AskRoutingControl,
    run::AskLease,
    snapshots::AskSnapshots,
    source_clock::ServiceClock,
    transport,
};

/// The ports of a stack on AWS, and what is known of the endpoints behind them.
pub struct Connection {
    /// One port for each source and region that the stack has on AWS, regions in the order of the screen.
    pub ports: Vec<Arc<dyn Port>>,
    accesses: Accesses,
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
        self.accesses.all().flat_map(of_access).collect()
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
    let accesses = Accesses::load(stack, stack_directory, Manner::Watching).await;
    // The canary is written in one region and looked for in others.
    let canary = stack.canary.as_ref().and_then(|canary| {
        let access = accesses.of(&canary.from).ok()?;
        CanarySource::new(stack, access.s3(), access.clock(Service::S3))
    });
    let mut ports = Vec::new();
    for (region, _) in stack.ordered_regions() {
        let builder = accesses.of(region).map(|access| Builder {
            stack,
            region,
            access,
            home: accesses.home().filter(|_| stack.control_plane_region() == Some(region)),
            canary: canary.as_ref(),
            cache_directory,
            here: &clock,
        });
        for source in Source::of(stack, region).into_iter().filter(is_on_aws) {
            let anywhere = Anywhere { stack, region, accesses: &accesses, here: &clock };
            ports.push(match (anywhere.port(source), &builder) {
                (Some(port), _) => port,
                (None, Ok(builder)) => {
                    builder.port(source).unwrap_or_else(|| unready(source, region, &incomplete(source)))
                }
                (None, Err(reason)) => unready(source, region, reason),
            });
        }
    }
    Connection { ports, accesses }
}

/// True for the sources that are asked through the AWS SDK.
pub(crate) fn is_on_aws(source: &Source) -> bool {
    !matches!(source, Source::Probe | Source::Backups | Source::Workloads | Source::Answers)
}

/// A source that the stack has, and that lacks what it is asked with: for the canary, a region that could not be set
/// up.
fn incomplete(source: Source) -> SourceError {
    let message = format!("the stack file names too little for `{}`, or its region is not set up", source.word());
    SourceError::new(SourceErrorKind::Setup, message)
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
    home: Option<&'a RegionAccess>,
    canary: Option<&'a Arc<CanarySource>>,
    cache_directory: &'a Path,
    here: &'a Arc<dyn Clock>,
}

impl Builder<'_> {
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
                let elsewhere = self.home.map(|home| Checkers {
                    client: home.cloudwatch(),
                    clock: home.clock(Service::CloudWatch),
                    region: home.region().clone(),
                    patience: stack.polling.timeout.unsigned() / 2,
                });
                let question = AskMetrics::new(stack, region, access.cloudwatch(), elsewhere);
                self.asks(source, Service::CloudWatch, question)
            }
            Source::Replication => {
                let bucket = stack.buckets.get(region)?.clone();
                self.asks(source, Service::S3, AskReplication { client: access.s3(), bucket })
            }
            Source::Identity => {
                let question = AskIdentity { client: access.sts(), expiry: access.expiry.clone() };
                self.asks(source, Service::Sts, question)
            }
            Source::Alarms => self.asks(source, Service::CloudWatch, AskAlarms { client: access.cloudwatch() }),
            Source::Events => self.asks(source, Service::Rds, AskEvents { client: access.rds(), cluster: member? }),
            Source::Snapshots => {
                self.asks(source, Service::Rds, AskSnapshots { client: access.rds(), cluster: member? })
            }
            Source::Records => self.asks(source, Service::Route53, AskRecords::new(stack, self.global().route53())?),
            Source::HealthChecks => {
                self.asks(source, Service::Route53, AskHealthChecks::new(stack, self.global().route53()))
            }
            Source::Cost => self.asks(source, Service::CostExplorer, self.cost()),
            Source::Canary => {
                let canary = self.canary?.clone();
                let from = stack.canary.as_ref().map(|canary| &canary.from)?;
                let rule = stack.replication_into(region).find(|rule| rule.from == *from)?;
                let question = AskCanary {
                    source: canary,
                    client: access.s3(),
                    region: region.clone(),
                    bucket: rule.destination.clone(),
                    patience: stack.polling.timeout.unsigned() / 2,
                };
                self.asks(source, Service::S3, question)
            }
            Source::Markers => self.asks(source, Service::S3, AskMarkers::new(stack, region, access.s3())),
            Source::Probe | Source::Backups | Source::Workloads | Source::Answers => return None,
            Source::RoutingControl | Source::Lease => return None,
        })
    }

    /// The access to what is global.
    fn global(&self) -> &RegionAccess {
        self.home.unwrap_or(self.access)
    }

    fn cost(&self) -> AskCost {
        let access = self.stack.aws_access(self.region);
        let endpoint = access.endpoints.of(Service::CostExplorer.word()).unwrap_or("aws");
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        // What the same name may cost differently by: the account behind it, and whether it is simulated.
        let key = format!("{endpoint} {} {}", part(&access.profile), part(&access.config_file));
        let cache = CostCache::new(self.cache_directory, self.stack.name.as_str(), key);
        let clocks = self.global().clocks().map(|(_, clock)| clock.clone()).collect();
        AskCost::new(self.stack, self.global().cost_explorer(), cache, clocks)
    }

    fn asks(&self, source: Source, service: Service, question: impl Question) -> Arc<dyn Port> {
        let access = if source.is_global() { self.global() } else { self.access };
        Arc::new(AwsPort {
            id: SourceId { source, region: self.region.clone() },
            question,
            clock: access.clock(service),
            here: self.here.clone(),
            deadline: transport::deadline(self.stack.polling.timeout.unsigned()),
        })
    }
}

/// What the ports are made from that are asked in whichever region answers, set up or not.
struct Anywhere<'a> {
    stack: &'a Stack,
    region: &'a RegionId,
    accesses: &'a Accesses,
    here: &'a Arc<dyn Clock>,
}

impl Anywhere<'_> {
    fn port(&self, source: Source) -> Option<Arc<dyn Port>> {
        match source {
            Source::RoutingControl => Some(self.asks(source, AskRoutingControl::new(self.stack, self.accesses)?)),
            Source::Lease => Some(self.asks(source, AskLease::new(self.stack, self.accesses)?)),
            _ => None,
        }
    }

    fn asks(&self, source: Source, question: impl Question) -> Arc<dyn Port> {
        Arc::new(AwsPort {
            id: SourceId { source, region: self.region.clone() },
            question,
            clock: Arc::new(ServiceClock::new(self.stack.clock.rate)),
            here: self.here.clone(),
            deadline: transport::deadline(self.stack.polling.timeout.unsigned()),
        })
    }
}
