//! DynamoDB GetItem: who may act on the stack, asked in whichever of the table's regions answers.

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::Client;
use evac_core::{Reading, RegionId, SourceError, Stack};
use evac_engine::{Call, run::LeaseItem};
use futures::future::BoxFuture;

use super::lease::{OPERATION, read};
use crate::{
    access::Service,
    accesses::Accesses,
    ask::{Asking, Question, Said},
    in_turn::in_turn,
    prices::{DYNAMODB_READ, call},
    source_clock::{Dates, ServiceClock},
};

/// Asks for the stack's item.
pub(crate) struct AskLease {
    stack: String,
    table: String,
    replicas: Vec<Replica>,
    patience: Duration,
}

struct Replica {
    region: RegionId,
    client: Result<(Client, Arc<ServiceClock>), SourceError>,
}

impl AskLease {
    /// The question for a stack's lease; `None` when it has no table.
    pub(crate) fn new(stack: &Stack, accesses: &Accesses) -> Option<Self> {
        let lease = stack.lease.as_ref()?;
        let replica = |region: &RegionId| {
            let client = accesses.of(region).map(|access| (access.dynamodb(None), access.clock(Service::DynamoDb)));
            Replica { region: region.clone(), client }
        };
        Some(Self {
            stack: stack.name.as_str().to_owned(),
            table: lease.table.clone(),
            replicas: lease.regions.iter().map(replica).collect(),
            patience: stack.polling.timeout.unsigned(),
        })
    }

    /// The item at a replica, and the replica's clock.
    async fn at(&self, asking: &Asking, replica: &Replica) -> Result<(Option<LeaseItem>, Dates), SourceError> {
        let asked = match &replica.client {
            Ok((client, clock)) => {
                let (reader, dates) = asking.dates_elsewhere(clock);
                read(client, &self.table, &self.stack, Some(reader)).await.map(|item| (item, dates))
            }
            Err(error) => Err(error.clone()),
        };
        asked.map_err(|error| SourceError::new(error.kind, format!("{}: {}", replica.region, error.message)))
    }
}

impl Question for AskLease {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 1.0, DYNAMODB_READ)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let replicas = self.replicas.iter().map(|replica| self.at(asking, replica)).collect();
            let (item, dates) = in_turn(replicas, self.patience).await?;
            asking.believe(&dates);
            Ok(Reading::Lease(item.unwrap_or_default().lease).into())
        })
    }
}
