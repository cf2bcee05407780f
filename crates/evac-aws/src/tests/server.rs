//! The server: one answer a request, written by the test, and the connection closed after it.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A request, as far as a test looks at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// Such as `GET /bucket?replication`.
    pub(super) line: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The operation, wherever the protocol puts it.
    pub(super) fn asks(&self, what: &str) -> bool {
        let body = String::from_utf8_lossy(&self.body);
        self.line.contains(what) || body.contains(what) || self.header("x-amz-target").contains(what)
    }
}

/// What the server does with a request.
pub(super) enum Reply {
    Answer {
        status: u16,
        date: &'static str,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The head and half of the body, then the end of the connection.
    Half(Box<Reply>),
    /// Nothing, for as long as the client waits.
    Silence,
    /// The end of the connection.
    Close,
}

/// The `Date` of answers, unless a test says otherwise.
pub(super) const DATE: &str = "Wed, 04 Mar 2026 05:06:30 GMT";

impl Reply {
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status, date: DATE, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    /// An object of S3.
    pub(super) fn object(body: impl Into<Vec<u8>>) -> Self {
        Self::ok(body).with("etag", "\"e1\"")
    }

    /// A refusal in the XML of RDS and STS.
    pub(super) fn refusal(status: u16, code: &str, message: &str) -> Self {
        let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
        Self::new(status, format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
    }

    pub(super) fn dated(mut self, new: &'static str) -> Self {
        if let Self::Answer { date, .. } = &mut self {
            *date = new;
        }
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Answer { status, date, headers, body } => {
                let mut text = format!("HTTP/1.1 {status} X\r\ndate: {date}\r\nconnection: close\r\n");
                for (name, value) in headers {
                    text.push_str(&format!("{name}: {value}\r\n"));
                }
                text.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
                let mut bytes = text.into_bytes();
                bytes.extend(body);
                Some(bytes)
            }
            Self::Half(reply) => {
                let mut bytes = reply.bytes()?;
                let body = if let Self::Answer { body, .. } = &**reply { body.len() } else { 0 };
                bytes.truncate(bytes.len() - body / 2);
                Some(bytes)
            }
            Self::Silence | Self::Close => None,
        }
    }
}

/// A running server; dropping it ends it.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), seen.clone()));
            }
        });
        Self { url, requests, task }
    }

    /// The requests that have come so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many of them asked for this.
    pub(super) fn count(&self, what: &str) -> usize {
        self.requests().iter().filter(|request| request.asks(what)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<A>(mut stream: TcpStream, answer: Arc<A>, seen: Arc<Mutex<Vec<Request>>>)
where
    A: Fn(&Request) -> Reply,
{
    let Some(request) = read(&mut stream).await else { return };
    let reply = answer(&request);
    seen.lock().unwrap().push(request);
    if let Reply::Silence = reply {
        // Until the client gives up and closes.
        let _ = stream.read(&mut [0]).await;
    }
    if let Some(bytes) = reply.bytes() {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut request = Request { line, headers: lines.filter_map(header).collect(), body: Vec::new() };
    let length: usize = request.header("content-length").parse().unwrap_or_default();
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = bytes[head + 4..].to_vec();
    Some(request)
}
