use std::{collections::BTreeSet, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{Mirror, RunFolder, SignedOrder};

/// How often the file of this machine is looked at, and how often the buckets are.
const HERE: Duration = Duration::from_millis(200);
const ELSEWHERE: Duration = Duration::from_secs(3);

/// Brings what operators ask of a run from this machine and from others, each order once, until nobody hears it. Those
/// that are spent by the run's journal are not brought again.
pub fn watch_orders(folder: &RunFolder, mirror: Mirror, spent: BTreeSet<String>) -> mpsc::Receiver<SignedOrder> {
    let (sender, receiver) = mpsc::channel(16);
    let (run, mut book) = (folder.run().clone(), folder.orders());
    tokio::spawn(async move {
        let mut known = spent;
        let mut asked: Option<Instant> = None;
        while !sender.is_closed() {
            let mut orders = book.new_orders().unwrap_or_else(|error| {
                tracing::warn!(%error, "orders cannot be read");
                Vec::new()
            });
            if !mirror.buckets.is_empty() && asked.is_none_or(|at| at.elapsed() >= ELSEWHERE) {
                orders.extend(mirror.orders(&run, &known).await);
                asked = Some(Instant::now());
            }
            for signed in orders {
                if known.insert(signed.id.clone()) && sender.send(signed).await.is_err() {
                    return;
                }
            }
            sleep(HERE).await;
        }
    });
    receiver
}
