//! The templates that ship with the platform: letters after the 信函格式 of GB/T 9704—2012, forms as tables. An
//! administrator starts from them: they are downloaded, changed in Word or WPS and uploaded again.

use domain::paper::PaperKind;
use press::{
    Align, BLACK, Block, Cell, Colour, MM, Merge, Page, Para, Piece, Place, Row, Rule, Run, Sheet, Spacing, Stroke,
    Table, hairline,
};

/// 三号, of the text; 二号, of the title; 五号 and 小四, of forms.
const THIRD: f32 = 16.0;
const SECOND: f32 = 22.0;
const SMALL_FOURTH: f32 = 12.0;
const FIFTH: f32 = 10.5;
/// 22 lines on a page of 225 mm.
const LINE: Spacing = Spacing::Exact(28.9);
const RED: Colour = [0xE6, 0x00, 0x12];
const LABEL: Colour = [0xF3, 0xF4, 0xF6];

const FANGSONG: &str = "仿宋_GB2312";
const TITLE: &str = "方正小标宋简体";
const HEI: &str = "黑体";
const SONG: &str = "宋体";

fn run(text: &str, font: &str, size: f32) -> Run {
    Run {
        piece: Piece::Text(text.to_owned()),
        font: font.to_owned(),
        size,
        bold: false,
        underline: false,
        colour: BLACK,
        track: 0.0,
    }
}

fn para(text: &str, font: &str, size: f32, align: Align) -> Para {
    Para { align, runs: vec![run(text, font, size)], ..Para::default() }
}

/// A paragraph of the text of a letter.
fn text(words: &str) -> Block {
    let p = para(words, FANGSONG, THIRD, Align::Both);
    Block::Para(Para { first: 2.0 * THIRD, spacing: LINE, ..p })
}

/// A numbered heading of a letter in 黑体, with its text behind it in one paragraph below.
fn point(heading: &str, words: &str) -> [Block; 2] {
    let p = para(heading, HEI, THIRD, Align::Both);
    [Block::Para(Para { first: 2.0 * THIRD, spacing: LINE, keep_next: true, ..p }), text(words)]
}

fn blank(size: f32, spacing: Spacing) -> Block {
    Block::Para(Para { spacing, ..para("", FANGSONG, size, Align::Left) })
}

fn page_number(align: Align) -> Block {
    let mut p = para("— ", SONG, 14.0, align);
    p.runs.push(Run { piece: Piece::PageNumber, ..run("", SONG, 14.0) });
    p.runs.push(run(" —", SONG, 14.0));
    match align {
        Align::Right => p.right = 14.0,
        _ => p.left = 14.0,
    }
    Block::Para(p)
}

/// Lines of a letter are 170 mm long, wider than the text on both sides.
fn red_line(stroke: Stroke) -> Para {
    let rule = Rule { stroke, width: 2.25, colour: RED, space: 1.0 };
    let p = para("", FANGSONG, 1.0, Align::Center);
    let wide = Para { left: -7.0 * MM, right: -7.0 * MM, spacing: Spacing::Exact(1.0), ..p };
    match stroke {
        Stroke::ThinThick => Para { above: Some(rule), ..wide },
        _ => Para { below: Some(rule), ..wide },
    }
}

fn letter(title: &str, to: &str, body: Vec<Block>) -> Sheet {
    let runs = vec![Run { colour: RED, ..run("{{落款单位}}", TITLE, 24.0) }];
    let wide = Para { left: -7.0 * MM, right: -7.0 * MM, align: Align::Center, ..Para::default() };
    let head = Para { runs, after: 4.0 * MM, ..wide };
    let mut blocks = vec![
        Block::Para(Para { spacing: LINE, ..para("{{文号}}", FANGSONG, THIRD, Align::Right) }),
        blank(THIRD, LINE),
        Block::Para(Para { spacing: Spacing::Exact(32.0), ..para(title, TITLE, SECOND, Align::Center) }),
        blank(THIRD, LINE),
        Block::Para(Para { spacing: LINE, ..para(to, FANGSONG, THIRD, Align::Left) }),
    ];
    blocks.extend(body);
    // 成文日期 never stands on a page without text.
    if let Some(Block::Para(last)) = blocks.last_mut() {
        last.keep_next = true;
    }
    blocks.extend([
        Block::Para(Para { keep_next: true, spacing: Spacing::Exact(20.0), ..para("", FANGSONG, THIRD, Align::Left) }),
        signature(),
    ]);
    Sheet {
        page: Page { bottom: 26.0 * MM, header: 30.0 * MM, footer: 20.0 * MM, ..Page::default() },
        body: blocks,
        first_header: vec![Block::Para(head), Block::Para(red_line(Stroke::ThickThin))],
        first_footer: vec![Block::Para(red_line(Stroke::ThinThick))],
        footer: vec![page_number(Align::Right)],
        even_footer: vec![page_number(Align::Left)],
        title_page: true,
        ..Sheet::default()
    }
}

