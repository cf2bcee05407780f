use std::convert::Infallible;

use evac_core::run::Event;
use tokio::sync::mpsc;

use super::Executor;
use crate::run::{Order, SignedOrder};

impl Executor {
    /// Does what operators ask of the run, as it comes.
    pub(super) async fn tend_orders(&self, mut orders: mpsc::Receiver<SignedOrder>) -> Infallible {
        while let Some(signed) = orders.recv().await {
            let (by, order) = (signed.by, signed.id);
            // An order that is no longer legal changes nothing, and a failure stops the run by itself.
            let _ = match signed.order {
                Order::Abort { reason } if self.state(|state| state.abort.is_none()) => {
                    self.record_if_legal(Event::AbortAsked { by, reason, order }).await
                }
                Order::Override { given } if !given.reason.trim().is_empty() => {
                    self.record_if_legal(Event::Overridden { given, by }).await
                }
                Order::HandOver { to } => {
                    let recorded = self.record_if_legal(Event::HandedOver { by, to, order }).await;
                    if recorded == Ok(true) {
                        self.stop.handed_over();
                    }
                    recorded
                }
                Order::Abort { .. } | Order::Override { .. } => Ok(false),
            };
        }
        std::future::pending().await
    }
}
