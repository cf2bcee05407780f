//! STS GetCallerIdentity: who evac is in a region, and until when.

use aws_sdk_sts::Client;
use evac_core::{
    Reading, SourceError,
    ids::{AccountId, Arn},
    reading::IdentityReading,
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said},
    credentials::Expiry,
    error::source_error,
    field::name,
    prices::{FREE, call},
};

const OPERATION: &str = "sts:GetCallerIdentity";

/// Asks the region's own STS, which works without us-east-1.
pub(crate) struct AskIdentity {
    pub(crate) client: Client,
    pub(crate) expiry: Expiry,
}

impl Question for AskIdentity {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 1.0, FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async { Ok(Reading::Identity(self.reading(asking).await?).into()) })
    }
}

impl AskIdentity {
    /// Who evac is.
    pub(crate) async fn reading(&self, asking: &Asking) -> Result<IdentityReading, SourceError> {
        let sent = self.client.get_caller_identity().customize().interceptor(asking.dates()).send().await;
        let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
        Ok(IdentityReading {
            account: name(OPERATION, "Account", answer.account(), AccountId::new)?,
            arn: name(OPERATION, "Arn", answer.arn(), Arn::new)?,
            // The call was signed, so the provider has been asked by now.
            expires_at: self.expiry.get(),
        })
    }
}
