//! Answers that break off in the middle.

use axum::body::{Body, Bytes, HttpBody};
use futures::{StreamExt, stream};
use http::{HeaderValue, Response, header::CONTENT_LENGTH};
use tokio::sync::mpsc::UnboundedSender;

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// With an orderly close.
    Close,
    /// With a reset.
    Reset,
}

/// The answer with the first half of its body, after which the connection is cut. The length that it declares is
/// that of the whole body, so that the loss shows.
pub async fn in_half(response: Response<Body>, cut: Cut, cuts: UnboundedSender<Cut>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let length = body.size_hint().exact();
    let mut frames = body.into_data_stream();
    let first = match frames.next().await {
        Some(Ok(first)) => first,
        _ => Bytes::new(),
    };
    if let Some(length) = length.filter(|_| !parts.headers.contains_key(CONTENT_LENGTH)) {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let half = first.slice(..first.len() / 2);
    let rest = stream::once(async move {
        // hyper asks for more only after it has taken the half, and flushes it before the connection is cut.
        let _ = cuts.send(cut);
        std::future::pending().await
    });
    let frames = stream::once(async move { Ok::<Bytes, std::io::Error>(half) }).chain(rest);
    Response::from_parts(parts, Body::from_stream(frames))
}
