use evac_core::{RegionId, SourceError, reading::IdentityReading};
use evac_engine::Sight;
use futures::future::join_all;
use jiff::SignedDuration;

use super::{Glance, failed_in};
use crate::{access::Service, identity::AskIdentity};

impl Glance<'_> {
    /// Whether STS answers in each region, and the credentials last.
    pub(super) async fn credentials(
        &self,
        regions: &[RegionId],
        lasting: SignedDuration,
    ) -> Result<Sight, SourceError> {
        let asked = join_all(regions.iter().map(|region| self.identity(region))).await;
        let (mut shown, now) = (Vec::new(), self.observer.here.now());
        for (region, identity) in regions.iter().zip(asked) {
            let IdentityReading { arn, expires_at, .. } = identity.map_err(|error| failed_in(region, &error))?;
            if let Some(end) = expires_at.filter(|end| end.duration_since(now) < lasting) {
                let on = format!("the credentials in {region} end at {end}, and are needed for {lasting:#} more");
                return Ok(Sight::Untouched { on });
            }
            shown.push(format!("{region} as {}", arn.as_str()));
        }
        Ok(Sight::Met { evidence: format!("STS answers in {}", shown.join(", ")) })
    }

    async fn identity(&self, region: &RegionId) -> Result<IdentityReading, SourceError> {
        let access = self.at(region)?;
        let question = AskIdentity { client: access.sts(), expiry: access.expiry.clone() };
        question.reading(&self.asking(access, Service::Sts)).await
    }
}
