//! Fingerprints of tasks.

use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::tasks::grammar::Task;

/// Tells chains of tasks apart in entity tags. In which order parameters are written does not matter.
pub(crate) fn fingerprint(tasks: &[Task]) -> String {
    let mut tasks = tasks.to_vec();
    tasks.iter_mut().for_each(|task| task.parameters.sort_by(|(left, _), (right, _)| left.cmp(right)));
    let digest = Sha256::digest(format!("{tasks:?}"));
    hex(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::grammar;

    #[test]
    fn a_fingerprint_is_of_what_is_asked_and_not_of_how() {
        let of = |path: &str| fingerprint(&grammar::parse(path, None, |_| false).unwrap().tasks);
        assert_eq!(of("/resize=width:1,height:2/H"), of("/resize=h:2,w:1/H"));
        assert_ne!(of("/resize=width:1,height:2/H"), of("/resize=width:2,height:1/H"));
        assert_ne!(of("/flip/flop/H"), of("/flop/flip/H"));
    }
}
