//! Broken parts, with which the model shows that it would notice. None of them is in what is shipped: each stands in
//! the model's own side of a seam.

/// A part that does not do what it is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The journal says that lines are durable, and keeps none.
    JournalKeepsNothing,
    /// The journal loses every third write, and says nothing.
    JournalLosesWrites,
    /// The journal says that lines are durable, and writes them with the next ones.
    JournalLags,
    /// The journal has each end of a step twice, in a chain that is whole.
    JournalRepeats,
    /// Whoever watches is not shown the end.
    EndNotShown,
    /// Whoever watches is shown something else than what is in the journal.
    ShowsOtherwise,
    /// Whoever looks at a gate sees it open.
    GateIgnored,
    /// A call without an answer is made again at once.
    RepeatsBlindly,
    /// The lease counts as held by whoever asks, whoever has it.
    LeaseIgnored,
    /// The lease is never given back, and is said to be.
    LeaseKept,
    /// What a run moved is not kept with the lease when it is given back.
    LeaseForgetsRun,
    /// Whoever renews the lease is told that it is another's.
    LeaseToldLost,
    /// Whoever takes the lease does not ask who has had it since.
    OthersForgotten,
    /// What a run began is not ended: the plan has lost its closing steps.
    ClosingSkipped,
    /// What was begun is closed, also where that is wrong: the plan has lost what must not have been started.
    ClosesRegardless,
    /// Whatever fails, the run goes on: the plan has lost what it cannot do without.
    GoesOnWithout,
    /// A call is never answered, and never given up.
    NeverAnswers,
    /// Calls are made with the consent to another plan.
    OtherConsent,
    /// Calls are made that no plan has.
    OtherCall,
    /// Whoever looks sees what he wishes to see.
    SeesWhatIsWished,
    /// What a service took is told as refused.
    TakenToldRefused,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::JournalKeepsNothing,
        Self::JournalLosesWrites,
        Self::JournalLags,
        Self::JournalRepeats,
        Self::EndNotShown,
        Self::ShowsOtherwise,
        Self::GateIgnored,
        Self::RepeatsBlindly,
        Self::LeaseIgnored,
        Self::LeaseKept,
        Self::LeaseForgetsRun,
        Self::LeaseToldLost,
        Self::OthersForgotten,
        Self::ClosingSkipped,
        Self::ClosesRegardless,
        Self::GoesOnWithout,
        Self::NeverAnswers,
        Self::OtherConsent,
        Self::OtherCall,
        Self::SeesWhatIsWished,
        Self::TakenToldRefused,
    ];
}
