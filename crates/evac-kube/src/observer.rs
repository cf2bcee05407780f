//! Looks at single objects for a run, by reads only.

use evac_core::{RegionId, SourceError, SourceErrorKind, plan::Check, run::Receipt};
use evac_engine::{Look, Observer, Sight};
use futures::{FutureExt, future::BoxFuture};
use http::Request;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    clusters::Clusters,
    json::text,
    path::path,
    send::send,
    sight::{self, Counts},
};

/// The observer of the clusters of a stack.
pub(crate) struct KubeObserver {
    /// The clusters.
    pub(crate) clusters: Clusters,
}

impl Observer for KubeObserver {
    fn observe<'a>(&'a self, check: &'a Check, _receipt: &'a Receipt) -> BoxFuture<'a, Look> {
        self.look(check).boxed()
    }
}

/// What is looked at, and by which clock.
struct Glance<'a> {
    clusters: &'a Clusters,
    region: &'a RegionId,
    clock: Option<Timestamp>,
}

impl KubeObserver {
    async fn look(&self, check: &Check) -> Look {
        let (Check::ArgoSync { region, .. }
        | Check::Replicas { region, .. }
        | Check::LocationMode { region, .. }
        | Check::Restored { region, .. }) = check
        else {
            let error = SourceError::new(SourceErrorKind::Setup, "this check is none of Kubernetes");
            return Look { source_clock: None, sight: Err(error) };
        };
        let mut glance = Glance { clusters: &self.clusters, region, clock: None };
        let sight = glance.sight(check).await;
        Look { source_clock: glance.clock, sight }
    }
}

impl Glance<'_> {
    async fn sight(&mut self, check: &Check) -> Result<Sight, SourceError> {
        let absent = |kind: &str, name: &str| Sight::Untouched { on: format!("there is no {kind} {name}") };
        match check {
            Check::ArgoSync { namespace, application, automated, .. } => {
                let found = self.object("argoproj.io/v1alpha1", namespace, "applications", application).await?;
                Ok(found.map_or_else(
                    || absent("Application", application),
                    |found| sight::argo_sync(&found, application, *automated),
                ))
            }
            Check::LocationMode { namespace, location, mode, .. } => {
                let found = self.object("velero.io/v1", namespace, "backupstoragelocations", location).await?;
                Ok(found.map_or_else(
                    || absent("storage location", location),
                    |found| sight::location_mode(&found, location, *mode),
                ))
            }
            Check::Restored { namespace, name, .. } => {
                let found = self.object("velero.io/v1", namespace, "restores", name).await?;
                Ok(found.map_or_else(|| absent("Restore", name), |found| sight::restored(&found, name)))
            }
            Check::Replicas { namespace, deployment, wanted, at_least, .. } => {
                let found = self.object("apps/v1", namespace, "deployments", deployment).await?;
                match found {
                    None => Ok(absent("Deployment", deployment)),
                    Some(found) => self.replicas(namespace, deployment, Counts::of(&found), *wanted, *at_least).await,
                }
            }
            _ => Err(SourceError::new(SourceErrorKind::Setup, "this check is none of Kubernetes")),
        }
    }

    async fn replicas(
        &mut self,
        namespace: &str,
        deployment: &str,
        counts: Counts,
        wanted: u32,
        at_least: bool,
    ) -> Result<Sight, SourceError> {
        if !counts.wants(wanted, at_least) {
            let on = format!("Deployment {deployment} wants {} replicas, not {wanted}", counts.wanted);
            if at_least && self.is_to_be_scaled(namespace, deployment, wanted).await {
                return Ok(Sight::Underway { on: format!("its autoscaler: {on}") });
            }
            return Ok(Sight::Untouched { on });
        }
        if wanted == 0 && counts.has(0, false) {
            // A pod that is ending is counted no more, and can still write.
            return Ok(
                match self.pods(namespace, deployment, "").await?.iter().filter(|pod| sight::runs(pod)).count() {
                    0 => Sight::Met { evidence: format!("Deployment {deployment} has no pod left") },
                    left => Sight::Underway { on: format!("the end of {left} pods of Deployment {deployment}") },
                },
            );
        }
        let shown = format!("Deployment {deployment} has {} of {} ready", counts.ready, counts.wanted);
        if counts.has(wanted, at_least) {
            return Ok(Sight::Met { evidence: shown });
        }
        // Why pods have no place is worth a question; without an answer the sight is the same.
        let pending = self.pods(namespace, deployment, "&fieldSelector=status.phase%3DPending&limit=5").await;
        let why = pending.unwrap_or_default().iter().find_map(sight::unplaceable);
        Ok(Sight::Underway { on: why.map_or(shown.clone(), |why| format!("{shown}; a pod has no place: {why}")) })
    }

    /// Whether an autoscaler has been told to bring a Deployment to so many replicas and has not done so yet.
    async fn is_to_be_scaled(&mut self, namespace: &str, deployment: &str, wanted: u32) -> bool {
        let list = format!("/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers");
        let autoscalers = self.get("horizontalpodautoscalers", &list).await.ok().flatten();
        items(autoscalers).iter().any(|autoscaler| sight::will_scale(autoscaler, deployment, wanted))
    }

    /// The pods of a Deployment, those on their way out included.
    async fn pods(&mut self, namespace: &str, deployment: &str, more: &str) -> Result<Vec<Value>, SourceError> {
        let unfit = || SourceError::new(SourceErrorKind::Malformed, "deployments/scale: an answer without a selector");
        let own = path("apps/v1", namespace, "deployments", deployment).map_err(setup)?;
        let scale = self.get("deployments/scale", &format!("{own}/scale")).await?.ok_or_else(unfit)?;
        let selector = text(&scale, "/status/selector").ok_or_else(unfit)?;
        let selector: String = form_urlencoded::byte_serialize(selector.as_bytes()).collect();
        let list = format!("/api/v1/namespaces/{namespace}/pods?labelSelector={selector}{more}");
        let pods = self.get("pods", &list).await?;
        if pods.as_ref().is_none_or(|pods| !pods["items"].is_array()) {
            return Err(SourceError::new(SourceErrorKind::Malformed, "pods: an answer without items"));
        }
        Ok(items(pods))
    }

    async fn object(
        &mut self,
        group: &str,
        namespace: &str,
        plural: &str,
        name: &str,
    ) -> Result<Option<Value>, SourceError> {
        let path = path(group, namespace, plural, name).map_err(setup)?;
        self.get(&format!("{plural}/{name}"), &path).await
    }

    /// What is at a path; `None` when the object is not there, though its kind is.
    async fn get(&mut self, what: &str, path: &str) -> Result<Option<Value>, SourceError> {
        let cluster = self.clusters.of(self.region)?;
        let request = Request::get(path).body(Vec::new()).map_err(|error| setup(error.to_string()))?;
        let reply = send(cluster, what, request, self.clusters.limit).await.map_err(|lost| lost.into_error())?;
        self.clock = reply.clock.or(self.clock);
        if reply.is_success() {
            let broken = || SourceError::new(SourceErrorKind::Malformed, format!("{what}: the answer broke off"));
            return reply.body.ok_or_else(broken).map(Some);
        }
        let names_it = reply.body.as_ref().is_some_and(|body| text(body, "/details/name").is_some());
        if reply.code == 404 && names_it { Ok(None) } else { Err(reply.refusal(what)) }
    }
}

fn items(list: Option<Value>) -> Vec<Value> {
    match list.and_then(|mut list| list.get_mut("items").map(Value::take)) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn setup(why: String) -> SourceError {
    SourceError::new(SourceErrorKind::Setup, why)
}
