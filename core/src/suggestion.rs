//! Finds the name that a misspelt one was probably meant to be.

/// No name is longer, and the distance takes time that grows with the square of the length.
const LONGEST_NAME: usize = 64;

/// The candidate nearest to `name`, unless even that one is too far to be a slip of the pen.
#[must_use]
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 2).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean 'resize'?` for the nearest candidate, or nothing: ready to follow a message.
#[must_use]
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |candidate| format!("; did you mean '{candidate}'?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let tasks = ["resize", "crop", "rotate", "rounded_corners"];
        assert_eq!(nearest("resise", tasks), Some("resize"));
        assert_eq!(nearest("RESIZE", tasks), Some("resize"));
        assert_eq!(nearest("round_corners", tasks), Some("rounded_corners"));
        assert_eq!(nearest("pdfcreate", tasks), None);
        assert_eq!(hint("corp", tasks), "; did you mean 'crop'?");
        assert_eq!(hint("zzz", tasks), "");
    }
}
