//! A plain DNS client.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{io, net::SocketAddr};

use hickory_proto::{
    op::{Message, Query},
    rr::{Name, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use crate::common::soon;

/// A question.
pub fn query(name: &str, kind: RecordType) -> Message {
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    query
}

/// What comes back for a datagram.
pub async fn over_udp(resolver: SocketAddr, query: &Message) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket.connect(resolver).await?;
    socket.send(&query.to_vec().unwrap()).await?;
    let mut answer = vec![0; 4096];
    let length = soon(socket.recv(&mut answer)).await?;
    answer.truncate(length);
    Ok(answer)
}

/// What comes back over a connection.
pub async fn over_tcp(resolver: SocketAddr, query: &Message) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(resolver).await?;
    let query = query.to_vec().unwrap();
    stream.write_u16(u16::try_from(query.len()).unwrap()).await?;
    stream.write_all(&query).await?;
    let mut answer = vec![0; usize::from(soon(stream.read_u16()).await?)];
    soon(stream.read_exact(&mut answer)).await?;
    Ok(answer)
}

/// The answer to a question, over a datagram.
pub async fn resolved(resolver: SocketAddr, name: &str, kind: RecordType) -> Message {
    let query = query(name, kind);
    let answer = Message::from_vec(&over_udp(resolver, &query).await.unwrap()).unwrap();
    assert_eq!((answer.metadata.id, &answer.queries), (query.metadata.id, &query.queries));
    answer
}

/// The IPv4 addresses of a name.
pub async fn addresses(resolver: SocketAddr, name: &str) -> Vec<String> {
    let answer = resolved(resolver, name, RecordType::A).await;
    answer.answers.iter().map(|record| record.data.to_string()).collect()
}
