use evac_core::run::{Journal, RunState};

/// A disk with the journal of a run on it, which is read on as it grows.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    bytes: Vec<u8>,
    /// How many records were taken over from another machine.
    copied: Option<usize>,
    journal: Journal,
    state: Option<RunState>,
}

impl Disk {
    /// One with a journal on it.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// One with a journal on it that another machine wrote.
    pub(crate) fn of_copy(bytes: Vec<u8>) -> Self {
        let copied = bytes.iter().filter(|byte| **byte == b'\n').count();
        Self { copied: Some(copied), ..Self::of(bytes) }
    }

    /// Whether it was taken over, and no lease was recorded here since.
    pub(crate) fn is_copy(&self, journal: &Journal) -> bool {
        self.copied.is_some_and(|records| !journal.takes_lease_after(records))
    }

    /// Cuts off what stands after so many bytes.
    pub(crate) fn truncate(&mut self, length: usize) {
        let bytes = self.bytes.get(..length).unwrap_or(&self.bytes).to_vec();
        *self = Self { copied: self.copied, ..Self::of(bytes) };
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// The state that follows from what is on the disk.
    pub(crate) fn state(&mut self) -> Result<&RunState, String> {
        let grown = self.bytes.get(self.journal.length..).unwrap_or_default();
        self.journal.read_on(grown).map_err(|damage| damage.to_string())?;
        let known = self.state.as_ref().map_or(0, |state| state.last_number);
        let fresh = usize::try_from(known).ok().and_then(|known| self.journal.records.get(known..));
        for record in fresh.unwrap_or_default() {
            match &mut self.state {
                Some(state) => state.apply(record).map_err(|illegal| illegal.to_string())?,
                None => self.state = Some(RunState::begin(record).map_err(|illegal| illegal.to_string())?),
            }
        }
        self.state.as_ref().ok_or_else(|| "it is empty".to_owned())
    }
}
