//! Failures, in words that say what to do.

use evac_core::SourceErrorKind;

use super::{
    Region, ask, failure, pace,
    server::{Mode, Server},
    until, write_kubeconfig,
};

#[tokio::test]
async fn a_kubeconfig_that_is_not_there_is_told_and_taken_up_when_it_comes() {
    let server = Server::start().await;
    let region = Region::without_kubeconfig(pace());
    let error = failure(&region.backups).await;
    assert_eq!(error.kind, SourceErrorKind::Setup);
    assert!(error.message.contains("kubeconfig cannot be read (no such file or directory)"), "{error}");

    write_kubeconfig(region.folder.path(), "east", &server.url());
    let said = |answer: &evac_engine::Answer, words: &str| {
        answer.result.as_ref().is_err_and(|error| error.message.contains(words))
    };
    until(&region.backups, |answer| said(answer, "has no context `west`; it has east")).await;

    write_kubeconfig(region.folder.path(), "west", "not a url");
    until(&region.backups, |answer| said(answer, "context `west` in ")).await;

    write_kubeconfig(region.folder.path(), "west", &server.url());
    until(&region.backups, |answer| answer.result.is_ok()).await;
    until(&region.workloads, |answer| answer.result.is_ok()).await;
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_unreachable() {
    let url = Server::start().await.url();
    let region = Region::without_kubeconfig(pace());
    write_kubeconfig(region.folder.path(), "west", &url);
    let answer = until(&region.backups, |answer| {
        answer.result.as_ref().is_err_and(|error| error.kind == SourceErrorKind::Unreachable)
    })
    .await;
    assert_eq!(answer.result.unwrap_err().message, "version: connection refused");
    assert_eq!(answer.source_clock, None);
}

#[tokio::test]
async fn refusals_are_told_by_their_kind() {
    for (code, kind) in [
        (401, SourceErrorKind::Denied),
        (403, SourceErrorKind::Denied),
        (404, SourceErrorKind::NotFound),
        (429, SourceErrorKind::Throttled),
        (503, SourceErrorKind::Service),
        (504, SourceErrorKind::Timeout),
    ] {
        let server = Server::start().await;
        server.treat("/backups?", Mode::Refuse(code));
        server.treat("/version", Mode::Refuse(code));
        let region = Region::of(&server, pace());
        let answer = ask(&region.workloads).await;
        assert_eq!(answer.result.unwrap_err().kind, kind, "{code}");
        assert!(answer.source_clock.is_some(), "a refusal carries the clock too");
        server.treat("/version", Mode::Serve);
        let error = until(&region.backups, |answer| answer.source_clock.is_some() && answer.result.is_err())
            .await
            .result
            .unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(error.message.contains("is Velero in this cluster?"), code == 404, "{error}");
    }
}

#[tokio::test]
async fn a_kind_that_the_cluster_need_not_have_is_no_failure() {
    for code in [403, 404] {
        let server = Server::start().await;
        server.treat("/volumesnapshotlocations", Mode::Refuse(code));
        Region::of(&server, pace()).backups().await;
    }
    let server = Server::start().await;
    server.treat("/applications", Mode::Refuse(404));
    server.treat("/horizontalpodautoscalers", Mode::Refuse(404));
    let reading = Region::of(&server, pace()).workloads().await;
    assert!(reading.autoscalers.is_empty() && reading.applications.is_empty());
}

/// Seen as none there, an application would be frozen by no plan, and nobody would hear of it.
#[tokio::test]
async fn what_the_stack_names_and_the_cluster_does_not_show_is_a_failure_that_says_what_to_permit() {
    for (plural, kind) in
        [("applications", "applications.argoproj.io"), ("horizontalpodautoscalers", "horizontalpodautoscalers")]
    {
        let server = Server::start().await;
        server.treat(&format!("/{plural}"), Mode::Refuse(403));
        let error = failure(&Region::of(&server, pace()).workloads).await;
        assert_eq!(error.kind, SourceErrorKind::Denied);
        assert_eq!(error.message, format!("{kind}: 403 told to (permit evac's user to list and watch them)"));
    }
}
