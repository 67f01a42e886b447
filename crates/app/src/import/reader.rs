//! Rows of a foreign file, one at a time: CSV (UTF-8 or with byte order mark), XLSX (first sheet), JSON lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx};
use kernel::{FieldError, Refusal};
use serde_json::Value;

/// A row with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As an editor or spreadsheet counts, from 1, the heading included.
    pub line: i64,
    pub values: BTreeMap<String, String>,
}

/// What a reader tells its caller about each row: it stops when the answer is `false`.
type Sink<'a> = dyn FnMut(Result<Record, String>) -> bool + 'a;

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Refusal {
    FieldError::new("file", format!("无法读取文件{}：{why}", path.display()))
        .with_remedy("请检查文件路径、格式和编码")
        .into()
}

/// Feeds every row to `sink`, a broken one as the reason in Chinese. Blocking; memory does not grow with the file,
/// except for the shared strings of an XLSX.
///
/// # Errors
/// The file cannot be opened, is of another format, or lacks columns that `missing` asks for.
pub fn read(path: &Path, missing: &dyn Fn(&[String]) -> Vec<String>, sink: &mut Sink) -> Result<(), Refusal> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" | "txt" => read_csv(path, missing, sink),
        "xlsx" => read_xlsx(path, missing, sink),
        "jsonl" | "ndjson" => read_jsonl(path, sink),
        _ => Err(FieldError::new("file", format!("不支持“{extension}”文件"))
            .with_remedy("请使用csv、xlsx或jsonl")
            .into()),
    }
}

fn demand(header: &[String], missing: &dyn Fn(&[String]) -> Vec<String>) -> Result<(), Refusal> {
    let absent = missing(header);
    if absent.is_empty() {
        return Ok(());
    }
    let remedy = format!("文件中的列：{}", header.join("、"));
    Err(FieldError::new("mapping", format!("文件缺少列：{}", absent.join("、"))).with_remedy(remedy).into())
}

fn read_csv(path: &Path, missing: &dyn Fn(&[String]) -> Vec<String>, sink: &mut Sink) -> Result<(), Refusal> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(|e| unreadable(path, e))?;
    let header: Vec<String> = reader
        .headers()
        .map_err(|e| unreadable(path, e))?
        .iter()
        .map(|h| h.trim_start_matches('\u{feff}').trim().to_owned())
        .collect();
    demand(&header, missing)?;
    // Of CRLF the reader leaves the LF for the next row and so counts one line less.
    let heading = header.iter().map(|h| h.matches('\n').count()).sum::<usize>() + 1;
    let behind = u64::from(reader.position().line() == u64::try_from(heading).unwrap_or(0));
    let mut row = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut row);
        let item = match read {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = row.position().map_or(0, csv::Position::line) + behind;
                let values = header.iter().zip(row.iter()).map(|(h, v)| (h.clone(), v.to_owned())).collect();
                Ok(Record { line: i64::try_from(line).unwrap_or(i64::MAX), values })
            }
            Err(e) if e.is_io_error() => return Err(unreadable(path, e)),
            Err(e) => Err(format!("此行不是有效的CSV：{e}")),
        };
        if !sink(item) {
            return Ok(());
        }
    }
}

