//! Clusters and instances: those of the global database and those that clients make beside them. What takes time
//! ripens: it is done once its time has come and its region runs.

use jiff::{SignedDuration, Timestamp};

use super::{Aurora, moment::Moment};
use crate::topology::{ACCOUNT, Region};

/// A cluster, whether of the global database or beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
    /// Such as `available`.
    pub status: String,
    /// When it was made.
    pub created: Timestamp,
    /// How long automated backups are kept.
    pub retention_days: i64,
    /// Whether it is safe from deletion.
    pub deletion_protection: bool,
    /// Its instances, the first one first. Without any it is headless.
    pub instances: Vec<Instance>,
    /// For one that was made by a restore: which cluster it was made from and the time that its data was brought to.
    pub restored: Option<(String, Timestamp)>,
}

impl Cluster {
    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:rds:{}:{ACCOUNT}:cluster:{}", self.region, self.name)
    }

    /// The points in time between which it can be restored.
    pub fn restorable(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let latest = now - SignedDuration::from_secs(150 + now.as_second().rem_euclid(120));
        let earliest = (now - SignedDuration::from_hours(24 * self.retention_days)).max(self.created);
        (earliest, latest.max(earliest))
    }

    /// Whether an instance serves.
    pub fn serves(&self) -> bool {
        self.instances.iter().any(|instance| instance.status == "available")
    }
}

/// An instance of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// Such as `db.r6g.xlarge`.
    pub class: String,
    /// `creating`, `available` or `deleting`.
    pub status: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// Which one takes over first.
    pub promotion_tier: i64,
}

/// The name of an instance of a reference cluster.
pub fn instance_name(cluster: &str, number: i64) -> String {
    format!("{cluster}-{number}")
}

/// What a thing becomes when its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ripening {
    /// A cluster becomes available.
    ClusterReady,
    /// A cluster is gone.
    ClusterGone,
    /// An instance becomes available.
    InstanceReady,
    /// An instance is gone.
    InstanceGone,
    /// A snapshot becomes available.
    SnapshotReady,
    /// A member has left the global cluster and takes writes by itself.
    Detached,
}

/// Something that will be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Where.
    pub region: Region,
    /// To what.
    pub name: String,
    /// What.
    pub ripening: Ripening,
}

/// The cluster that the reference stack has in a region.
pub(super) fn reference(region: Region, started: Timestamp) -> Cluster {
    let created = started - SignedDuration::from_hours(400 * 24);
    let name = region.cluster();
    let class = if region == Region::UsEast1 { "db.r6g.2xlarge" } else { "db.r6g.xlarge" };
    let instance = |number| Instance {
        name: instance_name(&name, number),
        class: class.to_owned(),
        status: "available",
        created,
        promotion_tier: number,
    };
    Cluster {
        region,
        status: "available".to_owned(),
        created,
        retention_days: 7,
        deletion_protection: true,
        instances: vec![instance(1), instance(2)],
        restored: None,
        name,
    }
}

impl Aurora {
    /// The clusters of a region, the one of the global database first.
    pub fn clusters(&self, region: Region) -> impl Iterator<Item = &Cluster> {
        self.clusters.iter().filter(move |cluster| cluster.region == region)
    }

    /// A region's cluster by its name or ARN. Names are the same in upper and lower case.
    pub fn cluster(&self, region: Region, name: &str) -> Option<&Cluster> {
        self.clusters(region).find(|cluster| cluster.name.eq_ignore_ascii_case(name) || cluster.arn() == name)
    }

    /// The same, to change it.
    pub fn cluster_mut(&mut self, region: Region, name: &str) -> Option<&mut Cluster> {
        let named = |cluster: &&mut Cluster| cluster.region == region && cluster.name.eq_ignore_ascii_case(name);
        self.clusters.iter_mut().find(named)
    }

    /// A region's cluster of the global database, unless it was deleted.
    pub fn own(&self, region: Region) -> Option<&Cluster> {
        self.cluster(region, &region.cluster())
    }

    /// The region's instance of that name, and its cluster.
    pub fn instance(&self, region: Region, name: &str) -> Option<(&Cluster, &Instance)> {
        self.clusters(region).find_map(|cluster| {
            let found = cluster.instances.iter().find(|instance| instance.name.eq_ignore_ascii_case(name))?;
            Some((cluster, found))
        })
    }

    /// Whether a cluster is, in the eyes of the control plane, one that takes writes.
    pub fn is_writer(&self, cluster: &Cluster) -> bool {
        let region = cluster.region;
        cluster.name != region.cluster() || region == self.writer || !self.members[region].joined
    }

