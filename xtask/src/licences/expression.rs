//! Licences as SPDX expressions name them.

use std::collections::BTreeSet;

use crate::workspace::Result;

/// The ways to satisfy an expression, in its order: the licences of each hold together.
pub(crate) fn choices(expression: &str) -> Result<Vec<Vec<String>>> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let mut parser = Parser { tokens: spaced.split_whitespace().rev().collect() };
    let choices = parser.alternatives().filter(|_| parser.tokens.is_empty());
    choices.ok_or_else(|| format!("'{expression}' is not an SPDX expression"))
}

/// Every licence of an expression, with its exception.
pub(crate) fn licences(expression: &str) -> Result<BTreeSet<String>> {
    Ok(choices(expression)?.into_iter().flatten().collect())
}

/// The expression as `debian/copyright` writes it, which has no brackets: a comma makes what follows bind less.
pub(crate) fn debian(expression: &str) -> String {
    let commas = expression.replace(") AND ", ", AND ").replace(") OR ", ", OR ");
    let commas = commas.replace(" AND (", ", AND ").replace(" OR (", ", OR ").replace(['(', ')'], "");
    let words = commas.replace(" AND ", " and ").replace(" OR ", " or ").replace(" WITH ", " with ");
    words.replace("-exception", " exception")
}

/// The tokens that are left, the next one last.
struct Parser<'a> {
    tokens: Vec<&'a str>,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<Vec<Vec<String>>> {
        let mut choices = self.conjunction()?;
        while self.takes("OR") {
            choices.extend(self.conjunction()?);
        }
        Some(choices)
    }

    fn conjunction(&mut self) -> Option<Vec<Vec<String>>> {
        let mut choices = self.operand()?;
        while self.takes("AND") {
            let others = self.operand()?;
            let with_others =
                |choice: &Vec<String>| others.iter().map(|other| [&choice[..], &other[..]].concat()).collect();
            choices = choices.iter().flat_map::<Vec<_>, _>(with_others).collect();
        }
        Some(choices)
    }

    fn operand(&mut self) -> Option<Vec<Vec<String>>> {
        if self.takes("(") {
            let choices = self.alternatives()?;
            return self.takes(")").then_some(choices);
        }
        let licence = self.word()?.to_owned();
        let licence = if self.takes("WITH") { format!("{licence} WITH {}", self.word()?) } else { licence };
        Some(vec![vec![licence]])
    }

    fn word(&mut self) -> Option<&str> {
        self.tokens.pop().filter(|token| !["AND", "OR", "WITH", "(", ")"].contains(token))
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.tokens.last() == Some(&token);
        if is_next {
            self.tokens.pop();
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_more_than_or() {
        assert_eq!(choices("MIT").unwrap(), [["MIT"]]);
        assert_eq!(choices("A OR B AND C").unwrap(), [vec!["A"], vec!["B", "C"]]);
        assert_eq!(choices("(A OR B) AND C").unwrap(), [["A", "C"], ["B", "C"]]);
        assert_eq!(choices("A WITH E OR A").unwrap(), [["A WITH E"], ["A"]]);
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for wrong in ["", "A OR", "AND A", "(A", "A)", "A B", "A WITH"] {
            assert_eq!(choices(wrong).unwrap_err(), format!("'{wrong}' is not an SPDX expression"));
        }
    }

    #[test]
    fn licences_are_named_once() {
        let all: Vec<_> = licences("MIT OR (MIT AND ISC)").unwrap().into_iter().collect();
        assert_eq!(all, ["ISC", "MIT"]);
    }

    #[test]
    fn debian_has_commas_for_brackets() {
        assert_eq!(debian("Apache-2.0 WITH LLVM-exception OR MIT"), "Apache-2.0 with LLVM exception or MIT");
        assert_eq!(debian("(MIT OR Apache-2.0) AND Unicode-3.0"), "MIT or Apache-2.0, and Unicode-3.0");
        assert_eq!(debian("Unicode-3.0 AND (MIT OR ISC)"), "Unicode-3.0, and MIT or ISC");
    }
}