fn read_jsonl(path: &Path, sink: &mut Sink) -> Result<(), Refusal> {
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    for (at, text) in BufReader::new(file).lines().enumerate() {
        let text = text.map_err(|e| unreadable(path, e))?;
        if text.trim().is_empty() {
            continue;
        }
        let item = match serde_json::from_str::<BTreeMap<String, Value>>(&text) {
            Ok(object) => {
                let values = object.into_iter().map(|(k, v)| (k, plain(v))).collect();
                Ok(Record { line: i64::try_from(at + 1).unwrap_or(i64::MAX), values })
            }
            Err(e) => Err(format!("此行不是有效的JSON对象：{e}")),
        };
        if !sink(item) {
            return Ok(());
        }
    }
    Ok(())
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn read_xlsx(path: &Path, missing: &dyn Fn(&[String]) -> Vec<String>, sink: &mut Sink) -> Result<(), Refusal> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).map_err(|e: calamine::XlsxError| unreadable(path, e))?;
    let sheet = book.sheet_names().first().cloned().ok_or_else(|| unreadable(path, "没有工作表"))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|e| unreadable(path, e))?;
    let mut header: Option<Vec<String>> = None;
    let mut row: Option<(u32, Vec<String>)> = None;
    loop {
        let cell = cells.next_cell().map_err(|e| unreadable(path, e))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        if row.as_ref().is_some_and(|(at, _)| place.is_none_or(|(r, _)| r != *at)) {
            let (at, texts) = row.take().unwrap_or_default();
            match &header {
                None => {
                    let names: Vec<String> = texts.iter().map(|t| t.trim().to_owned()).collect();
                    demand(&names, missing)?;
                    header = Some(names);
                }
                Some(names) => {
                    let values = names.iter().cloned().zip(texts).collect();
                    if !sink(Ok(Record { line: i64::from(at) + 1, values })) {
                        return Ok(());
                    }
                }
            }
        }
        let (Some(cell), Some((at, column))) = (cell, place) else { return Ok(()) };
        let (_, texts) = row.get_or_insert((at, Vec::new()));
        let column = usize::try_from(column).unwrap_or(usize::MAX).min(16_383);
        if texts.len() <= column {
            texts.resize(column + 1, String::new());
        }
        texts[column] = cell_text(cell.get_value());
    }
}

/// Dates as `2026-11-24 10:05:00`, whole numbers without a fraction: source numbers and phones often are numbers.
fn cell_text(value: &DataRef) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTime(at) => {
            let (y, mo, d, h, mi, s, _) = at.to_ymd_hms_milli();
            format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn rows(name: &str, bytes: &[u8]) -> Vec<Result<Record, String>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        let mut out = Vec::new();
        read(&path, &|_| Vec::new(), &mut |row| {
            out.push(row);
            true
        })
        .unwrap();
        out
    }

    #[test]
    fn csv_with_mark_and_line_breaks_reads_with_its_lines() {
        let rows = rows("a.csv", "\u{feff}编号,内容\r\n1,\"第一行\n第二行\"\r\n2,井盖\r\n".as_bytes());
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.line, first.values["内容"].as_str()), (2, "第一行\n第二行"));
        assert_eq!(rows[1].as_ref().unwrap().line, 4);
        let rows = self::rows("b.csv", "编号,内容\n1,\"第一行\n第二行\"\n2,井盖".as_bytes());
        assert_eq!(rows.iter().map(|r| r.as_ref().unwrap().line).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn broken_json_line_is_reported_and_the_rest_is_read() {
        let rows = rows("a.jsonl", "{\"编号\":1,\"内容\":\"路灯\"}\n不是JSON\n\n{\"编号\":2}\n".as_bytes());
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].as_ref().unwrap().values["编号"], "1");
        assert!(rows[1].as_ref().unwrap_err().contains("JSON"));
        assert_eq!(rows[2].as_ref().unwrap().line, 4);
    }

    #[test]
    fn xlsx_written_by_the_export_reads_back() {
        let stamp = render::Stamp { lines: Vec::new() };
        let columns = [render::Column::new("编号", 10.0), render::Column::new("内容", 10.0)];
        let mut table = render::XlsxTable::start("工单", &columns, &stamp).unwrap();
        table.rows(&[vec![render::Cell::Int(7), "路灯".into()], vec![render::Cell::Empty, "井盖".into()]]).unwrap();
        let mut bytes = Vec::new();
        table.finish(&mut bytes).unwrap();
        // The export's first sheet is its stamp; an import reads the first sheet, so only the shape is looked at here.
        assert!(rows("a.xlsx", &bytes).is_empty());
    }

    #[test]
    fn missing_columns_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, "编号,内容\n").unwrap();
        let refusal = read(&path, &|_| vec!["电话".to_owned()], &mut |_| true).unwrap_err();
        assert!(refusal.message.contains("电话"));
        assert!(refusal.fields[0].remedy.as_deref().unwrap().contains("编号、内容"));
    }
}
