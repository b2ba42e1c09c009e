//! Columns over time, drawn without a script. The numbers stand in a table beside them.

use maud::{Markup, html};

/// One column: its name, how many are sure, and how many more there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Shown when it is pointed at.
    pub name: String,
    /// The solid part.
    pub sure: u64,
    /// The pale part on top of it.
    pub maybe: u64,
}

/// Height and width of the drawing, in its own units; a page scales it.
const SIZE: (f64, f64) = (600.0, 140.0);
/// The widest that a column gets.
const WIDEST: f64 = 40.0;

/// The chart. `label`: what a screen reader says in its place.
pub fn columns(label: &str, columns: &[Column]) -> Markup {
    let (width, height) = SIZE;
    let most = columns
        .iter()
        .map(|column| column.sure.saturating_add(column.maybe))
        .max();
    let most = most.unwrap_or_default().max(1);
    let each = (width / columns.len().max(1) as f64).min(WIDEST);
    let tall = |count: u64| count as f64 * height / most as f64;
    html! {
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(label) {
            @for (place, column) in columns.iter().enumerate() {
                g {
                    title { (column.name) }
                    (piece("plain", place, each, height - tall(column.sure), tall(column.sure)))
                    (piece("maybe", place, each, height - tall(column.sure) - tall(column.maybe), tall(column.maybe)))
                }
            }
        }
    }
}

fn piece(class: &str, place: usize, each: f64, top: f64, tall: f64) -> Markup {
    html! {
        @if tall > 0.0 {
            rect class=(class) x=(format!("{:.2}", place as f64 * each)) y=(format!("{top:.2}"))
                width=(format!("{:.2}", each * 0.85)) height=(format!("{tall:.2}")) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_tall_as_their_numbers() {
        let column = |sure, maybe| Column {
            name: format!("{sure} and {maybe}"),
            sure,
            maybe,
        };
        let drawn = columns("units", &[column(40, 0), column(10, 10)]).into_string();
        for part in [
            r#"x="0.00" y="0.00" width="34.00" height="140.00""#,
            r#"<rect class="plain" x="40.00" y="105.00" width="34.00" height="35.00""#,
            r#"<rect class="maybe" x="40.00" y="70.00" width="34.00" height="35.00""#,
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert_eq!(drawn.matches("<rect").count(), 3, "what is none is not drawn: {drawn}");
        assert!(!columns("none", &[]).into_string().contains("<rect"));
    }
}