fn plain_cell(blocks: Vec<Block>) -> Cell {
    Cell { span: 1, merge: Merge::None, place: Place::Middle, edges: [None; 4], pad: 3.0, shade: None, blocks }
}

/// Code and signature side by side: the unit's name centred over the date.
fn signature() -> Block {
    let code = Para { spacing: Spacing::AtLeast(70.0), ..para("{{二维码}}", SONG, FIFTH, Align::Left) };
    let small =
        |words: &str| Block::Para(Para { spacing: Spacing::Exact(13.0), ..para(words, SONG, 8.0, Align::Left) });
    let signed = |words: &str| Block::Para(Para { spacing: LINE, ..para(words, FANGSONG, THIRD, Align::Center) });
    let told = vec![small("{{文号}}"), small("验证码："), small("{{验证码}}"), small("扫码或登录 {{核验网址}} 核验")];
    let name = vec![signed("{{落款单位}}"), signed("{{成文日期}}")];
    let cells = vec![plain_cell(vec![Block::Para(code)]), plain_cell(told), plain_cell(name)];
    let row = Row { height: 0.0, exact: false, whole: true, heading: false, cells };
    Block::Table(Table {
        columns: vec![25.0 * MM, 42.0 * MM, 89.0 * MM],
        align: Align::Left,
        indent: 0.0,
        rows: vec![row],
    })
}

/// 二维码, how to verify, who issued it: the foot of a form.
fn verification() -> Block {
    let code = Para { spacing: Spacing::AtLeast(66.0), ..para("{{二维码}}", SONG, FIFTH, Align::Left) };
    let line = |words: &str| Block::Para(Para { spacing: Spacing::Exact(15.0), ..para(words, SONG, 9.0, Align::Left) });
    let verify = vec![
        line("文书编号：{{文号}}"),
        line("验 证 码：{{验证码}}"),
        line("扫描二维码，或登录 {{核验网址}} 输入编号和验证码，可核验真伪。"),
    ];
    let issued = vec![line("出具单位：{{落款单位}}"), line("经 办 人：{{经办人}}"), line("出具日期：{{成文日期}}")];
    let cells = vec![plain_cell(vec![Block::Para(code)]), plain_cell(verify), plain_cell(issued)];
    let row = Row { height: 0.0, exact: false, whole: true, heading: false, cells };
    Block::Table(Table {
        columns: vec![26.0 * MM, 74.0 * MM, 70.0 * MM],
        align: Align::Left,
        indent: 0.0,
        rows: vec![row],
    })
}

/// Widths of a form's eight columns: label and value in turn, points.
const WHOLE: f32 = 170.0 * MM;

fn cell(blocks: Vec<Block>, span: usize) -> Cell {
    Cell { span, edges: [Some(hairline()); 4], pad: 4.0, ..plain_cell(blocks) }
}

fn words(text: &str, font: &str, align: Align) -> Block {
    let p = para(text, font, SMALL_FOURTH, align);
    Block::Para(Para { spacing: Spacing::Exact(19.0), before: 2.0, after: 2.0, ..p })
}

fn label(text: &str, span: usize) -> Cell {
    Cell { shade: Some(LABEL), ..cell(vec![words(text, HEI, Align::Center)], span) }
}

fn value(text: &str, span: usize) -> Cell {
    cell(vec![words(text, FANGSONG, Align::Left)], span)
}

fn row(cells: Vec<Cell>) -> Row {
    Row { height: 24.0, exact: false, whole: false, heading: false, cells }
}

/// Two labels with their values.
fn pair(a: &str, b: &str) -> Row {
    let value_of = |name: &str| format!("{{{{{name}}}}}");
    row(vec![label(a, 1), value(&value_of(a), 3), label(b, 1), value(&value_of(b), 3)])
}

/// A label and a long text.
fn long(name: &str, slot: &str, height: f32) -> Row {
    let p = para(&format!("{{{{{slot}}}}}"), FANGSONG, SMALL_FOURTH, Align::Both);
    let p = Para { spacing: Spacing::Exact(20.0), before: 3.0, after: 3.0, first: 2.0 * SMALL_FOURTH, ..p };
    let mut whole = cell(vec![Block::Para(p)], 7);
    whole.place = Place::Top;
    Row { height, ..row(vec![label(name, 1), whole]) }
}

