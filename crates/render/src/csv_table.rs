//! CSV as spreadsheet programs in China open it: UTF-8 with byte order mark, CRLF (RFC 4180).

use crate::{Cell, Column, RenderError, Stamp};

/// Turns rows into chunks of CSV; keeps nothing between chunks.
pub struct CsvTable {
    width: usize,
}

impl CsvTable {
    /// Begins a table. The chunk holds byte order mark, stamp and headings.
    pub fn start(columns: &[Column], stamp: &Stamp) -> Result<(Self, Vec<u8>), RenderError> {
        let mut head = "\u{feff}".as_bytes().to_vec();
        let titles: Vec<String> = columns.iter().map(|c| Cell::from(c.title.as_str()).printed()).collect();
        head.extend(write(&[vec![Cell::from(stamp.one_line()).printed()], titles])?);
        Ok((Self { width: columns.len() }, head))
    }

    /// A chunk of rows. Short rows are filled, long ones are cut to the number of columns.
    pub fn rows(&self, rows: &[Vec<Cell>]) -> Result<Vec<u8>, RenderError> {
        let printed: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let mut line: Vec<String> = row.iter().take(self.width).map(Cell::printed).collect();
                line.resize(self.width, String::new());
                line
            })
            .collect();
        write(&printed)
    }
}

fn write(rows: &[Vec<String>]) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::with_capacity(4096));
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Ts;

    #[test]
    fn table_opens_with_mark_stamp_and_headings() {
        let stamp = Stamp {
            lines: vec![("导出人".into(), "张三".into()), ("用途".into(), "月度分析, 内部".into())]
        };
        let columns = [Column::new("编号", 20.0), Column::new("时间", 20.0), Column::new("标题", 20.0)];
        let (table, mut bytes) = CsvTable::start(&columns, &stamp).unwrap();
        let row = vec![Cell::from("1"), Cell::Time(Ts(1_795_485_900_000)), Cell::from("路灯\"坏\"了,很久")];
        bytes.extend(table.rows(&[row, vec![Cell::from("2")]]).unwrap());
        let text = String::from_utf8(bytes).unwrap();
        let expected = "\u{feff}\"导出人：张三；用途：月度分析, 内部\"\r\n编号,时间,标题\r\n\
                        1,2026-11-24 10:05,\"路灯\"\"坏\"\"了,很久\"\r\n2,,\r\n";
        assert_eq!(text, expected);
    }
}
