//! The resolver of a region: DNS over UDP and TCP on one port.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hickory_proto::{
    op::{Message, MessageType, OpCode, ResponseCode},
    rr::{Name, RData, Record, RecordType, rdata::TXT},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Endpoint;
use crate::{
    fault::Fault,
    runtime::Runtime,
    topology::ZONE_NAME,
    world::{World, traffic::resolver::Answered},
};

/// What a client takes in a datagram if it says nothing else.
const SMALLEST_DATAGRAM: usize = 512;
/// The most that a datagram holds here.
const LARGEST_DATAGRAM: u16 = 1232;
/// How many aliases are followed.
const MOST_ALIASES: usize = 8;
/// How long to wait for the port of a resolver that comes back, if something else has it.
const RETRY: Duration = Duration::from_millis(20);
/// A message that is none.
const GARBAGE: &[u8] = b"\x00\xff\xfe not a message \x1b[31m";

/// A socket for datagrams at an address.
pub fn socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Answers datagrams, until the end.
pub async fn datagrams(
    endpoint: Arc<Endpoint>,
    socket: UdpSocket,
    runtime: Arc<Runtime>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let mut socket = Some(Arc::new(socket));
    let mut fault = endpoint.fault.subscribe();
    let mut buffer = vec![0; usize::from(LARGEST_DATAGRAM)];
    loop {
        let wanted = *fault.borrow_and_update();
        if wanted == Some(Fault::Refuse) {
            socket = None;
        } else if socket.is_none() {
            socket = self::socket(endpoint.address).ok().map(Arc::new);
        }
        let is_reached = socket.is_some() || wanted == Some(Fault::Refuse);
        if let Some(reached) = endpoint.datagrams.as_ref().filter(|_| is_reached) {
            reached.send_replace(wanted);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            changed = fault.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(RETRY), if !is_reached => {}
            received = receive(socket.as_deref(), &mut buffer) => {
                if let (Ok((length, from)), Some(socket)) = (received, socket.clone()) {
                    let (endpoint, runtime, query) = (endpoint.clone(), runtime.clone(), buffer[..length].to_vec());
                    tasks.spawn(async move {
                        if let Some(reply) = reply(&endpoint, &runtime, &query, true).await {
                            // A client that has gone is none of ours to care for.
                            let _ = socket.send_to(&reply, from).await;
                        }
                    });
                }
            }
        }
    }
}

/// The next datagram; without a socket there is none, ever.
async fn receive(socket: Option<&UdpSocket>, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
    match socket {
        Some(socket) => socket.recv_from(buffer).await,
        None => std::future::pending().await,
    }
}

/// Answers the messages of a connection. A fault that begins ends it.
pub async fn converse(stream: &mut TcpStream, endpoint: &Endpoint, runtime: &Runtime, stop: &CancellationToken) {
    let mut fault = endpoint.fault.subscribe();
    fault.borrow_and_update();
    loop {
        let exchange = async {
            let mut query = vec![0; usize::from(stream.read_u16().await?)];
            stream.read_exact(&mut query).await?;
            let reply = reply(endpoint, runtime, &query, false).await.ok_or(io::ErrorKind::ConnectionReset)?;
            let half = if endpoint.fault() == Some(Fault::Truncate) { reply.len() / 2 } else { reply.len() };
            stream.write_u16(u16::try_from(reply.len()).unwrap_or(u16::MAX)).await?;
            stream.write_all(&reply[..half]).await?;
            if half < reply.len() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok::<_, io::Error>(()) }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = fault.changed() => return,
            exchanged = exchange => if exchanged.is_err() { return },
        }
    }
}

