//! evac's own look at a region's public endpoint: the one source that needs no cloud to vouch for it.

use std::{error::Error, sync::Arc, time::Duration};

use evac_core::{
    Reading, Source, SourceError, SourceErrorKind, SourceId, Stack, observation::Sampled, reading::ProbeReading, text,
};
use futures::{FutureExt, future::BoxFuture};
use jiff::SignedDuration;
use reqwest::{Client, Response, Url, header::DATE, redirect::Policy};

use crate::{Answer, Call, Clock, Port, http_date, root_cause};

/// How much of an answer's body is read, to see that it ends as it should. Route 53 looks at the first 5 KiB.
const BODY_READ: usize = 64 << 10;

/// Makes ring the process's TLS provider, once. Every client in the process is built without one of its own.
pub fn install_crypto() {
    // The only error is that there is one already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The probes of a stack: one for each region that names an endpoint.
pub fn probes(stack: &Stack, clock: &Arc<dyn Clock>) -> Vec<Arc<dyn Port>> {
    install_crypto();
    let timeout = stack.polling.timeout.unsigned();
    let regions = stack.regions.iter().filter_map(|(id, region)| Some((id, region.probe.as_deref()?)));
    regions
        .map(|(region, url)| {
            let id = SourceId { source: Source::Probe, region: region.clone() };
            let target = Target::of(url, timeout);
            Arc::new(Probe { id, target, clock: clock.clone() }) as Arc<dyn Port>
        })
        .collect()
}

struct Probe {
    id: SourceId,
    target: Result<Target, SourceError>,
    clock: Arc<dyn Clock>,
}

struct Target {
    client: Client,
    url: Url,
    timeout: Duration,
}

impl Target {
    fn of(url: &str, timeout: Duration) -> Result<Self, SourceError> {
        let setup = |error: &(dyn Error + 'static)| {
            SourceError::new(SourceErrorKind::Setup, format!("the probe cannot be made: {}", root_cause(error)))
        };
        let url = Url::parse(url).map_err(|error| setup(&error))?;
        // Each question connects afresh, as a user would: a connection that is kept alive outlives a dead listener.
        let builder = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).timeout(timeout);
        let builder = builder.user_agent(concat!("evac/", env!("CARGO_PKG_VERSION")));
        let builder = if is_loopback(&url) { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| setup(&error))?;
        Ok(Self { client, url, timeout })
    }

    fn failure(&self, error: &reqwest::Error) -> SourceError {
        if error.is_timeout() {
            let limit = text::age(SignedDuration::try_from(self.timeout).unwrap_or(SignedDuration::MAX));
            return SourceError::new(SourceErrorKind::Timeout, format!("no answer within {limit}"));
        }
        let doing = if error.is_connect() { "no connection" } else { "the answer broke off" };
        SourceError::new(SourceErrorKind::Unreachable, format!("{doing}: {}", root_cause(error)))
    }
}

impl Probe {
    async fn ask(&self) -> Answer {
        let target = match &self.target {
            Ok(target) => target,
            Err(error) => return Answer { source_clock: None, result: Err(error.clone()) },
        };
        // By the clock that was passed in: where it stands still, so does what is said of the endpoint.
        let asked = self.clock.now();
        let mut response = match target.client.get(target.url.clone()).send().await {
            Ok(response) => response,
            Err(error) => return Answer { source_clock: None, result: Err(target.failure(&error)) },
        };
        let latency = self.clock.now().duration_since(asked);
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let source_clock = date.and_then(http_date);
        let reading = ProbeReading { status: response.status().as_u16(), latency };
        let result = match read_some(&mut response).await {
            Ok(()) => {
                let sampled_at = source_clock.unwrap_or_else(|| self.clock.now());
                Ok(Sampled { sampled_at, reading: Reading::Probe(reading) })
            }
            Err(error) => Err(target.failure(&error)),
        };
        Answer { source_clock, result }
    }
}

impl Port for Probe {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        vec![Call { operation: "http:GET", per_sample: 1.0, usd: 0.0 }]
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        self.ask().boxed()
    }
}

/// Reads the body up to the bound. One that breaks off before is a failure: its users would see one too.
async fn read_some(response: &mut Response) -> Result<(), reqwest::Error> {
    let mut read = 0;
    while let Some(chunk) = response.chunk().await? {
        read += chunk.len();
        if read >= BODY_READ {
            break;
        }
    }
    Ok(())
}

/// A proxy is asked about the world, never about this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