/// A place for a person's hand: opinion, signature, date.
fn sign(name: &str) -> Row {
    let hand = Para {
        before: 22.0,
        ..para("签字：　　　　　　　　　年　　月　　日", FANGSONG, SMALL_FOURTH, Align::Right)
    };
    row(vec![label(name, 1), cell(vec![Block::Para(Para { spacing: Spacing::Exact(20.0), ..hand })], 7)])
}

/// A heading over the whole width.
fn band(text: &str) -> Row {
    Row { whole: true, ..row(vec![Cell { shade: Some(LABEL), ..cell(vec![words(text, HEI, Align::Center)], 8) }]) }
}

/// A list: headings and one row that is repeated. Spans add up to eight.
fn list(columns: &[(&str, &str, usize)]) -> [Row; 2] {
    let heads = columns.iter().map(|(head, _, span)| label(head, *span)).collect();
    let cells = columns.iter().map(|(_, slot, span)| value(&format!("{{{{{slot}}}}}"), *span)).collect();
    [Row { whole: true, ..row(heads) }, row(cells)]
}

fn form(title: &str, rows: Vec<Row>) -> Sheet {
    let narrow = Page {
        top: 20.0 * MM,
        bottom: 20.0 * MM,
        left: 20.0 * MM,
        right: 20.0 * MM,
        header: 12.0 * MM,
        footer: 12.0 * MM,
        ..Page::default()
    };
    let head = para("{{城市}}12345政务服务便民热线", TITLE, 18.0, Align::Center);
    let title = Para { after: 8.0, before: 2.0, ..para(title, TITLE, SECOND, Align::Center) };
    let mut number = para("编号：{{文号}}", FANGSONG, SMALL_FOURTH, Align::Right);
    number.after = 4.0;
    let columns = [20.0, 22.0, 22.0, 21.0, 20.0, 22.0, 22.0, 21.0].map(|mm| mm * MM).to_vec();
    debug_assert!((columns.iter().sum::<f32>() - WHOLE).abs() < 0.1);
    let table = Table { columns, align: Align::Left, indent: 0.0, rows };
    let mut footer = para("第 ", SONG, 9.0, Align::Center);
    footer.runs.push(Run { piece: Piece::PageNumber, ..run("", SONG, 9.0) });
    footer.runs.push(run(" 页　　{{文号}}", SONG, 9.0));
    Sheet {
        page: narrow,
        body: vec![
            Block::Para(head),
            Block::Para(title),
            Block::Para(number),
            Block::Table(table),
            // Two tables without a paragraph between would grow together.
            blank(6.0, Spacing::Exact(6.0)),
            verification(),
        ],
        footer: vec![Block::Para(footer)],
        ..Sheet::default()
    }
}

/// What every form says of the matter.
fn matter() -> Vec<Row> {
    let whole = |name: &str, slot: &str| row(vec![label(name, 1), value(&format!("{{{{{slot}}}}}"), 7)]);
    vec![
        pair("工单编号", "登记时间"),
        whole("标　　题", "标题"),
        pair("诉求类型", "事项分类"),
        pair("来源", "紧急程度"),
        pair("诉求人", "联系电话"),
        pair("所属区域", "事发地址"),
        long("诉求内容", "诉求内容", 80.0),
    ]
}

fn transfer() -> Sheet {
    let mut rows = matter();
    rows.push(pair("收文单位", "办理方式"));
    rows.push(pair("主办单位", "办理期限"));
    rows.push(long("转办意见", "转办意见", 44.0));
    rows.push(long("领导批示", "领导批示", 44.0));
    rows.push(band("附件清单"));
    rows.extend(list(&[("序号", "附件.序号", 1), ("名称", "附件.名称", 5), ("大小", "附件.大小", 2)]));
    rows.push(sign("签收"));
    form("诉求事项转办单", rows)
}

fn sheet() -> Sheet {
    let mut rows = matter();
    rows.push(pair("主办单位", "协办单位"));
    rows.push(pair("办理期限", "办理状态"));
    rows.push(long("诉求目的", "诉求目的", 30.0));
    rows.push(long("办理情况", "办理情况", 60.0));
    rows.push(pair("办理结果", "经办人"));
    rows.push(long("公开答复", "公开答复", 60.0));
    rows.push(band("流转记录"));
    rows.extend(list(&[
        ("时间", "流转.时间", 2),
        ("单位", "流转.单位", 1),
        ("人员", "流转.人员", 1),
        ("事项", "流转.事项", 1),
        ("意见", "流转.意见", 3),
    ]));
    form("诉求事项工单", rows)
}

