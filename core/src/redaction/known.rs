//! The secrets that this process knows: what callers have given, and what the service has signed for them.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::fields;
use super::view::View;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "***";
/// The length from which on a secret is looked for by its value. Shorter ones could be words of a message; they are
/// masked where a field holds them.
const SHORTEST: usize = 8;
const SHELVES: usize = 64;

/// The secrets in use. Lists that are replaced as a whole: a forked child must not find one locked.
static IN_USE: [ArcSwapOption<Vec<Known>>; SHELVES] = [const { ArcSwapOption::const_empty() }; SHELVES];

/// A secret: wiped from memory when its last clone is dropped, never shown, and masked wherever it comes up meanwhile.
#[derive(Clone)]
pub(crate) struct Secret(Arc<Value>);

struct Value(Zeroizing<String>);

#[derive(Clone)]
struct Known {
    start: u64,
    value: Weak<Value>,
}

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let value = Arc::new(Value(Zeroizing::new(text.into())));
        if let Some(start) = value.start() {
            let known = Known { start, value: Arc::downgrade(&value) };
            change(start, |list| list.push(known.clone()));
        }
        Secret(value)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Value {
    /// By what it is found, unless it is too short to be looked for.
    fn start(&self) -> Option<u64> {
        start_of(self.0.as_bytes())
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if let Some(start) = self.start() {
            change(start, |_| ());
        }
    }
}

/// The secrets of a URL of others, for as long as a request tells it to the service, which may repeat them.
pub(crate) fn secrets_of_url(url: &str) -> Vec<Secret> {
    let values = fields::find(&View::all(url).collect::<Vec<_>>(), fields::in_reference)
        .into_iter()
        .filter_map(|range| url.get(range));
    // Of a user and a password, the password alone is secret, too.
    let parts = values.flat_map(|value| [Some(value), value.split_once(':').map(|(_, password)| password)]);
    let decoded = |part| percent_decode_str(part).decode_utf8_lossy().into_owned();
    parts.flatten().flat_map(|part| [part.to_owned(), decoded(part)]).map(Secret::new).collect()
}

/// Where secrets in use stand in a text. The end of the text may cut one off.
pub(super) fn in_text(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for at in 0..text.len() {
        let Some(start) = start_of(&text[at..]) else { break };
        let list = shelf(start).load();
        let candidates = list.iter().flat_map(|list| list.iter()).filter(|known| known.start == start);
        for secret in candidates.filter_map(|known| known.value.upgrade()) {
            let length = secret.0.len().min(text.len() - at);
            if text[at..at + length] == secret.0.as_bytes()[..length] {
                found.push(at..at + length);
            }
        }
    }
    found
}

fn start_of(bytes: &[u8]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    bytes.get(..SHORTEST)?.hash(&mut hasher);
    Some(hasher.finish())
}

fn shelf(start: u64) -> &'static ArcSwapOption<Vec<Known>> {
    &IN_USE[(start % SHELVES as u64) as usize]
}

/// Changes a list, in which those that are gone are left out.
fn change(start: u64, change: impl Fn(&mut Vec<Known>)) {
    shelf(start).rcu(|list| {
        let in_use = list.iter().flat_map(|list| list.iter()).filter(|known| known.value.strong_count() > 0);
        let mut list: Vec<Known> = in_use.cloned().collect();
        change(&mut list);
        (!list.is_empty()).then(|| Arc::new(list))
    });
}