/// The answer to a message, or silence.
async fn reply(endpoint: &Endpoint, runtime: &Runtime, query: &[u8], is_datagram: bool) -> Option<Vec<u8>> {
    endpoint.tally.asked();
    let fault = endpoint.fault();
    if let Some(delay) = fault.and_then(Fault::delay) {
        tokio::time::sleep(delay).await;
    }
    let request =
        Message::from_vec(query).ok().filter(|request| request.metadata.message_type == MessageType::Query)?;
    let mut response = response(&request);
    match fault {
        Some(Fault::Hang | Fault::Reset) => return None,
        Some(Fault::Garbage) => return Some(GARBAGE.to_vec()),
        Some(Fault::Http500 | Fault::Http503) => response.metadata.response_code = ResponseCode::ServFail,
        Some(Fault::Throttle) => response.metadata.response_code = ResponseCode::Refused,
        Some(Fault::WrongType) => response.answers.push(hostile()),
        _ => serve(&mut runtime.world(), endpoint, &request, &mut response),
    }
    let whole = response.to_vec().ok()?;
    let room = usize::from(request.edns.as_ref().map_or(0, |edns| edns.max_payload().min(LARGEST_DATAGRAM)));
    let too_long = whole.len() > room.max(SMALLEST_DATAGRAM) || fault == Some(Fault::Truncate);
    if is_datagram && too_long { response.truncate().to_vec().ok() } else { Some(whole) }
}

fn response(request: &Message) -> Message {
    let mut response = Message::response(request.metadata.id, request.metadata.op_code);
    response.metadata.recursion_desired = request.metadata.recursion_desired;
    response.metadata.recursion_available = true;
    response.add_queries(request.queries.iter().cloned());
    if let Some(edns) = &request.edns {
        let mut edns = edns.clone();
        edns.set_max_payload(LARGEST_DATAGRAM);
        response.set_edns(edns);
    }
    response
}

/// A record that nobody asked for, with text that no terminal should see.
fn hostile() -> Record {
    Record::from_rdata(Name::root(), 1, RData::TXT(TXT::new(vec!["\u{1b}[31m\u{7} not what you asked for".to_owned()])))
}

fn serve(world: &mut World, endpoint: &Endpoint, request: &Message, response: &mut Message) {
    let code = &mut response.metadata.response_code;
    if request.metadata.op_code != OpCode::Query {
        *code = ResponseCode::NotImp;
        return;
    }
    let [query] = request.queries.as_slice() else {
        *code = ResponseCode::FormErr;
        return;
    };
    let noise = world.noise;
    let mut ask =
        |name: &str, kind: RecordType| world.traffic.resolve(endpoint.region(), name, &kind.to_string(), noise);
    let mut name = query.name().clone();
    for _ in 0..MOST_ALIASES {
        let plain = plain(&name);
        if plain != ZONE_NAME && !plain.ends_with(&format!(".{ZONE_NAME}")) {
            // The world knows one zone. An alias that leaves it ends there.
            if response.answers.is_empty() {
                *code = ResponseCode::Refused;
            }
            return;
        }
        let answered = ask(&plain, query.query_type());
        if !answered.exists {
            *code = ResponseCode::NXDomain;
        }
        let records = records(&name, &answered);
        if records.is_empty() {
            response.authorities.extend(self::records(&zone(), &ask(ZONE_NAME, RecordType::SOA)));
            return;
        }
        let alias = records.iter().find_map(|record| match &record.data {
            RData::CNAME(alias) if query.query_type() != RecordType::CNAME => Some(alias.0.clone()),
            _ => None,
        });
        response.answers.extend(records);
        match alias {
            Some(alias) => name = alias,
            None => return,
        }
    }
}

fn plain(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

fn zone() -> Name {
    Name::from_ascii(format!("{ZONE_NAME}.")).unwrap_or_default()
}

/// The records of an answer. Values that are none of their type are left out, as a name server would never have them.
fn records(name: &Name, answered: &Answered) -> Vec<Record> {
    let Ok(kind) = answered.kind.parse::<RecordType>() else { return Vec::new() };
    let ttl = u32::try_from(answered.ttl).unwrap_or(0);
    let values = answered.values.iter().filter_map(|value| RData::try_from_str(kind, value).ok());
    values.map(|value| Record::from_rdata(name.clone(), ttl, value)).collect()
}
