//! Endpoints: one listener a service and region, so that each can be cut off by itself.

mod answer;
mod change;
mod connection;
mod cut;
mod dns;
mod log;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

pub use log::{Change, ChangeLog, Tally};
use tokio::{
    net::{TcpListener, TcpSocket, UdpSocket},
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    error::SimError,
    fault::{Fault, FaultTarget},
    runtime::Runtime,
    topology::{Place, Region, Service},
};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 256;

/// One listener.
#[derive(Debug)]
pub struct Endpoint {
    /// What it serves.
    pub service: Service,
    /// Where.
    pub place: Place,
    /// Where it listens, also while it refuses.
    pub address: SocketAddr,
    /// How often it was turned to.
    pub tally: Tally,
    fault: watch::Sender<Option<Fault>>,
    /// The fault that the listener has come to. It follows `fault`.
    reached: watch::Sender<Option<Fault>>,
    /// The same for the socket that takes datagrams, where there is one.
    datagrams: Option<watch::Sender<Option<Fault>>>,
    /// Keeps the port ours while nothing listens on it: without it another process could be given the port, or a
    /// client could be connected to itself.
    _reservation: TcpSocket,
}

impl Endpoint {
    fn bind(service: Service, place: Place) -> io::Result<(Self, TcpListener)> {
        let reservation = socket(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = reservation.local_addr()?;
        let listener = socket(address)?.listen(BACKLOG)?;
        let (fault, reached) = (watch::Sender::new(None), watch::Sender::new(None));
        let datagrams = (service == Service::Resolver).then(|| watch::Sender::new(None));
        let tally = Tally::default();
        Ok((Self { service, place, address, tally, fault, reached, datagrams, _reservation: reservation }, listener))
    }

    /// The stack's region that it serves. Of an endpoint elsewhere it is the first: what is served there is the same
    /// everywhere.
    pub fn region(&self) -> Region {
        self.place.region().unwrap_or(Region::UsEast1)
    }

    /// The fault that it has.
    pub fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    /// The URL of the endpoint.
    pub fn url(&self) -> String {
        let scheme = if self.service == Service::Resolver { "dns" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    fn set_fault(&self, fault: Option<Fault>) {
        self.fault.send_if_modified(|held| std::mem::replace(held, fault) != fault);
    }
}

/// An endpoint with its sockets. One that takes datagrams too needs a port that is free for both.
fn bind(service: Service, place: Place) -> io::Result<(Endpoint, TcpListener, Option<UdpSocket>)> {
    let mut attempts = 16;
    loop {
        let (endpoint, listener) = Endpoint::bind(service, place)?;
        if endpoint.datagrams.is_none() {
            return Ok((endpoint, listener, None));
        }
        match dns::socket(endpoint.address) {
            Ok(socket) => return Ok((endpoint, listener, Some(socket))),
            Err(error) if attempts == 0 => return Err(error),
            Err(_) => attempts -= 1,
        }
    }
}

/// A socket that shares its port with others of ours (`SO_REUSEPORT`): one reserves, one listens.
fn socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Every endpoint of the world.
#[derive(Debug, Clone)]
pub struct Endpoints(Arc<[Arc<Endpoint>]>);

impl Endpoints {
    /// Listens for every service in every region that has an endpoint of it, and serves until `stop`.
    ///
    /// # Errors
    /// When a port cannot be had.
    pub fn open(runtime: &Arc<Runtime>, stop: &CancellationToken, tasks: &TaskTracker) -> Result<Self, SimError> {
        let mut endpoints = Vec::new();
        for service in Service::ALL {
            for place in Place::ALL.into_iter().filter(|place| place.has(service)) {
                let (endpoint, listener, datagrams) = bind(service, place).map_err(SimError::Listen)?;
                let endpoint = Arc::new(endpoint);
                endpoints.push(endpoint.clone());
                if let Some(socket) = datagrams {
                    let (endpoint, runtime) = (endpoint.clone(), runtime.clone());
                    tasks.spawn(dns::datagrams(endpoint, socket, runtime, stop.clone(), tasks.clone()));
                }
                let (runtime, stop, inner) = (runtime.clone(), stop.clone(), tasks.clone());
                tasks.spawn(listen(endpoint, listener, runtime, stop, inner));
            }
        }
        Ok(Self(endpoints.into()))
    }

    /// Every endpoint.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Endpoint>> {
        self.0.iter()
    }

    /// The endpoint that serves a region.
    pub fn find(&self, service: Service, region: Region) -> Option<&Arc<Endpoint>> {
        let home = service.home(region);
        self.iter().find(|endpoint| endpoint.service == service && endpoint.place == home)
    }

    /// The endpoint of a service at a place.
    pub fn at(&self, service: Service, place: Place) -> Option<&Arc<Endpoint>> {
        self.iter().find(|endpoint| endpoint.service == service && endpoint.place == place)
    }

    /// Where the endpoints of a service cannot be had.
    pub fn lost(&self, service: Service) -> Vec<Place> {
        let lost = |fault: Fault| {
            matches!(fault, Fault::Refuse | Fault::Hang | Fault::Reset | Fault::Http500 | Fault::Http503)
        };
        let endpoints = self.iter().filter(|endpoint| endpoint.service == service);
        endpoints.filter(|endpoint| endpoint.fault().is_some_and(lost)).map(|endpoint| endpoint.place).collect()
    }

    /// Sets a fault on all endpoints that the target covers.
    pub fn set_fault(&self, target: FaultTarget, fault: Option<Fault>) {
        for endpoint in self.iter().filter(|endpoint| target.covers(endpoint.place, endpoint.service)) {
            endpoint.set_fault(fault);
        }
    }

    /// Waits until every listener has come to the fault that was set for it.
    pub async fn settle(&self) {
        for endpoint in self.iter() {
            for reached in [Some(&endpoint.reached), endpoint.datagrams.as_ref()].into_iter().flatten() {
                // The sender lives as long as the endpoint, so that waiting cannot fail.
                let _ = reached.subscribe().wait_for(|reached| *reached == endpoint.fault()).await;
            }
        }
    }
}

async fn listen(
    endpoint: Arc<Endpoint>,
    listener: TcpListener,
    runtime: Arc<Runtime>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let mut listener = Some(listener);
    let mut fault = endpoint.fault.subscribe();
    loop {
        let wanted = *fault.borrow_and_update();
        if wanted == Some(Fault::Refuse) {
            listener = None;
        } else if listener.is_none() {
            listener = socket(endpoint.address).and_then(|socket| socket.listen(BACKLOG)).ok();
        }
        endpoint.reached.send_replace(wanted);
        tokio::select! {
            () = stop.cancelled() => return,
            changed = fault.changed() => if changed.is_err() { return },
            accepted = accept(listener.as_ref()) => if let Ok(stream) = accepted {
                endpoint.tally.connected();
                let connection = connection::serve(stream, endpoint.clone(), runtime.clone(), stop.clone());
                tasks.spawn(connection);
            },
        }
    }
}

/// The next connection; without a listener there is none, ever.
async fn accept(listener: Option<&TcpListener>) -> io::Result<tokio::net::TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}
