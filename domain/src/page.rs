//! Keyset pages: stable under inserts, never an offset.

/// Which slice of a list to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The key behind which the page starts; None is the list's beginning.
    pub after: Option<String>,
    /// At most this many rows, 1 to 1000.
    pub limit: u32,
}

/// One slice of a list, in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The key for the following page; None where the list ends here.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page from rows that were read one past the limit.
    pub fn cut(mut rows: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> String) -> Self {
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }

    /// The same page with every row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}
