//! Templates as Word leaves them, and what becomes of them: read by LibreOffice and by poppler, not only by us.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use press::{
    About, Align, BLACK, Block, Cell, Fields, Fonts, Merge, Para, Piece, Place, Row, Run, Sheet, Spacing, Table, fill,
    hairline, pdf, placeholders, qr_png, read, write,
};

fn run(text: &str) -> Run {
    Run {
        piece: Piece::Text(text.to_owned()),
        font: "仿宋_GB2312".to_owned(),
        size: 16.0,
        bold: false,
        underline: false,
        colour: BLACK,
        track: 0.0,
    }
}

fn para(runs: &[&str]) -> Block {
    Block::Para(Para { align: Align::Both, runs: runs.iter().map(|t| run(t)).collect(), ..Para::default() })
}

fn cell(text: &str) -> Cell {
    let edges = [Some(hairline()); 4];
    Cell { span: 1, merge: Merge::None, place: Place::Top, edges, pad: 4.0, shade: None, blocks: vec![para(&[text])] }
}

fn row(texts: &[&str]) -> Row {
    let cells = texts.iter().map(|t| cell(t)).collect();
    Row { height: 20.0, exact: false, whole: false, heading: false, cells }
}

fn table(rows: Vec<Row>) -> Block {
    Block::Table(Table { columns: vec![100.0, 300.0], align: Align::Left, indent: 0.0, rows })
}

fn docx(body: Vec<Block>) -> Vec<u8> {
    write(&Sheet { body, ..Sheet::default() }).expect("a sheet of ours can be written")
}

fn fields(texts: &[(&str, &str)]) -> Fields {
    let texts = texts.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Fields { texts, ..Fields::default() }
}

fn said(docx: &[u8]) -> String {
    fn of(blocks: &[Block], out: &mut String) {
        for block in blocks {
            match block {
                Block::Para(p) => {
                    for r in &p.runs {
                        match &r.piece {
                            Piece::Text(t) => out.push_str(t),
                            Piece::Break => out.push('/'),
                            _ => {}
                        }
                    }
                    out.push('\n');
                }
                Block::Table(t) => t.rows.iter().flat_map(|r| &r.cells).for_each(|c| of(&c.blocks, out)),
            }
        }
    }
    let mut out = String::new();
    of(&read(docx).expect("a document of ours can be read").body, &mut out);
    out
}

fn tool(name: &str, args: &[&str]) -> std::process::Output {
    let done = Command::new(name).args(args).output();
    let done = done.unwrap_or_else(|e| panic!("{name}: {e}; `cargo xtask ci` installs it"));
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

fn text_of(pdf: &Path) -> String {
    let out = tool("pdftotext", &["-layout", pdf.to_str().expect("a plain path"), "-"]);
    String::from_utf8(out.stdout).expect("UTF-8")
}

/// Without blanks: where a line ends is each program's own business.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_placeholder_is_found_however_word_has_cut_it() {
    let template = docx(vec![para(&["关于{", "{标", "题", "}}的函，", "{{文号}}", "。"])]);
    let names: Vec<String> = placeholders(&template).unwrap().into_iter().collect();
    assert_eq!(names, ["文号", "标题"]);
    let filled = fill(&template, &fields(&[("标题", "路灯<修复>&"), ("文号", "第1号")])).unwrap();
    assert_eq!(said(&filled), "关于路灯<修复>&的函，第1号。\n");
}

#[test]
fn what_is_wrong_with_a_template_is_named() {
    for (text, told) in [("{{标题", "没有写完"), ("{{ }}", "写法有误"), ("{{a{b}}", "写法有误")] {
        let e = placeholders(&docx(vec![para(&[text])])).unwrap_err().to_string();
        assert!(e.contains(told), "{text}: {e}");
    }
    let e = fill(&docx(vec![para(&["{{没有}}"])]), &Fields::default()).unwrap_err().to_string();
    assert!(e.contains("{{没有}}"), "{e}");
    assert!(placeholders(b"PK\x03\x04").is_err() && read(b"no zip").is_err());
}

