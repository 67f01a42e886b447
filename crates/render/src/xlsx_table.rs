//! XLSX in constant memory: rows go to a temporary file as they come, the archive is written at the end.

use std::io::Write;

use rust_xlsxwriter::{Color, Format as Style, FormatAlign, Workbook, Worksheet};

use crate::{Cell, Column, RenderError, Stamp};

/// Rows per sheet: the format's limit less the heading row.
const SHEET_ROWS: u32 = 1_048_575;
/// Characters per cell: the format's limit.
const CELL_CHARS: usize = 32_767;

/// Collects rows; [`XlsxTable::finish`] writes the file.
pub struct XlsxTable {
    book: Workbook,
    sheet: Worksheet,
    name: String,
    columns: Vec<Column>,
    /// Data rows in the present sheet.
    filled: u32,
    sheets: u32,
    limit: u32,
}

impl XlsxTable {
    /// Begins a table on a sheet `name`; the stamp becomes the first sheet.
    pub fn start(name: &str, columns: &[Column], stamp: &Stamp) -> Result<Self, RenderError> {
        let mut book = Workbook::new();
        let front = book.add_worksheet();
        front.set_name("导出说明")?;
        front.set_column_width(0, 16)?.set_column_width(1, 60)?;
        for (row, (label, value)) in stamp.lines.iter().enumerate() {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            front.write_string(row, 0, label)?.write_string(row, 1, value)?;
        }
        let sheet = open_sheet(&mut book, name, columns)?;
        let columns = columns.to_vec();
        Ok(Self { book, sheet, name: name.to_owned(), columns, filled: 0, sheets: 1, limit: SHEET_ROWS })
    }

    /// Appends rows, opening a further sheet when one is full.
    pub fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), RenderError> {
        for row in rows {
            if self.filled == self.limit {
                self.turn()?;
            }
            self.filled += 1;
            for (at, cell) in row.iter().take(self.columns.len()).enumerate() {
                put(&mut self.sheet, self.filled, u16::try_from(at).unwrap_or(u16::MAX), cell)?;
            }
        }
        Ok(())
    }

    /// Writes the finished file.
    pub fn finish(mut self, out: impl Write + Send) -> Result<(), RenderError> {
        self.book.push_worksheet(self.sheet);
        Ok(self.book.save_to_writer(out)?)
    }

    fn turn(&mut self) -> Result<(), RenderError> {
        self.sheets += 1;
        self.filled = 0;
        let name = format!("{}({})", self.name, self.sheets);
        let next = open_sheet(&mut self.book, &name, &self.columns)?;
        self.book.push_worksheet(std::mem::replace(&mut self.sheet, next));
        Ok(())
    }
}

fn open_sheet(book: &mut Workbook, name: &str, columns: &[Column]) -> Result<Worksheet, RenderError> {
    let head = Style::new().set_bold().set_background_color(Color::RGB(0x00E8_EEF7)).set_align(FormatAlign::Center);
    let mut sheet = book.new_worksheet_with_constant_memory()?;
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        sheet.set_column_width(at, column.width)?;
        sheet.write_string_with_format(0, at, &column.title, &head)?;
    }
    Ok(sheet)
}

fn put(sheet: &mut Worksheet, row: u32, at: u16, cell: &Cell) -> Result<(), RenderError> {
    match cell {
        Cell::Empty => {}
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets know only doubles")]
        Cell::Int(n) => {
            sheet.write_number(row, at, *n as f64)?;
        }
        Cell::Number(n) => {
            sheet.write_number(row, at, *n)?;
        }
        // As a string cell a formula cannot run, so nothing is put before it.
        Cell::Text(text) => {
            let fits: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(CELL_CHARS).collect();
            sheet.write_string(row, at, fits)?;
        }
        Cell::Time(time) => {
            sheet.write_string(row, at, time.format_cn())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
    use std::io::Cursor;

    fn table(limit: u32, rows: &[Vec<Cell>]) -> Xlsx<Cursor<Vec<u8>>> {
        let stamp = Stamp { lines: vec![("导出人".into(), "张三".into())] };
        let columns = [Column::new("编号", 24.0), Column::new("次数", 8.0)];
        let mut table = XlsxTable::start("工单", &columns, &stamp).unwrap();
        table.limit = limit;
        table.rows(rows).unwrap();
        let mut bytes = Vec::new();
        table.finish(&mut bytes).unwrap();
        open_workbook_from_rs(Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn file_reads_back_with_stamp_headings_and_values() {
        let mut book = table(SHEET_ROWS, &[vec![Cell::from("=1+1"), Cell::Int(3)]]);
        assert_eq!(book.sheet_names(), ["导出说明", "工单"]);
        let front = book.worksheet_range("导出说明").unwrap();
        assert_eq!(front.get_value((0, 1)), Some(&Data::String("张三".into())));
        let sheet = book.worksheet_range("工单").unwrap();
        assert_eq!(sheet.get_value((0, 0)), Some(&Data::String("编号".into())));
        assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::Float(3.0)));
    }

    #[test]
    fn rows_beyond_one_sheet_go_to_the_next_with_headings() {
        let rows: Vec<Vec<Cell>> = (0..5).map(|n| vec![Cell::Int(n)]).collect();
        let mut book = table(2, &rows);
        assert_eq!(book.sheet_names(), ["导出说明", "工单", "工单(2)", "工单(3)"]);
        let last = book.worksheet_range("工单(3)").unwrap();
        assert_eq!(last.get_value((0, 0)), Some(&Data::String("编号".into())));
        assert_eq!(last.get_value((1, 0)), Some(&Data::Float(4.0)));
    }
}
