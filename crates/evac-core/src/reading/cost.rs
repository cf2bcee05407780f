use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What the stack costs, in USD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostReading {
    /// When Cost Explorer was asked: the answer is kept on disk, and may be hours old.
    pub asked_at: Timestamp,
    /// The first day of the month that the figures are of.
    pub month: Date,
    /// Month to date by region and service. The region can be `global` or `NoRegion`.
    pub lines: Vec<CostLine>,
    /// What Cost Explorer expects the whole month to come to; `None` when it will not say (too little history).
    pub forecast: Option<Decimal>,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostLine {
    /// The region as Cost Explorer names it.
    pub region: String,
    /// The service as Cost Explorer names it.
    pub service: String,
    /// Month to date.
    pub amount: Decimal,
}

impl CostReading {
    /// Month to date of one region, or of all when none is given.
    pub fn month_to_date(&self, region: Option<&str>) -> Decimal {
        self.lines.iter().filter(|line| region.is_none_or(|region| line.region == region)).map(|line| line.amount).sum()
    }
}