#[test]
fn texts_of_several_lines_and_lists_grow_the_document() {
    let template = docx(vec![
        para(&["{{内容}}"]),
        para(&["{{空}}"]),
        para(&["见：{{内容}}"]),
        table(vec![row(&["序号", "名称"]), row(&["{{附件.序号}}", "{{附件.名称}}"])]),
    ]);
    let mut f = fields(&[("内容", "第一段\n\n第二段\u{1}")]);
    let item =
        |n: &str, name: &str| BTreeMap::from([("序号".to_owned(), n.to_owned()), ("名称".to_owned(), name.to_owned())]);
    f.lists.insert("附件".to_owned(), vec![item("1", "照片"), item("2", "录音")]);
    f.texts.insert("空".to_owned(), String::new());
    let filled = fill(&template, &f).unwrap();
    let told = said(&filled);
    assert!(told.starts_with("第一段\n第二段\n见：第一段//第二段\n"), "{told}");
    assert!(told.ends_with("序号\n名称\n1\n照片\n2\n录音\n"), "{told}");
}

#[test]
fn both_files_say_the_same_to_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let long = "经现场核查，泉水路12号门前两盏路灯因光源老化损坏，已于3月10日全部更换（含线路排查），当晚恢复照明。"
        .repeat(40);
    let template = docx(vec![
        para(&["{{标题}}"]),
        para(&["{{内容}}"]),
        table(vec![row(&["内容", "{{内容}}"]), row(&["码", "{{二维码}}"])]),
    ]);
    let f = Fields {
        qr: Some(qr_png("https://12345.example.cn/verify/A1").unwrap()),
        ..fields(&[("标题", "答复函"), ("内容", &long)])
    };
    let filled = fill(&template, &f).unwrap();
    let ours = pdf(&filled, &Fonts::new(None), &About::default()).unwrap();
    assert_eq!(ours, pdf(&filled, &Fonts::new(None), &About::default()).unwrap(), "the same bytes every time");
    assert!(ours.len() < 200_000, "{} bytes: only the characters in use are embedded", ours.len());
    let (word, own) = (folder.path().join("word.docx"), folder.path().join("own.pdf"));
    std::fs::write(&word, &filled).unwrap();
    std::fs::write(&own, &ours).unwrap();
    let out = folder.path().to_str().unwrap();
    let home = format!("-env:UserInstallation=file://{out}/office");
    tool("soffice", &[&home, "--headless", "--convert-to", "pdf", "--outdir", out, word.to_str().unwrap()]);
    let theirs = plain(&text_of(&folder.path().join("word.pdf")));
    let mine = plain(&text_of(&own));
    for text in [&theirs, &mine] {
        assert!(text.starts_with("答复函经现场核查，泉水路12号"), "{text}");
        assert_eq!(text.matches("恢复照明。").count(), 80, "nothing is lost where pages turn");
    }
    let fonts = tool("pdffonts", &[own.to_str().unwrap()]);
    let fonts = String::from_utf8(fonts.stdout).unwrap();
    assert!(
        fonts.contains("NotoSerifCJK") && fonts.contains("yes yes yes"),
        "embedded, subset, with a text map: {fonts}"
    );
}

#[test]
fn lines_keep_what_may_not_stand_at_their_ends() {
    let folder = tempfile::tempdir().unwrap();
    let text = "办理，结果。".repeat(60);
    let p = Para { align: Align::Both, spacing: Spacing::Exact(28.0), runs: vec![run(&text)], ..Para::default() };
    let made = pdf(&docx(vec![Block::Para(p)]), &Fonts::new(None), &About::default()).unwrap();
    let path = folder.path().join("lines.pdf");
    std::fs::write(&path, made).unwrap();
    let set = text_of(&path);
    let lines: Vec<&str> = set.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert!(lines.len() > 10, "{set}");
    assert!(lines.iter().all(|l| !l.starts_with(['，', '。'])), "{set}");
}
