//! Pages of long lists, with markers that can be handed back.

use super::ServiceError;

/// One page, and the marker of the next if there is one.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// What to ask for next.
    pub next: Option<String>,
}

/// Cuts a page out of a list. The marker is a number of items that have been seen, in a form that does not invite
/// clients to make their own.
///
/// # Errors
/// When the marker is none that this function gave: the caller says which error its service has for that.
pub fn page<T>(items: Vec<T>, marker: Option<&str>, most: usize, wrong: ServiceError) -> Result<Page<T>, ServiceError> {
    let from = match marker {
        None | Some("") => 0,
        Some(marker) => {
            let number = marker.strip_prefix("evac-page-").and_then(|number| number.parse::<usize>().ok());
            number.filter(|from| *from <= items.len()).ok_or(wrong)?
        }
    };
    let to = from.saturating_add(most.max(1));
    let next = (to < items.len()).then(|| format!("evac-page-{to}"));
    Ok(Page { items: items.into_iter().skip(from).take(most.max(1)).collect(), next })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let wrong = || ServiceError::sender("InvalidMarker", "");
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let page = page((0..25).collect(), marker.as_deref(), 10, wrong()).unwrap();
            seen.extend(page.items);
            marker = page.next;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..25).collect::<Vec<_>>());
        assert!(page(vec![1], Some("mine"), 10, wrong()).is_err());
    }
}
