//! Where a pod fits: the first ready node, by name from the pod's own offset, whose free requests hold it.

use serde_json::Value;

use super::{nodes, volumes};
use crate::kube::{
    control_plane::{ControlPlane, hash},
    json,
    kinds::resource,
};

/// CPU in thousandths of a core, and memory in MiB.
type Requests = (u64, u64);

/// The node for a pod, or why there is none, in the words of the real scheduler.
pub fn node_for(plane: &ControlPlane, pod: &Value) -> Result<String, String> {
    if !volumes::are_bound(plane, pod) {
        return Err("0 nodes are available: pod has unbound immediate PersistentVolumeClaims.".to_owned());
    }
    let wanted = requests(pod);
    let all: Vec<_> = plane.store.list(resource::NODES, None).cloned().collect();
    let mut short = 0;
    let mut down = 0;
    let offset = hash(json::text(pod, "/metadata/name")) as usize;
    for index in 0..all.len() {
        let node = &all[(index + offset % all.len()) % all.len()];
        let name = json::text(node, "/metadata/name");
        if !nodes::is_ready(plane, name) || json::flag(node, "/spec/unschedulable") {
            down += 1;
            continue;
        }
        let used = used_on(plane, name);
        let cpu = millis(json::text(node, "/status/allocatable/cpu"));
        let memory = mebibytes(json::text(node, "/status/allocatable/memory"));
        if used.0 + wanted.0 <= cpu && used.1 + wanted.1 <= memory {
            return Ok(name.to_owned());
        }
        short += 1;
    }
    Err(format!(
        "0/{} nodes are available: {short} Insufficient cpu or memory, {down} node(s) were not ready or unschedulable.",
        all.len()
    ))
}

fn used_on(plane: &ControlPlane, node: &str) -> Requests {
    plane
        .store
        .list(resource::PODS, None)
        .filter(|pod| json::text(pod, "/spec/nodeName") == node)
        .map(|pod| requests(pod))
        .fold((0, 0), |sum, pod| (sum.0 + pod.0, sum.1 + pod.1))
}

fn requests(pod: &Value) -> Requests {
    json::list(pod, "/spec/containers").iter().fold((0, 0), |sum, container| {
        let cpu = millis(json::text(container, "/resources/requests/cpu"));
        let memory = mebibytes(json::text(container, "/resources/requests/memory"));
        (sum.0 + cpu, sum.1 + memory)
    })
}

/// A CPU quantity in thousandths of a core: `250m`, `2`, `1.5`.
fn millis(quantity: &str) -> u64 {
    match quantity.strip_suffix('m') {
        Some(millis) => millis.parse().unwrap_or_default(),
        None => (quantity.parse::<f64>().unwrap_or_default() * 1000.0) as u64,
    }
}

/// A memory quantity in MiB.
fn mebibytes(quantity: &str) -> u64 {
    let units =
        [("Ki", 1.0 / 1024.0), ("Mi", 1.0), ("Gi", 1024.0), ("Ti", 1024.0 * 1024.0), ("M", 0.954), ("G", 953.7)];
    let scaled = units.into_iter().find_map(|(unit, size)| Some((quantity.strip_suffix(unit)?, size)));
    let (number, size) = scaled.unwrap_or((quantity, 1.0 / 1_048_576.0));
    (number.parse::<f64>().unwrap_or_default() * size).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quantities() {
        assert_eq!((millis("250m"), millis("2"), millis("1.5"), millis("")), (250, 2000, 1500, 0));
        assert_eq!((mebibytes("512Mi"), mebibytes("2Gi"), mebibytes("1048576"), mebibytes("")), (512, 2048, 1, 0));
    }
}