fn approval(title: &str, kind: PaperKind) -> Sheet {
    let mut rows = matter();
    rows.push(pair("申请单位", "申请人"));
    rows.push(pair("申请时间", "申请事由"));
    rows.push(long("申请理由", "申请理由", 70.0));
    rows.push(long("申请依据", "申请依据", 30.0));
    rows.push(match kind {
        PaperKind::Extension => pair("原办理期限", "延长期限"),
        PaperKind::Return => pair("主办单位", "建议去向"),
        _ => pair("主办单位", "原办理期限"),
    });
    rows.push(band("审批意见"));
    rows.extend(list(&[
        ("环节", "审批.环节", 1),
        ("审批人", "审批.审批人", 1),
        ("结论", "审批.结论", 1),
        ("意见", "审批.意见", 3),
        ("时间", "审批.时间", 2),
    ]));
    rows.push(row(vec![label("结　　论", 1), value("{{审批结论}}", 7)]));
    form(title, rows)
}

fn assignment() -> Sheet {
    let mut body = vec![text(
        "现将“{{标题}}”（工单编号：{{工单编号}}）交由你单位办理。该件由群众于{{登记时间}}通过{{来源}}反映，属{{诉求类型}}类，涉及{{事项分类}}。",
    )];
    body.extend(point("一、诉求内容", "{{诉求内容}}"));
    body.extend(point("二、领导批示", "{{领导批示}}"));
    body.extend(point("三、办理要求", "{{交办意见}}"));
    body.push(text("请于{{签收期限}}前签收，{{反馈期限}}前办结，通过热线平台报送办理结果，并在办理中联系诉求人。确需延期的，请在期限届满前提出申请。"));
    letter("关于交办群众诉求事项的函", "{{收文单位}}：", body)
}

fn supervision() -> Sheet {
    let mut body = vec![text(
        "你单位承办的“{{标题}}”（工单编号：{{工单编号}}，办理期限{{办理期限}}），因{{督办事由}}，现予以{{督办级别}}（第{{督办轮次}}轮）。",
    )];
    body.extend(point("一、诉求内容", "{{诉求内容}}"));
    body.extend(point("二、督办意见", "{{督办意见}}"));
    body.push(text("请高度重视，立即组织办理，于{{反馈期限}}前通过热线平台书面反馈办理情况和结果。"));
    body.push(text("{{抄送单位}}"));
    letter("督　办　函", "{{收文单位}}：", body)
}

fn reply() -> Sheet {
    let body = vec![
        text(
            "您好！您于{{登记时间}}通过{{来源}}反映的“{{标题}}”（工单编号：{{工单编号}}）收悉。经{{承办单位}}办理，现答复如下：",
        ),
        text("{{答复内容}}"),
        text("{{答复依据}}"),
        text("如对办理结果有异议，可拨打12345热线或凭工单查询码在热线网站反映。感谢您对政府工作的关心和支持。"),
        text("特此函复。"),
    ];
    letter("关于您反映事项办理情况的答复函", "{{诉求人}}{{称谓}}：", body)
}

/// The built-in template of a kind.
#[must_use]
pub fn stock(kind: PaperKind) -> Sheet {
    match kind {
        PaperKind::Transfer => transfer(),
        PaperKind::Assign => assignment(),
        PaperKind::Sheet => sheet(),
        PaperKind::Supervise => supervision(),
        PaperKind::Return => approval("退回事项审批单", kind),
        PaperKind::Extension => approval("延期办理审批单", kind),
        PaperKind::Redo => approval("重新办理审批单", kind),
        PaperKind::Reply => reply(),
    }
}

