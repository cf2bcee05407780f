//! Services: each gets an address inside of the cluster.

use serde_json::json;

use crate::kube::{
    control_plane::{ControlPlane, hash},
    json,
    store::ObjectKey,
};

/// A service changed: one without an address gets one.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let place = hash(&format!("{}/{}", key.namespace, key.name));
    plane.store.update(key, |service| {
        if json::text(service, "/spec/clusterIP").is_empty() && json::text(service, "/spec/type") != "ExternalName" {
            let address = format!("172.20.{}.{}", place & 255, (place >> 8 & 0xff).max(1));
            json::put(service, &["spec", "clusterIP"], address.as_str());
            json::put(service, &["spec", "clusterIPs"], json!([address]));
        }
    });
}
