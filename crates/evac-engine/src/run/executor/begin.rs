use evac_core::{
    guard::Consent,
    plan::Plan,
    run::{Event, RunId, Runner},
};
use jiff::Timestamp;
use tokio::{sync::watch, time::Instant};

use super::{Executor, Means, Past, finish::give_back, looking::Pacer, stop::Stop};
use crate::run::{
    JournalStorage, Lease, LeaseStatus,
    recorder::{NotRecorded, Recorder},
};

/// What a run begins with.
#[derive(Debug)]
pub struct Beginning {
    /// Its name.
    pub run: RunId,
    /// Who carries it out.
    pub runner: Runner,
    /// What is carried out.
    pub plan: Plan,
    /// The key to it.
    pub consent: Consent,
    /// When the harm began, as far as known.
    pub harmed_at: Option<Timestamp>,
    /// When it was first found.
    pub found_at: Option<Timestamp>,
}

impl Executor {
    /// Begins the journal of a run for which the lease is held and consent was given. Nothing is called yet, and the lease
    /// is given back when it cannot be begun.
    pub async fn begin(
        storage: impl JournalStorage,
        mut lease: Lease,
        means: Means,
        beginning: Beginning,
    ) -> Result<Self, NotRecorded> {
        let Beginning { run, runner, plan, consent, harmed_at, found_at } = beginning;
        let began = Event::Began {
            run,
            runner,
            plan: Box::new(plan),
            consent: Box::new(consent.record().clone()),
            harmed_at,
            found_at,
        };
        match Recorder::begin(Box::new(storage), means.clock.clone(), began).await {
            Ok(recorder) => Self::under_lease(recorder, lease, means, consent).await,
            Err(failure) => {
                give_back(&mut lease, None).await;
                Err(failure)
            }
        }
    }

    /// Records the lease, and begins to copy the journal. The copy begins only here, since its name has the epoch in it.
    /// A lease that cannot be recorded is given back: nothing was done under it.
    pub(super) async fn under_lease(
        recorder: Recorder,
        mut lease: Lease,
        means: Means,
        consent: Consent,
    ) -> Result<Self, NotRecorded> {
        // Looked at for a moment only: who renews the lease waits for whoever looks at it.
        let status = lease.status().borrow().clone();
        if let LeaseStatus::Held { epoch, .. } = status
            && let Err(failure) = recorder.record(Event::LeaseTaken { epoch, local: lease.is_local() }).await
        {
            give_back(&mut lease, None).await;
            return Err(failure);
        }
        lease.note_head(recorder.now().head.clone());
        let (told, copied) = watch::channel(Vec::new());
        let run = recorder.now().state.run.clone();
        let copying = tokio::spawn(means.mirror.clone().copy(run, recorder.written.clone(), told));
        let pacer = Pacer::new(means.policy.seed);
        let (stop, past, taken_at) = (Stop::default(), Past::New, Instant::now());
        Ok(Self { means, consent, recorder, lease, stop, pacer, copied, copying, past, taken_at })
    }
}
