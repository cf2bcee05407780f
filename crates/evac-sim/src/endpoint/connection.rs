//! One connection: served, until a fault or the end cuts it.

use std::{convert::Infallible, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
};
use tokio_util::sync::CancellationToken;

use super::{Endpoint, answer, cut::Cut, dns};
use crate::{fault::Fault, runtime::Runtime, topology::Service};

/// Serves a connection to its end.
pub async fn serve(stream: TcpStream, endpoint: Arc<Endpoint>, runtime: Arc<Runtime>, stop: CancellationToken) {
    let mut fault = endpoint.fault.subscribe();
    if *fault.borrow_and_update() == Some(Fault::Hang) {
        hold(&mut fault, &stop).await;
        return reset(&stream);
    }
    // Small answers must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    if endpoint.service == Service::Resolver {
        let mut stream = stream;
        dns::converse(&mut stream, &endpoint, &runtime, &stop).await;
        return;
    }
    let (cuts, mut cut) = mpsc::unbounded_channel();
    let service = service_fn(move |request| {
        let (endpoint, runtime, cuts) = (endpoint.clone(), runtime.clone(), cuts.clone());
        async move { Ok::<_, Infallible>(answer::answer(&endpoint, &runtime, request, cuts).await) }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let end = loop {
        tokio::select! {
            // First the connection, so that what was written is on its way before a cut is looked at.
            biased;
            _ = &mut connection => return,
            asked = cut.recv() => break asked.unwrap_or(Cut::Close),
            () = stop.cancelled() => break Cut::Close,
            changed = fault.changed() => {
                let now = *fault.borrow_and_update();
                match now {
                    _ if changed.is_err() => break Cut::Close,
                    // What heals, only slows down or waits for a change to lose leaves connections alone.
                    None | Some(Fault::Delay { .. }) => {}
                    Some(fault) if fault.spares_reads() => {}
                    Some(Fault::Hang) => {
                        // Not polled any more, the connection stands still in the middle of whatever it does.
                        hold(&mut fault, &stop).await;
                        break Cut::Reset;
                    }
                    Some(_) => break Cut::Reset,
                }
            }
        }
    };
    let stream = connection.into_parts().io.into_inner();
    if end == Cut::Reset {
        reset(&stream);
    }
}

/// Waits until the endpoint no longer hangs.
async fn hold(fault: &mut watch::Receiver<Option<Fault>>, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        _ = fault.wait_for(|fault| *fault != Some(Fault::Hang)) => {}
    }
}

/// Makes the close that follows a reset: unsent data is dropped and the peer gets RST.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
