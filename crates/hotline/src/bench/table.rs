//! Results as Markdown, ready to be pasted into a report.

/// A table whose first column is text and whose others are numbers or short words.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these headings.
    pub fn new(heading: &[&str]) -> Self {
        let mut table = Self { rows: Vec::new() };
        table.row(heading);
        table
            .rows
            .push(heading.iter().enumerate().map(|(i, _)| if i == 0 { "---" } else { "---:" }.to_owned()).collect());
        table
    }

    /// Adds a line.
    pub fn row<T: ToString>(&mut self, cells: &[T]) {
        self.rows.push(cells.iter().map(|c| c.to_string().replace('|', "\\|")).collect());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Milliseconds with two digits.
pub fn ms(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_does_not_break_the_table() {
        let mut table = Table::new(&["a", "b"]);
        table.row(&["x|y", "1"]);
        assert_eq!(table.to_string(), "| a | b |\n| --- | ---: |\n| x\\|y | 1 |\n");
    }
}
