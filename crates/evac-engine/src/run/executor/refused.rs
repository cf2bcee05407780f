use std::time::Duration;

use evac_core::{plan::Step, run::Outcome};
use tokio::time::{Instant, sleep};

use super::{Executor, Stopped};
use crate::Sight;

/// How long to wait before a call that was refused for now is made again, at first and at most, in the world's time.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Words for a step that is not tried again.
const HALTED: &str = "the run was stopped before it was tried again";

/// What there is to do after a refusal, by what is seen of what the call is for.
enum After {
    /// Nothing more: the step goes its way by what was seen.
    Nothing,
    /// Nothing was done: the call can be made.
    Call,
    /// Nobody knows what was done.
    Look,
}

impl Executor {
    /// Makes a call again that was certainly not done, while there is time, and only where it is seen that nothing was
    /// done for it since: what refuses may refuse because an older call arrived late, or somebody else came first.
    pub(super) async fn retry(&self, step: &Step, why: &str, until: Instant, refusals: u32) -> Result<(), Stopped> {
        let policy = &self.means.policy;
        let pause = policy.real((PAUSE * 2_u32.saturating_pow(refusals - 1)).min(LONGEST_PAUSE));
        let pause = self.pacer.jittered(pause);
        let late = Instant::now() + pause >= until;
        if !late {
            tokio::select! {
                biased;
                () = sleep(pause) => {}
                () = self.stop.wait() => return Err(Stopped),
                () = self.halted(step) => {}
            }
        }
        match self.after_refusal(step, why).await? {
            After::Nothing => Ok(()),
            _ if late => {
                let why = format!("refused until its time was over: {why}");
                self.end(step, Outcome::Failed { why }).await
            }
            After::Look if !self.is_halted(step) => Ok(()),
            After::Call if !self.is_halted(step) && self.attempt(step).await? => Ok(()),
            After::Look | After::Call => self.end(step, Outcome::Failed { why: format!("{HALTED}: {why}") }).await,
        }
    }

    /// Ends a step whose call was refused for good, unless what it is for holds anyhow, or comes to hold.
    pub(super) async fn refused(&self, step: &Step, why: &str) -> Result<(), Stopped> {
        match self.after_refusal(step, why).await? {
            After::Nothing => Ok(()),
            After::Call | After::Look => self.end(step, Outcome::Failed { why: why.to_owned() }).await,
        }
    }

    async fn after_refusal(&self, step: &Step, why: &str) -> Result<After, Stopped> {
        let Some(check) = &step.verification else { return Ok(After::Call) };
        match self.look(step, check).await {
            Ok(Sight::Met { evidence }) => {
                self.end(step, Outcome::Done { evidence: format!("{evidence} (the call: {why})") }).await?;
            }
            Ok(Sight::Never { why: seen }) => {
                self.end(step, Outcome::Failed { why: format!("{seen} (the call: {why})") }).await?;
            }
            Ok(Sight::Underway { on }) => {
                self.presume(step, format!("it is under way, though the call was refused ({why}): {on}")).await?;
            }
            Ok(Sight::Untouched { .. }) => return Ok(After::Call),
            Err(_) => return Ok(After::Look),
        }
        Ok(After::Nothing)
    }
}
