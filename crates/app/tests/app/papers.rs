//! 公文 on both engines: numbers, who issues and reads what, what the public learns, templates, what lies on the disk.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use app::Error;
use app::attachment::attachment_add;
use app::order::order_register;
use app::paper::template::{template_add, template_choose, template_fetch, template_list};
use app::paper::{dossier, paper_batch, paper_register};
use app::paper::{paper_fetch, paper_issue, paper_list, paper_preview, paper_withdraw, proof_by_code};
use app::view::{
    AttachmentForm, BatchForm, PaperAsk, PaperForm, PaperQuery, PaperRegisterQuery, PaperView, TemplateChoice,
    TemplateForm, TemplateQuery, WithdrawForm,
};
use db::Db;
use domain::attachment::Purpose;
use domain::order::{Command, Confidentiality, RegisterForm, SuperviseForm};
use domain::paper::{PaperKind, PaperState};
use domain::supervision::{SuperviseLevel, SuperviseTrigger};
use kernel::{OrderId, RefusalKind};
use press::{Block, Piece};
use store::audit::AuditFilter;

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted, to_callback};

fn form(kind: PaperKind, replace: bool) -> PaperForm {
    PaperForm { kind, subject: None, replace }
}

async fn issue(town: &Town, who: &str, id: OrderId, kind: PaperKind) -> Result<PaperView, Error> {
    paper_issue(&town.app, &town.ctx(who), id, &form(kind, false)).await
}

async fn bytes(town: &Town, who: &str, id: OrderId, p: &PaperView, format: &str) -> Result<Vec<u8>, Error> {
    let query = PaperQuery { format: Some(format.to_owned()), view: false };
    Ok(paper_fetch(&town.app, &town.ctx(who), id, p.id, &query).await?.bytes)
}

fn kind(e: &Error) -> RefusalKind {
    e.refusal().unwrap_or_else(|| panic!("{e}")).status_hint
}

fn told(e: &Error) -> String {
    format!("{:?}", e.refusal().unwrap_or_else(|| panic!("{e}")))
}

async fn dispatched(town: &Town, phone: &str) -> OrderId {
    let id = submitted(town, phone).await;
    give(town, "dispatcher", id, dispatch(town, "housing")).await;
    id
}

fn words(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Para(p) => p.runs.iter().for_each(|r| {
                if let Piece::Text(t) = &r.piece {
                    out.push_str(t);
                }
            }),
            Block::Table(t) => t.rows.iter().flat_map(|r| &r.cells).for_each(|c| words(&c.blocks, out)),
        }
    }
}

fn said(docx: &[u8]) -> String {
    let mut out = String::new();
    words(&press::read(docx).unwrap().body, &mut out);
    out
}

fn urge() -> Command {
    Command::SuperviseIssue(SuperviseForm {
        level: SuperviseLevel::Urge,
        trigger: SuperviseTrigger::S4,
        opinion: "请立即到场处置，书面说明原因和整改措施。".to_owned(),
        due_at: None,
        cc: Vec::new(),
    })
}

fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|n| n.unwrap().to_string()).collect();
    let mut read = |name: &str| {
        let mut body = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut body).unwrap();
        body
    };
    names.iter().map(|n| (n.clone(), read(n))).collect()
}

