//! A document without a protocol: what operations take and give, before it becomes XML, JSON or CBOR.

use std::borrow::Cow;

use jiff::Timestamp;

/// A value of a request or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// Members with names, in order. Maps are structures too.
    Structure(Vec<(Cow<'static, str>, Document)>),
    /// A list. In XML its items are called `item` inside of an element of the member's name.
    List {
        /// The name of an item in XML.
        item: &'static str,
        /// The items.
        items: Vec<Document>,
    },
    /// A list that XML writes without an element around it: every item bears the member's name.
    Flat(Vec<Document>),
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Double(f64),
    /// True or false; lower case in XML.
    Boolean(bool),
    /// A time: ISO 8601 in XML, seconds since 1970 in JSON, tag 1 in CBOR.
    Time(Timestamp),
}

impl Document {
    /// A structure without members.
    pub const EMPTY: Self = Self::Structure(Vec::new());

    /// A structure of these members.
    pub fn of<const COUNT: usize>(members: [(&'static str, Document); COUNT]) -> Self {
        Self::Structure(members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    /// A list whose items XML calls `item`.
    pub fn list(item: &'static str, items: impl IntoIterator<Item = Document>) -> Self {
        Self::List { item, items: items.into_iter().collect() }
    }

    /// A list whose items XML calls `member`, as awsQuery does where nothing else is said.
    pub fn members(items: impl IntoIterator<Item = Document>) -> Self {
        Self::list("member", items)
    }

    /// With one member more. On anything but a structure this does nothing.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Document>) -> Self {
        if let Self::Structure(members) = &mut self {
            members.push((name.into(), value.into()));
        }
        self
    }

    /// With one member more if there is a value.
    #[must_use]
    pub fn with_optional(self, name: &'static str, value: Option<impl Into<Document>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Document> {
        match self {
            Self::Structure(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a member, if it has one that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Self::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The whole number of a member. Protocols without types give numbers as text.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Self::Integer(number) => Some(*number),
            Self::Double(number) => Some(*number as i64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The time of a member, from whichever form the protocol has for it.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        match self.get(name)? {
            Self::Time(time) => Some(*time),
            Self::Integer(seconds) => Timestamp::from_second(*seconds).ok(),
            Self::Double(seconds) => Timestamp::from_millisecond((seconds * 1000.0) as i64).ok(),
            Self::Text(text) => text.parse().ok().or_else(|| {
                // botocore may leave the zone out; AWS takes that as UTC.
                let civil: jiff::civil::DateTime = text.parse().ok()?;
                jiff::tz::Offset::UTC.to_timestamp(civil).ok()
            }),
            _ => None,
        }
    }

    /// The items of a member that is a list. What is not there is an empty list.
    pub fn items(&self, name: &str) -> &[Document] {
        match self.get(name) {
            Some(Self::List { items, .. } | Self::Flat(items)) => items,
            _ => &[],
        }
    }

    /// The texts of a member that is a list of texts.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.items(name).iter().filter_map(Document::as_text).collect()
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Document {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Document {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Document {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<bool> for Document {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<Timestamp> for Document {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}
