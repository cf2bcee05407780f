//! How calls travel: one HTTP client for all, with short timeouts and few retries.

use std::time::Duration;

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

/// The HTTP client. hyper pools connections by host, so a region that hangs holds up no other.
///
/// Native certificates are left out where no call needs them, which spares their loading, and where there are none:
/// in a debug build the SDK's client asserts that some exist. A call over TLS then fails with an error of its own.
pub(crate) fn http_client(tls: bool) -> SharedHttpClient {
    client(tls, Builder::new())
}

/// The HTTP client of calls that change something. Each of them connects afresh: on a kept connection that has died
/// meanwhile, nobody can say whether the request was still taken.
pub(crate) fn acting_http_client(tls: bool) -> SharedHttpClient {
    client(tls, Builder::new().pool_max_idle_per_host(0))
}

fn client(tls: bool, builder: Builder) -> SharedHttpClient {
    let native = tls && (!cfg!(debug_assertions) || !rustls_native_certs::load_native_certs().certs.is_empty());
    let roots = TrustStore::empty().with_native_roots(native);
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(error) => {
            tracing::warn!(%error, "the SDK's own trust store is used");
            builder.build_https()
        }
    }
}

/// How long a question may take in all: a little less than the collector waits, so that the failure is told here,
/// in words, and with what the source's clock was.
pub(crate) fn deadline(timeout: Duration) -> Duration {
    timeout.mul_f64(0.95)
}

/// The timeouts of one call. The SDK has none but for connecting, and a silent server would hang it for ever. An
/// attempt leaves time for a second one.
pub(crate) fn timeouts(timeout: Duration) -> TimeoutConfig {
    let operation = timeout.mul_f64(0.9);
    let attempt = operation.mul_f64(0.5).min(Duration::from_secs(5));
    TimeoutConfig::builder()
        .connect_timeout(attempt.min(Duration::from_secs(2)))
        .read_timeout(attempt.min(Duration::from_secs(4)))
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

/// The timeouts of a call that changes something. It is made once, and what it answers is worth waiting for: without
/// an answer its outcome is unknown. A connection that is not made by then is none, which is known.
pub(crate) fn acting_timeouts(timeout: Duration) -> TimeoutConfig {
    let whole = timeout * 3;
    TimeoutConfig::builder()
        .connect_timeout((timeout / 2).min(Duration::from_secs(2)))
        .read_timeout(whole)
        .operation_attempt_timeout(whole)
        .operation_timeout(whole)
        .build()
}

/// No retries: only a journal may decide to repeat what changes something.
pub(crate) fn once() -> RetryConfig {
    RetryConfig::disabled()
}

/// Standard retries. Adaptive ones would hold the next attempt back for seconds after a single throttle.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(75))
        .with_max_backoff(Duration::from_secs(1))
}
