//! RDS DescribeDBClusterSnapshots: what the region's member cluster can be restored from, beside its log.

use aws_sdk_rds::{Client, types::DbClusterSnapshot};
use evac_core::{
    Reading, SourceError,
    ids::ClusterId,
    reading::{SnapshotEntry, SnapshotsReading},
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said, pages},
    error::source_error,
    field::{keep, timestamp, words},
    prices::{FREE, call},
};

const OPERATION: &str = "rds:DescribeDBClusterSnapshots";

/// Asks for the automated and manual snapshots of the region's member cluster.
pub(crate) struct AskSnapshots {
    pub(crate) client: Client,
    pub(crate) cluster: ClusterId,
}

impl Question for AskSnapshots {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 1.0, FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let page = |marker| {
                let request = self.client.describe_db_cluster_snapshots();
                let request = request.db_cluster_identifier(self.cluster.as_str()).set_marker(marker);
                async {
                    let sent = request.customize().interceptor(asking.dates()).send().await;
                    let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
                    let found = answer.db_cluster_snapshots().iter();
                    Ok((found.filter_map(|snapshot| keep(reading(snapshot))).collect(), answer.marker))
                }
            };
            let mut snapshots: Vec<SnapshotEntry> = pages(OPERATION, page).await?;
            // One that has no time yet is being made: it is the newest.
            snapshots.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.created.is_none(), snapshot.created)));
            Ok(Reading::Snapshots(SnapshotsReading { snapshots }).into())
        })
    }
}

/// A snapshot by its name.
pub(crate) async fn named(
    client: &Client,
    asking: &Asking,
    snapshot: &str,
) -> Result<Option<SnapshotEntry>, SourceError> {
    let request = client.describe_db_cluster_snapshots().db_cluster_snapshot_identifier(snapshot);
    let sent = request.customize().interceptor(asking.dates()).send().await;
    let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
    let is_it = |id: &str| id.eq_ignore_ascii_case(snapshot);
    let mut all = answer.db_cluster_snapshots().iter();
    all.find(|found| found.db_cluster_snapshot_identifier().is_some_and(is_it)).map(reading).transpose()
}

fn reading(snapshot: &DbClusterSnapshot) -> Result<SnapshotEntry, SourceError> {
    Ok(SnapshotEntry {
        name: words(OPERATION, "DBClusterSnapshotIdentifier", snapshot.db_cluster_snapshot_identifier())?,
        kind: words(OPERATION, "SnapshotType", snapshot.snapshot_type())?,
        status: words(OPERATION, "Status", snapshot.status())?,
        created: snapshot.snapshot_create_time().and_then(timestamp),
    })
}
