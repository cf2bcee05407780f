//! How every region that a run may call is reached.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use evac_core::{RegionId, SourceError, SourceErrorKind, Stack, stack::CONTROL_PLANE_REGION};

use crate::access::{Manner, RegionAccess};

/// The accesses by region, and the one to what is global. A region that could not be set up keeps its reason, and
/// stops no other.
pub(crate) struct Accesses {
    regions: BTreeMap<RegionId, Result<RegionAccess, SourceError>>,
    /// The access to us-east-1, where the stack has no such region.
    home: Option<RegionAccess>,
}

impl Accesses {
    /// Reads the settings of all regions that the stack names anywhere, without a call over the network.
    pub(crate) async fn load(stack: &Stack, stack_directory: &Path, manner: Manner) -> Self {
        let http = manner.http_client(stack);
        let mut regions = BTreeMap::new();
        for region in named(stack) {
            let access = RegionAccess::load(stack, region, stack_directory, http.clone(), manner).await;
            regions.insert(region.clone(), access);
        }
        let stands_in = stack.control_plane_region().filter(|region| region.as_str() != CONTROL_PLANE_REGION);
        let access = stands_in.and_then(|region| regions.get(region)?.as_ref().ok());
        let home = access.zip(CONTROL_PLANE_REGION.parse().ok());
        let home = home.map(|(access, home)| access.in_region(&home, stack.clock.rate));
        Self { regions, home }
    }

    /// The access to a region.
    pub(crate) fn of(&self, region: &RegionId) -> Result<&RegionAccess, SourceError> {
        match self.regions.get(region) {
            Some(access) => access.as_ref().map_err(SourceError::clone),
            None => Err(SourceError::new(
                SourceErrorKind::Setup,
                format!("the stack file does not name the region {region}"),
            )),
        }
    }

    /// Every access that could be set up.
    pub(crate) fn all(&self) -> impl Iterator<Item = &RegionAccess> {
        self.regions.values().filter_map(|access| access.as_ref().ok()).chain(&self.home)
    }

    /// The access to us-east-1, where it is none of the stack's regions.
    pub(crate) fn home(&self) -> Option<&RegionAccess> {
        self.home.as_ref()
    }

    /// The access to what is global: Route 53's control plane, which is in us-east-1.
    pub(crate) fn global(&self) -> Result<&RegionAccess, SourceError> {
        match (&self.home, self.regions.get(CONTROL_PLANE_REGION)) {
            (Some(home), _) => Ok(home),
            (None, Some(access)) => access.as_ref().map_err(SourceError::clone),
            (None, None) => Err(SourceError::new(SourceErrorKind::Setup, "the primary region is not set up")),
        }
    }
}

/// Every region that the stack names: its own, and those where only an endpoint, the lease or the journal is.
fn named(stack: &Stack) -> BTreeSet<&RegionId> {
    let controls = stack.traffic.iter().filter_map(|traffic| traffic.routing_control.as_ref());
    let endpoints = controls.flat_map(|control| control.endpoints.keys());
    let leases = stack.lease.iter().flat_map(|lease| &lease.regions);
    let journals = stack.journal.iter().flat_map(|journal| journal.buckets.keys());
    stack.regions.keys().chain(endpoints).chain(leases).chain(journals).collect()
}
