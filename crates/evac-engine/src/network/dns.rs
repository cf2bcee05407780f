//! Asks one resolver for one name, as a stub resolver does: over UDP, and over TCP when the answer was cut off.

use std::{collections::BTreeSet, io, net::SocketAddr, time::Duration};

use evac_core::ids::DnsName;
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RData, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

/// The longest datagram that is read.
const DATAGRAM: usize = 4096;

/// What a resolver answered: values, and for how much longer it will give them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// The values of the type that was asked for, as text.
    pub(super) values: BTreeSet<String>,
    /// The shortest time to live of them, in seconds.
    pub(super) ttl: Option<u32>,
}

/// The resolvers of this machine, from `/etc/resolv.conf`.
pub(super) fn system_resolvers() -> Vec<SocketAddr> {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = text.lines().filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok());
    servers.map(|address| SocketAddr::new(address, 53)).collect()
}

/// Asks for a name. An answer that says that there is nothing of it is an empty one; everything else is an error.
pub(super) async fn resolve(
    resolver: SocketAddr,
    name: &DnsName,
    kind: &str,
    patience: Duration,
) -> Result<Resolved, String> {
    let wrong = |error: &dyn std::fmt::Display| evac_core::text::clean(&error.to_string());
    let kind: RecordType = kind.parse().map_err(|_| format!("`{kind}` is no type of record"))?;
    let asked = Name::from_ascii(format!("{}.", name.as_str())).map_err(|error| wrong(&error))?;
    let mut query = Message::new(fastrand::u16(..), MessageType::Query, OpCode::Query);
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(asked, kind));
    let bytes = query.to_vec().map_err(|error| wrong(&error))?;
    let exchange = async {
        let answer = over_udp(resolver, &bytes, query.metadata.id).await?;
        if answer.metadata.truncation { over_tcp(resolver, &bytes, query.metadata.id).await } else { Ok(answer) }
    };
    let answer = match timeout(patience, exchange).await {
        Err(_) => return Err("no answer in time".to_owned()),
        Ok(Err(error)) => return Err(wrong(&error)),
        Ok(Ok(answer)) => answer,
    };
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => Ok(read(&answer, kind)),
        code => Err(format!("it answers {code}")),
    }
}

fn read(answer: &Message, kind: RecordType) -> Resolved {
    let fit = answer.answers.iter().filter(|record| record.record_type() == kind);
    let text = |data: &RData| data.to_string().trim_end_matches('.').to_ascii_lowercase();
    Resolved { values: fit.clone().map(|record| text(&record.data)).collect(), ttl: fit.map(|record| record.ttl).min() }
}

async fn over_udp(resolver: SocketAddr, query: &[u8], id: u16) -> io::Result<Message> {
    let any = if resolver.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).await?;
    // Connected, so that nobody else's datagram is taken for the answer.
    socket.connect(resolver).await?;
    socket.send(query).await?;
    let mut buffer = vec![0; DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let answer = buffer.get(..length).and_then(|bytes| Message::from_vec(bytes).ok());
        if let Some(answer) = answer.filter(|answer| answer.metadata.id == id) {
            return Ok(answer);
        }
    }
}

async fn over_tcp(resolver: SocketAddr, query: &[u8], id: u16) -> io::Result<Message> {
    let mut stream = TcpStream::connect(resolver).await?;
    let length = u16::try_from(query.len()).map_err(io::Error::other)?;
    stream.write_u16(length).await?;
    stream.write_all(query).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    let answer = Message::from_vec(&answer).map_err(io::Error::other)?;
    if answer.metadata.id == id { Ok(answer) } else { Err(io::Error::other("the answer to another question")) }
}
