//! What the stack costs: so much a day for every region and service, and what replication carries on top.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    topology::Region,
    world::{
        noise::{Noise, stream},
        replication::{Replication, typical_writes},
    },
};

/// The price of a gigabyte between two regions, in US dollars.
const DOLLARS_A_TRANSFERRED_GIGABYTE: f64 = 0.02;
/// The region that Cost Explorer books services without a region under.
pub const GLOBAL: &str = "global";
/// Data transfer between regions.
pub const DATA_TRANSFER: &str = "AWS Data Transfer";

/// A service's cost in one region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The region as Cost Explorer writes it.
    pub region: &'static str,
    /// The service as Cost Explorer writes it.
    pub service: &'static str,
    /// US dollars a day.
    pub daily: f64,
}

/// Dollars a day and service: in the primary, and in a standby region.
const SERVICES: [(&str, f64, f64); 8] = [
    ("Amazon Relational Database Service", 214.0, 139.0),
    ("Amazon Elastic Compute Cloud - Compute", 168.0, 92.0),
    ("EC2 - Other", 31.0, 17.5),
    ("Amazon Simple Storage Service", 74.0, 71.0),
    ("Amazon Elastic Container Service for Kubernetes", 2.4, 2.4),
    ("Amazon Elastic Load Balancing", 6.1, 2.9),
    ("AmazonCloudWatch", 11.3, 5.2),
    (DATA_TRANSFER, 9.0, 3.5),
];

/// The bill.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// Gigabytes carried between regions, by day and source, since the world began.
    carried: BTreeMap<(Date, Region), f64>,
}

impl Cost {
    /// Books what replication carried since the last time.
    pub fn book(&mut self, today: Date, replication: &mut Replication) {
        for link in &mut replication.links {
            *self.carried.entry((today, link.source)).or_default() += std::mem::take(&mut link.carried) / 1e9;
        }
        // A year of days is more than Cost Explorer shows.
        while self.carried.len() > 366 * Region::ALL.len() {
            self.carried.pop_first();
        }
    }

    /// The lines of one day, as far as the day has gone (`share` from 0 to 1).
    pub fn day(&self, date: Date, share: f64, noise: Noise) -> Vec<Line> {
        let mut lines = Vec::new();
        let number = i64::from(date.year()) * 400 + i64::from(date.day_of_year());
        for region in Region::ALL {
            // What was carried before the world began is not known: at least what a typical day carries.
            let carried = self.carried.get(&(date, region)).copied().unwrap_or_default();
            let transferred = carried.max(typical_gigabytes(region) * share);
            for (service, primary, standby) in SERVICES {
                let typical = if region == Region::UsEast1 { primary } else { standby };
                let local = if region == Region::EuWest1 { 1.09 } else { 1.0 };
                let swing = 1.0 + 0.04 * noise.bell(stream(region.name()) ^ stream(service), number);
                let extra = if service == DATA_TRANSFER { transferred * DOLLARS_A_TRANSFERRED_GIGABYTE } else { 0.0 };
                lines.push(Line { region: region.name(), service, daily: typical * local * swing * share + extra });
            }
        }
        lines.push(Line { region: GLOBAL, service: "Amazon Route 53", daily: 1.85 * share });
        lines
    }

    /// What a day without incidents costs in all.
    pub fn typical_day(&self, date: Date, noise: Noise) -> f64 {
        self.day(date, 1.0, noise).iter().map(|line| line.daily).sum()
    }
}

/// What replication carries out of a region on a calm day, in gigabytes.
fn typical_gigabytes(source: Region) -> f64 {
    typical_writes(source) * 86_400.0 * (Region::ALL.len() - 1) as f64 / 1e9
}
