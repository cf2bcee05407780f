//! Which controller looks at which object.
//!
//! A controller is told that an object changed, or is woken at a time it asked for. It may be told too often, so it
//! acts on the object's state and never on the telling.

use std::sync::Arc;

use serde_json::Value;

use super::{
    argo_cd, chaos,
    control_plane::ControlPlane,
    kinds::resource,
    store::ObjectKey,
    timers::Wake,
    velero::{backups, deletion, locations, requests, restores, schedules, server, transfers},
    workloads::{autoscalers, deployments, jobs, namespaces, nodes, pods, services, volumes},
};

/// An object was created, changed or removed; `last` is its newest state.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey, last: &Arc<Value>) {
    if plane.store.get(key).is_none() {
        plane.timers.cancel(&Wake::Object(key.clone()));
        removed(plane, key, last);
        return;
    }
    if key.resource.group == "velero.io" && !plane.velero_runs {
        return;
    }
    match key.resource {
        resource::BACKUPS => backups::changed(plane, key),
        resource::SCHEDULES => schedules::changed(plane, key),
        resource::RESTORES => restores::changed(plane, key),
        resource::BACKUP_LOCATIONS => locations::changed(plane, key),
        resource::DELETE_REQUESTS => deletion::changed(plane, key),
        resource::DOWNLOAD_REQUESTS | resource::SERVER_STATUS_REQUESTS => requests::changed(plane, key),
        resource::POD_VOLUME_RESTORES | resource::DATA_DOWNLOADS => transfers::changed(plane, key),
        resource::DEPLOYMENTS => {
            deployments::reconcile(plane, key);
            deployment_changed(plane, key);
        }
        resource::PODS => pods::changed(plane, key, last),
        resource::NAMESPACES => namespaces::changed(plane, key),
        resource::JOBS => jobs::changed(plane, key),
        resource::SERVICES => services::changed(plane, key),
        resource::CLAIMS => volumes::claim_changed(plane, key),
        resource::AUTOSCALERS => autoscalers::changed(plane, key),
        resource::APPLICATIONS => argo_cd::changed(plane, key),
        resource::NETWORK_CHAOS | resource::POD_CHAOS => chaos::experiments::changed(plane, key),
        resource::CHAOS_SCHEDULES => chaos::schedules::changed(plane, key),
        resource::WORKFLOWS => chaos::workflows::changed(plane, key),
        _ => {}
    }
}

fn removed(plane: &mut ControlPlane, key: &ObjectKey, last: &Arc<Value>) {
    match key.resource {
        resource::BACKUPS => backups::removed(plane, key),
        resource::RESTORES => restores::removed(plane, key),
        resource::DEPLOYMENTS => {
            deployments::removed(plane, key);
            deployment_changed(plane, key);
        }
        resource::PODS => deployments::pod_changed(plane, last),
        resource::CLAIMS => volumes::claim_removed(plane, last),
        _ => {}
    }
}

/// Those that rule over deployments look at one that changed or went.
fn deployment_changed(plane: &mut ControlPlane, key: &ObjectKey) {
    autoscalers::deployment_changed(plane, key);
    argo_cd::deployment_changed(plane, key);
    server::deployment_changed(plane, key);
}

/// A time has come that a controller asked for.
pub fn wake(plane: &mut ControlPlane, wake: &Wake) {
    if server::puts_off(plane, wake) {
        return;
    }
    let key = match wake {
        Wake::ExpiredBackups => return deletion::collect_expired(plane),
        Wake::NodeHeartbeat => return nodes::heartbeat(plane),
        Wake::Object(key) => key,
    };
    match key.resource {
        resource::BACKUPS => backups::step(plane, key),
        resource::SCHEDULES => schedules::fire(plane, key),
        resource::RESTORES => restores::step(plane, key),
        resource::BACKUP_LOCATIONS => locations::validate(plane, key),
        resource::DELETE_REQUESTS => deletion::step(plane, key),
        resource::DOWNLOAD_REQUESTS | resource::SERVER_STATUS_REQUESTS => requests::step(plane, key),
        resource::POD_VOLUME_RESTORES | resource::DATA_DOWNLOADS => transfers::step(plane, key),
        resource::PODS => pods::step(plane, key),
        resource::CLAIMS => volumes::bind(plane, key),
        resource::AUTOSCALERS => autoscalers::look(plane, key),
        resource::APPLICATIONS => argo_cd::heal(plane, key),
        resource::NAMESPACES => namespaces::finish(plane, key),
        resource::JOBS => jobs::step(plane, key),
        resource::NETWORK_CHAOS | resource::POD_CHAOS => chaos::experiments::step(plane, key),
        resource::CHAOS_SCHEDULES => chaos::schedules::fire(plane, key),
        resource::WORKFLOWS => chaos::workflows::step(plane, key),
        _ => {}
    }
}
