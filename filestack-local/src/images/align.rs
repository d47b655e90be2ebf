//! `align` and `position`: the offset of one rectangle in another, which may be smaller.

use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;
use crate::tasks::value::Value;

/// 0 is the left or upper end, 1 the middle, 2 the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Align {
    pub(super) horizontal: u32,
    pub(super) vertical: u32,
}

impl Align {
    pub(super) const CENTER: Self = Self { horizontal: 1, vertical: 1 };

    /// Reads a parameter that holds a word or two; without it, the middle.
    pub(super) fn read(task: &Task, name: &str) -> Result<Self> {
        let words: Vec<&str> = match task.get(name) {
            None => return Ok(Self::CENTER),
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
            Some(other) => other.as_text().into_iter().collect(),
        };
        let mut align = Self::CENTER;
        for word in words {
            match word {
                "left" => align.horizontal = 0,
                "right" => align.horizontal = 2,
                "top" => align.vertical = 0,
                "bottom" => align.vertical = 2,
                "center" | "middle" => {}
                "faces" => {
                    return Err(ServiceError::not_served(format_args!("the task {} with {name}:faces", task.name)));
                }
                _ => return Err(ServiceError::invalid_value()),
            }
        }
        Ok(align)
    }

    /// The upper left corner of something of size `inner` in `outer`; negative where it is the larger one.
    pub(super) fn corner(self, outer: (u32, u32), inner: (u32, u32)) -> (i64, i64) {
        let place = |outer: u32, inner: u32, align: u32| (i64::from(outer) - i64::from(inner)) * i64::from(align) / 2;
        (place(outer.0, inner.0, self.horizontal), place(outer.1, inner.1, self.vertical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Result<Align> {
        Align::read(&Task { name: "resize", parameters: vec![("align".to_owned(), value)] }, "align")
    }

    #[test]
    fn alignments_are_read() {
        let text = |text: &str| Value::Text(text.to_owned());
        let pair = Value::List(vec![text("bottom"), text("left")]);
        assert_eq!(read(pair).unwrap(), Align { horizontal: 0, vertical: 2 });
        assert_eq!(read(text("top")).unwrap(), Align { horizontal: 1, vertical: 0 });
        let refused = read(text("faces")).unwrap_err();
        assert!(refused.message().ends_with("the task resize with align:faces"), "{refused:?}");
    }

    #[test]
    fn corners() {
        let corner = |horizontal, vertical, inner| Align { horizontal, vertical }.corner((100, 50), inner);
        assert_eq!(corner(0, 0, (20, 10)), (0, 0));
        assert_eq!(corner(1, 2, (20, 10)), (40, 40));
        assert_eq!(corner(2, 1, (21, 11)), (79, 19));
        assert_eq!(corner(1, 2, (120, 60)), (-10, -10));
    }
}
