//! Asks what acts for what the screen wants. Nothing is waited for: what comes of it comes back as a message.

use std::sync::Arc;

use evac_core::text::clean;
use futures::StreamExt;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    acting::{Acting, Waits},
    effect::Effect,
    message::Message,
};

/// The screen's side of the seam.
pub(super) struct Hands {
    acting: Option<Arc<dyn Acting>>,
    messages: mpsc::UnboundedSender<Message>,
    /// Follows the run that is looked at.
    following: Option<JoinHandle<()>>,
}

impl Hands {
    pub(super) fn new(acting: Option<Arc<dyn Acting>>, messages: mpsc::UnboundedSender<Message>) -> Self {
        Self { acting, messages, following: None }
    }

    /// Sets off what is asked for. Without anything that acts there is nothing to do, and nothing is asked for.
    pub(super) fn perform(&mut self, effect: Effect) {
        let Some(acting) = self.acting.clone() else { return };
        if let Effect::Attach(run) = effect {
            let (messages, mut states) = (self.messages.clone(), acting.follow(run));
            self.leave();
            self.following = Some(tokio::spawn(async move {
                while let Some(seen) = states.next().await {
                    if messages.send(Message::Run(Arc::new(seen))).is_err() {
                        return;
                    }
                }
            }));
            return;
        }
        let messages = self.messages.clone();
        tokio::spawn(async move {
            if let Some(message) = answer(acting.as_ref(), effect, &messages).await {
                // The screen may be gone by now, and nobody wants to know.
                let _ = messages.send(message);
            }
        });
    }

    fn leave(&mut self) {
        if let Some(task) = self.following.take() {
            task.abort();
        }
    }
}

impl Drop for Hands {
    /// To follow no more is all that leaving does to a run.
    fn drop(&mut self) {
        self.leave();
    }
}

async fn answer(acting: &dyn Acting, effect: Effect, messages: &mpsc::UnboundedSender<Message>) -> Option<Message> {
    match effect {
        Effect::Plan(intent) => {
            let made = acting.plan(intent.clone()).await;
            Some(Message::Planned(intent, made.map(Box::new).map_err(|why| clean(&why))))
        }
        Effect::Judge(plan) => {
            let hash = plan.hash();
            Some(Message::Judged(hash, acting.judge(plan).await.map_err(|why| clean(&why))))
        }
        Effect::Begin(given) => Some(Message::Begun(acting.begin(*given, waits(messages)).await)),
        Effect::Resume { run, despite_abort } => {
            let resumed = acting.resume(run.clone(), despite_abort, waits(messages)).await;
            Some(Message::Resumed(run, resumed.map_err(|why| clean(&why))))
        }
        Effect::ListRuns => Some(Message::Runs(acting.runs().await.map_err(|why| clean(&why)))),
        Effect::Order(run, order) => {
            let words = order.given();
            let notice = match acting.order(run.clone(), order).await {
                Ok(()) => format!("{run}: {words}"),
                Err(why) => format!("{run} was not told: {why}"),
            };
            Some(Message::Told(clean(&notice)))
        }
        Effect::Attach(_)
        | Effect::Poll(_)
        | Effect::Copy(_)
        | Effect::UseTheme(_)
        | Effect::Trigger(_)
        | Effect::Repaint
        | Effect::Suspend => None,
    }
}

/// Tells the screen what a process waits for. It is told before its answer is, for both are sent from here.
fn waits(messages: &mpsc::UnboundedSender<Message>) -> Waits {
    let messages = messages.clone();
    Box::new(move |on| drop(messages.send(Message::Waits(clean(on)))))
}
