//! The table of kinds: everything that discovery, lists, tables and validation need to know about a resource.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{built_in, json, schema::Schema, schema_file};

/// A resource by group and plural name. No group here serves one plural in two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// The API group; "" is the core group.
    pub group: &'static str,
    /// The plural name in paths.
    pub plural: &'static str,
}

/// One printer column of a custom kind.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The heading.
    pub name: &'static str,
    /// `string`, `integer`, `boolean` or `date` (shown as an age).
    pub format: &'static str,
    /// The field, as `.status.phase`.
    pub path: &'static str,
}

/// One kind.
#[derive(Debug)]
pub struct Kind {
    /// Group and plural.
    pub resource: Resource,
    /// The version served.
    pub version: &'static str,
    /// The name in objects.
    pub kind: &'static str,
    /// The singular name in commands.
    pub singular: String,
    /// Short names in commands.
    pub short_names: Vec<&'static str>,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Whether status is written through `/status` only.
    pub has_status: bool,
    /// Whether `/scale` is served.
    pub has_scale: bool,
    /// Whether it belongs to `kubectl get all`.
    pub in_all: bool,
    /// Field selectors beyond the name and namespace.
    pub selectable: &'static [&'static str],
    /// The structural schema of a custom kind.
    pub schema: Option<Schema>,
    /// The printer columns of a custom kind after its name.
    pub columns: Vec<Column>,
}

impl Kind {
    /// `velero.io/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.resource.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.resource.group, self.version)
        }
    }

    /// `backups.velero.io`, or `pods`.
    pub fn qualified_plural(&self) -> String {
        qualified(self.resource.plural, self.resource.group)
    }

    /// `Backup.velero.io`, or `Pod`.
    pub fn qualified_kind(&self) -> String {
        qualified(self.kind, self.resource.group)
    }

    /// Whether it stands for a CustomResourceDefinition.
    pub fn is_custom(&self) -> bool {
        self.schema.is_some()
    }
}

fn qualified(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

static KINDS: LazyLock<BTreeMap<Resource, Kind>> = LazyLock::new(|| {
    built_in::kinds()
        .into_iter()
        .chain(schema_file::kinds(include_str!("schemas/velero.txt")))
        .chain(schema_file::kinds(include_str!("schemas/chaos_mesh.txt")))
        .chain(schema_file::kinds(include_str!("schemas/argo_cd.txt")))
        .map(|kind| (kind.resource, kind))
        .collect()
});

/// All kinds, by group and plural.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    KINDS.values()
}

/// The kind of a resource.
pub fn find(group: &str, plural: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.resource.group == group && kind.resource.plural == plural)
}

/// The kind of a resource that this crate names itself. `None` only if the table lost it, which a test forbids.
pub fn of(resource: Resource) -> Option<&'static Kind> {
    KINDS.get(&resource)
}

/// The kind that an object says it is of.
pub fn of_object(object: &serde_json::Value) -> Option<&'static Kind> {
    let (version, name) = (json::text(object, "/apiVersion"), json::text(object, "/kind"));
    all().find(|kind| kind.kind == name && kind.api_version() == version)
}

/// The resources that controllers name.
pub mod resource {
    use super::Resource;

    macro_rules! resources {
        ($($name:ident = $group:literal $plural:literal;)*) => {
            $(#[doc = concat!("`", $plural, "`")] pub const $name: Resource = Resource { group: $group, plural: $plural };)*
            /// Every resource named here.
            #[cfg(test)]
            pub const NAMED: &[Resource] = &[$($name),*];
        };
    }

    resources! {
        NAMESPACES = "" "namespaces";
        PODS = "" "pods";
        NODES = "" "nodes";
        EVENTS = "" "events";
        CONFIG_MAPS = "" "configmaps";
        SERVICES = "" "services";
        SECRETS = "" "secrets";
        SERVICE_ACCOUNTS = "" "serviceaccounts";
        CLAIMS = "" "persistentvolumeclaims";
        VOLUMES = "" "persistentvolumes";
        AUTOSCALERS = "autoscaling" "horizontalpodautoscalers";
        APPLICATIONS = "argoproj.io" "applications";
        DEPLOYMENTS = "apps" "deployments";
        REPLICA_SETS = "apps" "replicasets";
        JOBS = "batch" "jobs";
        BACKUPS = "velero.io" "backups";
        SCHEDULES = "velero.io" "schedules";
        RESTORES = "velero.io" "restores";
        BACKUP_LOCATIONS = "velero.io" "backupstoragelocations";
        SNAPSHOT_LOCATIONS = "velero.io" "volumesnapshotlocations";
        DELETE_REQUESTS = "velero.io" "deletebackuprequests";
        DOWNLOAD_REQUESTS = "velero.io" "downloadrequests";
        SERVER_STATUS_REQUESTS = "velero.io" "serverstatusrequests";
        POD_VOLUME_RESTORES = "velero.io" "podvolumerestores";
        DATA_DOWNLOADS = "velero.io" "datadownloads";
        NETWORK_CHAOS = "chaos-mesh.org" "networkchaos";
        POD_CHAOS = "chaos-mesh.org" "podchaos";
        CHAOS_SCHEDULES = "chaos-mesh.org" "schedules";
        WORKFLOWS = "chaos-mesh.org" "workflows";
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_resource_that_controllers_name_is_served() {
        for named in resource::NAMED {
            assert!(of(*named).is_some(), "{named:?} is not in the table");
        }
    }

    #[test]
    fn no_custom_kind_has_a_status_subresource() {
        for kind in all().filter(|kind| kind.is_custom()) {
            assert!(!kind.has_status && kind.namespaced, "{}", kind.qualified_kind());
        }
    }

    #[test]
    fn schedules_names_two_kinds() {
        assert_eq!(all().filter(|kind| kind.resource.plural == "schedules").count(), 2);
    }
}
