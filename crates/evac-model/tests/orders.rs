//! Orders that stand in a bucket: each has its effect once, whichever runner reads it and whenever the bucket answers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use evac_core::run::{Event, Journal, RunId};
use evac_engine::run::{Mirror, Order, RunStore, SignedOrder, watch_orders};
use evac_model::{Bucket, Play, Shape, play};
use jiff::Timestamp;

fn signed(order: Order) -> SignedOrder {
    SignedOrder::new(order, "ben@two", Timestamp::UNIX_EPOCH)
}

fn hand_over() -> SignedOrder {
    signed(Order::HandOver { to: "two".to_owned() })
}

#[tokio::test(start_paused = true)]
async fn a_spent_order_is_not_brought_again_and_a_new_one_is_whenever_the_bucket_answers() {
    let (place, run) = (tempfile::tempdir().unwrap(), RunId::parse("run").unwrap());
    let folder = RunStore::new(place.path()).create(&run).unwrap();
    let bucket = Arc::new(Bucket::new("us-west-2".parse().unwrap()));
    let mirror = Mirror { prefix: String::new(), buckets: vec![bucket.clone()], patience: Duration::from_secs(5) };
    let (spent, asked) = (hand_over(), hand_over());
    for order in [&spent, &asked] {
        mirror.give(&run, order).await.unwrap();
    }
    // The bucket does not answer at first: what is seen later is no newer.
    bucket.cut_off(Duration::from_secs(8));
    let mut orders = watch_orders(&folder, mirror.clone(), BTreeSet::from([spent.id]));
    assert_eq!(orders.recv().await.unwrap(), asked, "it came after the run was handed over, and nobody has obeyed it");
    let abort = signed(Order::Abort { reason: "enough".to_owned() });
    mirror.give(&run, &abort).await.unwrap();
    assert_eq!(orders.recv().await.unwrap(), abort);
}

#[test]
fn a_journal_tells_which_order_handed_its_run_over() {
    let orders = vec![(Duration::from_secs(20), Order::HandOver { to: "two".to_owned() })];
    let story = play(Play { orders, ..Play::of(Shape::Failover) }).unwrap();
    assert_eq!(story.broken, Vec::<String>::new(), "{:#?}", story.trace);
    let records = Journal::read(&story.journal).unwrap().records;
    let ids = records.iter().filter_map(|record| match &record.event {
        Event::HandedOver { order, .. } => Some(order.len()),
        _ => None,
    });
    assert_eq!(ids.collect::<Vec<_>>(), [30]);
}
