//! The lease in DynamoDB: one item of a global table with multi-region strong consistency, by conditional writes.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_types::{error::metadata::ProvideErrorMetadata, timeout::TimeoutConfig};
use evac_core::{RegionId, SourceError, Stack};
use evac_engine::run::{LeaseFailure, LeaseItem, LeaseStore};
use futures::future::BoxFuture;

use super::lease_item::{KEY, attributes, item};
use crate::{
    access::Manner,
    accesses::Accesses,
    act::answer::{Fate, Sending, fate},
    error::source_error,
    in_turn::in_turn,
    source_clock::DateReader,
};

/// The read.
pub(super) const OPERATION: &str = "dynamodb:GetItem";
const PUT: &str = "dynamodb:PutItem";

/// Codes with which DynamoDB says that another write was there first, here or in another region.
const CONFLICTS: [&str; 3] =
    ["ConditionalCheckFailedException", "ReplicatedWriteConflictException", "TransactionConflictException"];

/// The lease of a stack in its table, asked in any of the table's regions.
pub struct DynamoLease {
    stack: String,
    table: String,
    replicas: Vec<(RegionId, Result<Client, SourceError>)>,
    /// The replica that is asked first: the one that answered last.
    first: AtomicUsize,
    patience: Duration,
}

/// Opens the lease of a stack that has a table, without a call over the network. A `config_file` of the stack is taken
/// relative to `stack_directory`.
pub async fn lease(stack: &Stack, stack_directory: &Path) -> Option<DynamoLease> {
    let lease = stack.lease.as_ref()?;
    let accesses = Accesses::load(stack, stack_directory, Manner::Acting).await;
    // A renewal has a third of the time to live, in which a second replica has to be heard too.
    let patience = lease.ttl.unsigned() / 3;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.mul_f64(0.25))
        .read_timeout(patience.mul_f64(0.6))
        .operation_attempt_timeout(patience.mul_f64(0.6))
        .operation_timeout(patience.mul_f64(0.6))
        .build();
    let client = |region| accesses.of(region).map(|access| access.dynamodb(Some(timeouts.clone())));
    let replicas = lease.regions.iter().map(|region| (region.clone(), client(region))).collect();
    let (stack, table) = (stack.name.as_str().to_owned(), lease.table.clone());
    Some(DynamoLease { stack, table, replicas, first: AtomicUsize::new(0), patience })
}

impl DynamoLease {
    /// The replicas, the one that answered last first and the others in the order of the stack.
    fn in_order(&self) -> Vec<(usize, &RegionId, &Result<Client, SourceError>)> {
        let first = self.first.load(Ordering::Relaxed);
        let replicas = self.replicas.iter().enumerate();
        let mut order: Vec<_> = replicas.map(|(index, (region, client))| (index, region, client)).collect();
        order.sort_by_key(|(index, ..)| *index != first);
        order
    }

    async fn read_item(&self) -> Result<Option<LeaseItem>, LeaseFailure> {
        let ask = |(index, region, client): (usize, &RegionId, &Result<Client, SourceError>)| {
            let (client, region) = (client.clone(), region.clone());
            async move {
                let read = match client {
                    Ok(client) => read(&client, &self.table, &self.stack, None).await,
                    Err(error) => Err(error),
                };
                read.map(|item| (index, item))
                    .map_err(|error| SourceError::new(error.kind, format!("{region}: {}", error.message)))
            }
        };
        match in_turn(self.in_order().into_iter().map(ask).collect(), self.patience).await {
            Ok((index, item)) => {
                self.first.store(index, Ordering::Relaxed);
                Ok(item)
            }
            Err(error) => Err(LeaseFailure::Refused(error.message)),
        }
    }

    /// Writes at the first replica that takes it. The next one is asked only where the one before has certainly not
    /// taken it, and not because of what was written.
    async fn write_item(&self, item: &LeaseItem) -> Result<(), LeaseFailure> {
        let attributes = attributes(&self.stack, item).map_err(|error| LeaseFailure::Refused(error.to_string()))?;
        let mut refusals = Vec::new();
        for (index, region, client) in self.in_order() {
            let client = match client {
                Ok(client) => client,
                Err(error) => {
                    refusals.push(format!("{region}: {}", error.message));
                    continue;
                }
            };
            let request = client.put_item().table_name(&self.table).set_item(Some(attributes.clone()));
            let request = match item.version.checked_sub(1).filter(|before| *before > 0) {
                None => {
                    request.condition_expression("attribute_not_exists(#key)").expression_attribute_names("#key", KEY)
                }
                Some(before) => request
                    .condition_expression("#version = :before")
                    .expression_attribute_names("#version", "version")
                    .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
            };
            let sending = Sending::default();
            let Err(error) = request.customize().interceptor(sending.clone()).send().await else {
                self.first.store(index, Ordering::Relaxed);
                return Ok(());
            };
            if error.code().is_some_and(|code| CONFLICTS.contains(&code)) {
                return Err(LeaseFailure::Conflict);
            }
            let why = format!("{region}: {}", source_error(PUT, &error).message);
            match fate(&error, &sending) {
                Fate::Refused { .. } => refusals.push(why),
                Fate::Unknown => {
                    // Whoever asks what became of it had better ask somewhere else.
                    self.first.store((index + 1) % self.replicas.len().max(1), Ordering::Relaxed);
                    return Err(LeaseFailure::Unknown(why));
                }
            }
        }
        Err(LeaseFailure::Refused(refusals.join("; ")))
    }
}

impl LeaseStore for DynamoLease {
    fn read(&self) -> BoxFuture<'_, Result<Option<LeaseItem>, LeaseFailure>> {
        Box::pin(self.read_item())
    }

    fn write<'a>(&'a self, item: &'a LeaseItem) -> BoxFuture<'a, Result<(), LeaseFailure>> {
        Box::pin(self.write_item(item))
    }
}

/// Reads the item of a stack at one replica, strongly consistent; `None` when there is none.
pub(super) async fn read(
    client: &Client,
    table: &str,
    stack: &str,
    dates: Option<DateReader>,
) -> Result<Option<LeaseItem>, SourceError> {
    let request = client.get_item().table_name(table).consistent_read(true);
    let mut request = request.key(KEY, AttributeValue::S(stack.to_owned())).customize();
    if let Some(dates) = dates {
        request = request.interceptor(dates);
    }
    let answer = request.send().await.map_err(|error| source_error(OPERATION, &error))?;
    answer.item().map(|attributes| item(OPERATION, attributes)).transpose()
}