testkit::both_engines! {
    async fn numbers_run_without_gaps_by_organisation_kind_and_year(db: Db) {
        let town = Town::build(db).await;
        let id = dispatched(&town, "13812345678").await;
        let first = issue(&town, "dispatcher", id, PaperKind::Transfer).await.unwrap();
        assert!(first.number.ends_with("转字〔2026〕第1号"), "{}", first.number);
        let again = issue(&town, "dispatcher", id, PaperKind::Transfer).await.unwrap_err();
        assert_eq!((kind(&again), told(&again).contains(&first.number)), (RefusalKind::Conflict, true));
        let second = paper_issue(&town.app, &town.ctx("dispatcher"), id, &form(PaperKind::Transfer, true)).await.unwrap();
        assert!(second.number.ends_with("第2号"), "{}", second.number);
        let list = paper_list(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
        let gone = list.items.iter().find(|p| p.id == first.id).unwrap();
        assert_eq!(gone.state, PaperState::Withdrawn);
        assert_eq!(gone.withdrawn_reason.as_deref(), Some(format!("由{}替代", second.number).as_str()), "the gap is explained");
        // Another kind, another organisation, another year: each has its own numbers.
        assert!(issue(&town, "dispatcher", id, PaperKind::Assign).await.unwrap().number.ends_with("交字〔2026〕第1号"));
        assert!(issue(&town, "housing_admin", id, PaperKind::Sheet).await.unwrap().number.ends_with("单字〔2026〕第1号"));
        // Three at once get three numbers in a row.
        let (a, b, c) = (dispatched(&town, "13812345671").await, dispatched(&town, "13812345672").await, dispatched(&town, "13812345673").await);
        let at = |id| issue(&town, "dispatcher", id, PaperKind::Transfer);
        let (a, b, c) = futures::join!(at(a), at(b), at(c));
        let mut numbers: Vec<String> = [a, b, c].into_iter().map(|p| p.unwrap().number.rsplit('第').next().unwrap().to_owned()).collect();
        numbers.sort();
        assert_eq!(numbers, ["3号", "4号", "5号"]);
        town.pass(24 * 60);
        let next = dispatched(&town, "13812345674").await;
        assert!(issue(&town, "dispatcher", next, PaperKind::Transfer).await.unwrap().number.ends_with("〔2027〕第1号"));
    }

    async fn who_issues_reads_and_withdraws(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let early = issue(&town, "dispatcher", id, PaperKind::Transfer).await.unwrap_err();
        assert!(told(&early).contains("尚未派发"), "{early}");
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        assert_eq!(kind(&issue(&town, "agent", id, PaperKind::Transfer).await.unwrap_err()), RefusalKind::Forbidden);
        assert_eq!(kind(&issue(&town, "water_admin", id, PaperKind::Sheet).await.unwrap_err()), RefusalKind::NotFound, "out of sight");
        assert_eq!(kind(&issue(&town, "dispatcher", id, PaperKind::Supervise).await.unwrap_err()), RefusalKind::Forbidden);
        assert!(told(&issue(&town, "supervisor", id, PaperKind::Supervise).await.unwrap_err()).contains("没有督办记录"));
        give(&town, "supervisor", id, urge()).await;
        let letter = issue(&town, "supervisor", id, PaperKind::Supervise).await.unwrap();
        // The unit reads it; the agent, who sees the order, does not see what is internal.
        let text = said(&bytes(&town, "housing_admin", id, &letter, "docx").await.unwrap());
        assert!(text.contains("请立即到场处置") && text.contains(&letter.number) && !text.contains("13812345678"), "{text}");
        assert_eq!(kind(&bytes(&town, "agent", id, &letter, "pdf").await.unwrap_err()), RefusalKind::Forbidden);
        assert_eq!(kind(&bytes(&town, "water_admin", id, &letter, "pdf").await.unwrap_err()), RefusalKind::NotFound);
        let short = WithdrawForm { reason: "错".to_owned() };
        assert!(paper_withdraw(&town.app, &town.ctx("supervisor"), id, letter.id, &short).await.is_err());
        let why = WithdrawForm { reason: "督办意见有误".to_owned() };
        let foreign = paper_withdraw(&town.app, &town.ctx("housing_admin"), id, letter.id, &why).await.unwrap_err();
        assert_eq!(kind(&foreign), RefusalKind::Forbidden);
        let gone = paper_withdraw(&town.app, &town.ctx("supervisor"), id, letter.id, &why).await.unwrap();
        assert_eq!((gone.state, gone.may_withdraw), (PaperState::Withdrawn, false));
        assert!(paper_withdraw(&town.app, &town.ctx("supervisor"), id, letter.id, &why).await.is_err(), "only once");
        let filter = AuditFilter { object_id: Some(letter.id.to_string()), ..AuditFilter::default() };
        let lines = store::audit::list_audit(&town.app.store.db, &filter, &kernel::Page::first(50)).await.unwrap();
        let mut acts: Vec<&str> = lines.iter().map(|l| l.entry.action.as_str()).collect();
        acts.sort_unstable();
        assert_eq!(acts, ["paper.download", "paper.issue", "paper.withdraw"]);
    }

    async fn anybody_verifies_and_learns_nothing_of_the_citizen(db: Db) {
        let town = Town::build(db).await;
        let id = to_callback(&town, "13812345678").await;
        let letter = issue(&town, "reply", id, PaperKind::Reply).await.unwrap();
        let loose = letter.code.to_lowercase().replace('-', " ");
        let proof = proof_by_code(&town.app, &letter.number, &loose).await.unwrap().unwrap();
        assert!(proof.valid && proof.number == letter.number && proof.kind == "答复函");
        let pdf = bytes(&town, "reply", id, &letter, "pdf").await.unwrap();
        assert_eq!(proof.pdf_sm3, town.app.store.vault.digest_hex(&pdf), "whoever has the file can compare");
        let shown = serde_json::to_string(&proof).unwrap();
        for secret in ["王晓明", "13812345678", "路灯", "泉水路"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(proof_by_code(&town.app, "热线办复字〔2026〕第99号", &letter.code).await.unwrap().is_none());
        assert!(proof_by_code(&town.app, &letter.number, "A1B2-C3D4-E5F6-A7B8-C9D0").await.unwrap().is_none());
        let why = WithdrawForm { reason: "答复内容有误".to_owned() };
        paper_withdraw(&town.app, &town.ctx("leader"), id, letter.id, &why).await.unwrap();
        let proof = proof_by_code(&town.app, "", &letter.code).await.unwrap().unwrap();
        assert!(!proof.valid && proof.withdrawn_at.is_some());
        assert!(!serde_json::to_string(&proof).unwrap().contains("有误"), "why is not the public's");
    }

    async fn the_letter_names_the_citizen_and_lies_sealed(db: Db) {
        let town = Town::build(db).await;
        let id = to_callback(&town, "13812345678").await;
        let letter = issue(&town, "reply", id, PaperKind::Reply).await.unwrap();
        let text = said(&bytes(&town, "housing_boss", id, &letter, "docx").await.unwrap());
        assert!(text.contains("王晓明") && text.contains("路灯已修复") && !text.contains("{{"), "{text}");
        assert_eq!(kind(&bytes(&town, "agent", id, &letter, "docx").await.unwrap_err()), RefusalKind::Forbidden, "may not reveal");
        let sheet = issue(&town, "auditor", id, PaperKind::Sheet).await.unwrap();
        let text = said(&bytes(&town, "auditor", id, &sheet, "docx").await.unwrap());
        assert!(text.contains("王*明") && text.contains("138****5678") && !text.contains("王晓明"), "{text}");
        assert!(text.contains("派单") && text.contains("统一回复"), "the flow is in it: {text}");
        for file in town.app.settings.files.untouched(kernel::Ts(i64::MAX)).unwrap() {
            let sealed = town.app.settings.files.get(&file).unwrap();
            assert!(!sealed.starts_with(b"%PDF") && !sealed.starts_with(b"PK"), "nothing in clear on the disk");
        }
        town.pass(24 * 3);
        assert_eq!(app::attachment::clear(&town.app).await.unwrap(), 0, "documents are not cleared away");

        let secret = RegisterForm { confidentiality: Some(Confidentiality::KeepSecret), ..complaint("13812345679") };
        let id = order_register(&town.app, &town.ctx("agent"), secret).await.unwrap().id;
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let p = issue(&town, "dispatcher", id, PaperKind::Transfer).await.unwrap();
        let text = said(&bytes(&town, "housing_admin", id, &p, "docx").await.unwrap());
        assert!(text.contains("身份保密") && !text.contains("王*"), "{text}");
    }

    async fn the_file_of_an_order_holds_everything_in_sight_with_digests(db: Db) {
        let town = Town::build(db).await;
        let id = to_callback(&town, "13812345678").await;
        let note = AttachmentForm { purpose: Purpose::Demand, name: "说明.txt".to_owned() };
        attachment_add(&town.app, &town.ctx("agent"), id, &note, "泉水路".as_bytes().to_vec()).await.unwrap();
        let letter = issue(&town, "reply", id, PaperKind::Reply).await.unwrap();
        let file = dossier(&town.app, &town.ctx("leader"), id).await.unwrap();
        let inside = unzip(&file.bytes);
        for name in ["卷宗目录.pdf", "卷宗目录.csv", "工单.pdf", "流转记录.csv", "附件/诉求材料/说明.txt", "SHA256SUMS", "SM3SUMS"] {
            assert!(inside.contains_key(name), "{name}: {:?}", inside.keys());
        }
        let pdf = &inside[&format!("文书/答复函_{}.pdf", letter.number)];
        assert_eq!(town.app.store.vault.digest_hex(pdf), letter.digest);
        let sums = String::from_utf8(inside["SM3SUMS"].clone()).unwrap();
        for (name, bytes) in inside.iter().filter(|(n, _)| !n.ends_with("SUMS")) {
            let line = format!("{}  {name}\n", town.app.store.vault.digest_hex(bytes));
            assert!(sums.contains(&line), "{name}");
        }
        assert_eq!(kind(&dossier(&town.app, &town.ctx("water_admin"), id).await.unwrap_err()), RefusalKind::NotFound);
        assert_eq!(kind(&dossier(&town.app, &town.ctx("agent"), id).await.unwrap_err()), RefusalKind::Forbidden);
    }

    async fn the_register_and_many_at_once_keep_to_the_scope(db: Db) {
        let town = Town::build(db).await;
        let (a, b) = (dispatched(&town, "13812345671").await, dispatched(&town, "13812345672").await);
        let one = issue(&town, "dispatcher", a, PaperKind::Transfer).await.unwrap();
        let two = issue(&town, "dispatcher", b, PaperKind::Transfer).await.unwrap();
        let secret = submitted(&town, "13812345673").await;
        give(&town, "dispatcher", secret, dispatch(&town, "water")).await;
        let other = issue(&town, "dispatcher", secret, PaperKind::Transfer).await.unwrap();
        let list = async |who: &str, query: PaperRegisterQuery| {
            let list = paper_register(&town.app, &town.ctx(who), &query).await.unwrap();
            let mut numbers: Vec<String> = list.items.into_iter().map(|l| l.number).collect();
            numbers.sort();
            numbers
        };
        assert_eq!(list("leader", PaperRegisterQuery::default()).await.len(), 3);
        assert_eq!(list("housing_admin", PaperRegisterQuery::default()).await, [one.number.clone(), two.number.clone()]);
        let found = PaperRegisterQuery { text: Some("第2号".to_owned()), ..PaperRegisterQuery::default() };
        assert_eq!(list("leader", found).await, std::slice::from_ref(&two.number));
        let gone = PaperRegisterQuery { state: Some("withdrawn".to_owned()), ..PaperRegisterQuery::default() };
        assert!(list("leader", gone).await.is_empty());
        let first = PaperRegisterQuery { limit: Some(2), ..PaperRegisterQuery::default() };
        let page = paper_register(&town.app, &town.ctx("leader"), &first).await.unwrap();
        let rest = PaperRegisterQuery { limit: Some(2), after: page.next, ..PaperRegisterQuery::default() };
        assert_eq!((page.items.len(), list("leader", rest).await.len()), (2, 1));
        let batch = |ids: &[&PaperView], purpose: &str| BatchForm { ids: ids.iter().map(|p| p.id).collect(), purpose: purpose.to_owned() };
        let take = async |who: &str, form: BatchForm| paper_batch(&town.app, &town.ctx(who), &form).await;
        let file = take("housing_admin", batch(&[&one, &two, &one], "月度归档")).await.unwrap();
        let inside = unzip(&file.bytes);
        assert_eq!(inside.keys().filter(|n| n.starts_with("转办单/")).count(), 4, "{:?}", inside.keys());
        assert!(take("housing_admin", batch(&[&one, &other], "月度归档")).await.is_err(), "another unit's");
        assert!(take("housing_admin", batch(&[&one], "看")).await.is_err(), "what for");
        assert_eq!(kind(&take("dispatcher", batch(&[&one], "月度归档")).await.unwrap_err()), RefusalKind::Forbidden);
    }

    async fn a_look_takes_no_number(db: Db) {
        let town = Town::build(db).await;
        let id = dispatched(&town, "13812345678").await;
        let ask = PaperAsk { kind: PaperKind::Assign, subject: None };
        let look = paper_preview(&town.app, &town.ctx("dispatcher"), id, &ask).await.unwrap();
        assert!(look.bytes.starts_with(b"%PDF"));
        assert!(paper_list(&town.app, &town.ctx("dispatcher"), id).await.unwrap().items.is_empty());
        assert!(issue(&town, "dispatcher", id, PaperKind::Assign).await.unwrap().number.ends_with("第1号"));
    }

    async fn an_administrators_template_is_checked_versioned_and_used(db: Db) {
        let town = Town::build(db).await;
        let admin = || town.ctx("sysadmin");
        let form = |note: &str, check| TemplateForm { kind: PaperKind::Transfer, name: "转办单.docx".to_owned(), note: note.to_owned(), check };
        let query = |format: &str| TemplateQuery { kind: PaperKind::Transfer, id: None, format: format.to_owned() };
        assert_eq!(kind(&template_fetch(&town.app, &town.ctx("leader"), &query("docx")).await.unwrap_err()), RefusalKind::Forbidden);
        let stock = template_fetch(&town.app, &admin(), &query("docx")).await.unwrap().bytes;
        assert!(template_fetch(&town.app, &admin(), &query("pdf")).await.unwrap().bytes.starts_with(b"%PDF"));
        let with = |text: &str| {
            let mut sheet = press::read(&stock).unwrap();
            let Some(Block::Para(first)) = sheet.body.first_mut() else { panic!("a title") };
            first.runs[0].piece = Piece::Text(text.to_owned());
            press::write(&sheet).unwrap()
        };
        let broken = template_add(&town.app, &admin(), &form("换标题", false), with("{{督办意见}}")).await.unwrap_err();
        assert!(told(&broken).contains("{{督办意见}}"), "{broken}");
        assert!(template_add(&town.app, &admin(), &form("换标题", false), b"MZ".to_vec()).await.is_err());
        assert!(template_add(&town.app, &admin(), &form("", false), with("云溪")).await.is_err(), "why it was changed");
        assert_eq!(template_add(&town.app, &admin(), &form("", true), with("云溪")).await.unwrap().version, None, "a check keeps nothing");
        assert_eq!(template_add(&town.app, &admin(), &form("换标题", false), with("{{城市}}市民诉求")).await.unwrap().version, Some(1));
        assert_eq!(template_add(&town.app, &admin(), &form("再换", false), with("第二版")).await.unwrap().version, Some(2));
        let id = dispatched(&town, "13812345678").await;
        let p = issue(&town, "dispatcher", id, PaperKind::Transfer).await.unwrap();
        assert!(said(&bytes(&town, "dispatcher", id, &p, "docx").await.unwrap()).starts_with("第二版"));
        let first = template_list(&town.app, &admin()).await.unwrap()[0].versions.iter().find(|v| v.version == 1).unwrap().id;
        let choice = |id| TemplateChoice { kind: PaperKind::Transfer, id };
        template_choose(&town.app, &admin(), &choice(Some(first))).await.unwrap();
        let p = paper_issue(&town.app, &town.ctx("dispatcher"), id, &PaperForm { kind: PaperKind::Transfer, subject: None, replace: true }).await.unwrap();
        assert!(said(&bytes(&town, "dispatcher", id, &p, "docx").await.unwrap()).starts_with("云溪市市民诉求"));
        let kinds = template_choose(&town.app, &admin(), &choice(None)).await.unwrap();
        assert!(kinds[0].built_in && kinds[0].versions.len() == 2);
        town.pass(24 * 3);
        assert_eq!(app::attachment::clear(&town.app).await.unwrap(), 0, "old versions stay");
    }
}