    /// Whether a cluster belongs to the global database.
    pub fn is_member(&self, cluster: &Cluster) -> bool {
        cluster.name == cluster.region.cluster() && self.members[cluster.region].joined
    }

    /// Begins to make a cluster. Without instances it serves nobody.
    pub fn create_cluster(&mut self, cluster: Cluster, seconds: i64, moment: &mut Moment<'_>) {
        self.wait(moment.tick + seconds, cluster.region, &cluster.name, Ripening::ClusterReady);
        self.clusters.push(Cluster { status: "creating".to_owned(), ..cluster });
    }

    /// Begins to make an instance of a cluster. It waits for its cluster.
    pub fn create_instance(&mut self, region: Region, cluster: &str, name: &str, class: &str, moment: &mut Moment<'_>) {
        let of_cluster = |due: &&Due| due.ripening == Ripening::ClusterReady && due.name.eq_ignore_ascii_case(cluster);
        let cluster_ready = self.due.iter().find(of_cluster).map_or(moment.tick, |due| due.at);
        let at = cluster_ready.max(moment.tick) + moment.between("create an instance", 240, 480);
        let created = moment.now();
        let Some(cluster) = self.cluster_mut(region, cluster) else { return };
        let promotion_tier = 1 + i64::try_from(cluster.instances.len()).unwrap_or_default();
        let (name, class) = (name.to_ascii_lowercase(), class.to_owned());
        cluster.instances.push(Instance { name: name.clone(), class, status: "creating", created, promotion_tier });
        self.wait(at, region, &name, Ripening::InstanceReady);
    }

    /// Begins to delete an instance.
    pub fn delete_instance(&mut self, region: Region, name: &str, moment: &mut Moment<'_>) {
        let instances = self.clusters.iter_mut().filter(|cluster| cluster.region == region);
        let mut instances = instances.flat_map(|cluster| &mut cluster.instances);
        let Some(instance) = instances.find(|instance| instance.name.eq_ignore_ascii_case(name)) else { return };
        instance.status = "deleting";
        let name = instance.name.clone();
        self.due.retain(|due| due.name != name || due.ripening != Ripening::InstanceReady);
        self.wait(moment.tick + moment.between("delete an instance", 120, 300), region, &name, Ripening::InstanceGone);
    }

    /// Begins to delete a cluster, with a last snapshot if a name is given for one.
    pub fn delete_cluster(&mut self, region: Region, name: &str, last: Option<&str>, moment: &mut Moment<'_>) {
        let Some(cluster) = self.cluster_mut(region, name) else { return };
        "deleting".clone_into(&mut cluster.status);
        let cluster = cluster.clone();
        if let Some(last) = last {
            self.final_snapshot(&cluster, last, moment);
        }
        self.due.retain(|due| due.name != cluster.name || due.ripening != Ripening::ClusterReady);
        let at = moment.tick + moment.between("delete a cluster", 300, 420);
        self.wait(at, region, &cluster.name, Ripening::ClusterGone);
    }

    pub(super) fn wait(&mut self, at: i64, region: Region, name: &str, ripening: Ripening) {
        self.due.push(Due { at, region, name: name.to_owned(), ripening });
    }

    /// Does what has become due in the regions that run.
    pub(super) fn ripen(&mut self, moment: &mut Moment<'_>) {
        let ready = |due: &Due| due.at <= moment.tick && moment.power[due.region];
        if !self.due.iter().any(ready) {
            return;
        }
        let (ripe, later) = std::mem::take(&mut self.due).into_iter().partition::<Vec<_>, _>(ready);
        self.due = later;
        for Due { region, name, ripening, .. } in ripe {
            let number = match ripening {
                Ripening::ClusterReady => {
                    if let Some(cluster) = self.cluster_mut(region, &name) {
                        "available".clone_into(&mut cluster.status);
                    }
                    170
                }
                Ripening::ClusterGone => {
                    self.clusters.retain(|cluster| cluster.region != region || cluster.name != name);
                    171
                }
                Ripening::InstanceReady => {
                    let clusters = self.clusters.iter_mut().filter(|cluster| cluster.region == region);
                    let instances = clusters.flat_map(|cluster| &mut cluster.instances);
                    instances.filter(|instance| instance.name == name).for_each(|ready| ready.status = "available");
                    5
                }
                Ripening::InstanceGone => {
                    for cluster in self.clusters.iter_mut().filter(|cluster| cluster.region == region) {
                        cluster.instances.retain(|instance| instance.name != name);
                    }
                    3
                }
                Ripening::SnapshotReady => {
                    self.snapshot_ready(region, &name);
                    75
                }
                Ripening::Detached => {
                    self.detached(region);
                    continue;
                }
            };
            moment.emit_about(number, region, &name);
        }
    }
}