/// 卷宗目录: what is in the file of one order.
pub fn catalogue(city: &str, heads: &[(&str, String)], rows: &[[String; 5]]) -> Sheet {
    let mut all: Vec<Row> = heads.iter().map(|(name, told)| row(vec![label(name, 1), value(told, 7)])).collect();
    let titles = [("序号", 1), ("材料", 2), ("文件", 3), ("大小", 1), ("说明", 1)];
    let heading = row(titles.map(|(name, span)| label(name, span)).into());
    all.push(Row { whole: true, ..heading });
    let item = |texts: &[String; 5]| row(titles.iter().zip(texts).map(|((_, span), t)| value(t, *span)).collect());
    all.extend(rows.iter().map(item));
    let mut sheet = form("卷　宗　目　录", all);
    // A catalogue has no number to verify it by: the digests in the archive do that.
    sheet.body.truncate(4);
    sheet.body.remove(2);
    sheet.body[0] = Block::Para(para(&format!("{city}12345政务服务便民热线"), TITLE, 18.0, Align::Center));
    let note = "文件校验值见 SHA256SUMS 与 SM3SUMS；“不在查看范围内”的材料未收入本卷。";
    sheet.body.push(Block::Para(Para { before: 8.0, ..para(note, FANGSONG, FIFTH, Align::Left) }));
    let mut footer = para("第 ", SONG, 9.0, Align::Center);
    footer.runs.push(Run { piece: Piece::PageNumber, ..run("", SONG, 9.0) });
    footer.runs.push(run(" 页", SONG, 9.0));
    sheet.footer = vec![Block::Para(footer)];
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_template_passes_its_own_check_and_survives_being_written() {
        for kind in PaperKind::ALL {
            let bytes = press::write(&stock(*kind)).unwrap();
            let names = press::placeholders(&bytes).unwrap();
            domain::paper::check_template(*kind, names.iter().map(String::as_str))
                .unwrap_or_else(|e| panic!("{kind}: {e:?}"));
            let back = press::read(&bytes).unwrap();
            assert!(back.left_out.is_empty());
            let again = press::write(&back).unwrap();
            assert!(again == bytes, "{kind}: read and written again");
        }
    }

    /// Made by us and by LibreOffice from the same file: the words are the same, and nothing is left unfilled.
    #[test]
    fn every_document_opens_in_an_office_program_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let kept = std::env::var_os("PAPER_SAMPLES").map(std::path::PathBuf::from);
        let at = kept.as_deref().unwrap_or(folder.path());
        let fonts = press::Fonts::new(None);
        let mut files = Vec::new();
        for kind in PaperKind::ALL {
            let mut fields = super::super::fields::sample(*kind);
            fields.qr = Some(press::qr_png("https://12345.example.cn/verify/A1B2-C3D4-E5F6-A7B8-C9D0").unwrap());
            let docx = press::fill(&press::write(&stock(*kind)).unwrap(), &fields).unwrap();
            let pdf = press::pdf(&docx, &fonts, &press::About::default()).unwrap();
            std::fs::write(at.join(format!("{kind}.ours.pdf")), pdf).unwrap();
            let word = at.join(format!("{kind}.docx"));
            std::fs::write(&word, docx).unwrap();
            files.push(word);
        }
        let home = format!("-env:UserInstallation=file://{}/office", folder.path().display());
        let office = std::process::Command::new("soffice")
            .args([home.as_str(), "--headless", "--convert-to", "pdf", "--outdir"])
            .arg(at)
            .args(&files)
            .output()
            .expect("LibreOffice, which `cargo xtask ci` installs");
        assert!(office.status.success(), "{}", String::from_utf8_lossy(&office.stderr));
        for kind in PaperKind::ALL {
            let (theirs, ours) =
                (words_of(&at.join(format!("{kind}.pdf"))), words_of(&at.join(format!("{kind}.ours.pdf"))));
            assert_eq!(theirs, ours, "{kind}");
            assert!(ours.contains('〔') && !ours.contains('{'), "{kind}: {ours}");
        }
    }

    /// The characters of a PDF, sorted, without the pages' feet: the order in which cells are told and where a page
    /// ends are each program's own.
    fn words_of(pdf: &std::path::Path) -> String {
        let out = std::process::Command::new("pdftotext").arg(pdf).arg("-").output().expect("poppler-utils");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let pages = String::from_utf8(out.stdout).unwrap();
        let mut told: Vec<char> = pages.split_terminator('\u{c}').enumerate().flat_map(body_of).collect();
        told.sort_unstable();
        told.into_iter().collect()
    }

    /// A page's characters without its foot: "第 1 页　文号" of a form, "— 1 —" of a letter. Hyphens are left out: a reader
    /// takes one at the end of a line for a word that was parted.
    fn body_of((index, page): (usize, &str)) -> Vec<char> {
        let told: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        let form = format!("第{}页", index + 1);
        match told.contains(&form) {
            true => told.replacen(&form, "", 1).replacen("热线办转字〔2026〕第12号", "", 1),
            false => told.replacen(&format!("—{}—", index + 1), "", 1),
        }
        .chars()
        .filter(|c| *c != '-')
        .collect()
    }
}
