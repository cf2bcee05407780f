use evac_core::{RegionId, SourceError, SourceErrorKind, reading::IdentityReading};
use evac_engine::Sight;
use futures::future::join_all;
use jiff::SignedDuration;

use super::{Glance, failed_in};
use crate::{access::Service, identity::AskIdentity};

impl Glance<'_> {
    /// Whether STS takes the credentials in each region, and they last. Where it is down while it takes them elsewhere
    /// they are the same ones, and whatever else is asked there may serve: its outage must not hold up the escape from
    /// it. Should a region want others, its first call is refused, and nothing is done there.
    pub(super) async fn credentials(
        &self,
        regions: &[RegionId],
        lasting: SignedDuration,
    ) -> Result<Sight, SourceError> {
        let asked = join_all(regions.iter().map(|region| self.identity(region))).await;
        let (mut shown, mut down, now) = (Vec::new(), Vec::new(), self.observer.here.now());
        for (region, identity) in regions.iter().zip(asked) {
            let IdentityReading { arn, expires_at, .. } = match identity {
                Ok(identity) => identity,
                Err(error) if is_down(error.kind) => {
                    down.push((region, error));
                    continue;
                }
                Err(error) => return Err(failed_in(region, &error)),
            };
            if let Some(end) = expires_at.filter(|end| end.duration_since(now) < lasting) {
                let on = format!("the credentials in {region} end at {end}, and are needed for {lasting:#} more");
                return Ok(Sight::Untouched { on });
            }
            shown.push(format!("{region} as {}", arn.as_str()));
        }
        if let Some((region, error)) = down.first().filter(|_| shown.is_empty()) {
            return Err(failed_in(region, error));
        }
        let silent: String = down.iter().map(|(region, error)| format!("; not in {region}: {error}")).collect();
        Ok(Sight::Met { evidence: format!("STS answers in {}{silent}", shown.join(", ")) })
    }

    async fn identity(&self, region: &RegionId) -> Result<IdentityReading, SourceError> {
        let access = self.at(region)?;
        let question = AskIdentity { client: access.sts(), expiry: access.expiry.clone() };
        question.reading(&self.asking(access, Service::Sts)).await
    }
}

/// Whether a failure says nothing of the credentials.
fn is_down(kind: SourceErrorKind) -> bool {
    use SourceErrorKind::{Service, Throttled, Timeout, Unreachable};
    matches!(kind, Timeout | Unreachable | Throttled | Service)
}
