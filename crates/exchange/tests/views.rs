//! What citizens read and hand in at a portal behind the gateway, between the real core and the real outer desk: public
//! articles and published surveys go out, answers come in once.

#[cfg(test)]
mod views {
    use std::path::Path;
    use std::sync::Arc;

    use app::attachment::attachment_add;
    use app::citizen::CoreDesk;
    use app::view::AttachmentForm;
    use app::{App, Ctx, Settings};
    use citizen::{
        Act, Caller, Choice, Desk, Draft, Fault, Form, Person, Query, Submitted, SurveyFilled, SurveySent, Turn,
    };
    use db::Db;
    use domain::attachment::Purpose;
    use domain::authority::{Actor, Role, Scope};
    use domain::contact::{ContactResult, ContactWay};
    use domain::directory::OrgKind;
    use domain::env::By;
    use domain::order::{Channel, Command, DemandType, HandleResult, HandlingForm, RegisterForm, Requester};
    use domain::signin::{Audience, SignInSettings};
    use exchange::{Apply as _, Folders, Inner, Keys, Outer, OuterDesk, Record};
    use kernel::{Clock, ManualClock, OrderId, OrgId, Secret, SeqMint, SoftwareProvider, Ts};
    use store::{Store, Vault};

    struct Pair {
        clock: Arc<ManualClock>,
        app: Arc<App>,
        inner: Inner,
        outer: Outer,
    }

    fn vault(n: u8) -> Vault {
        Vault::new(SoftwareProvider::from_master(&Secret::new([n; 32])))
    }

    impl Pair {
        /// The demonstration's articles and surveys, none of its orders.
        async fn new(home: &Path, db: Db, outer: Db) -> Self {
            let clock = Arc::new(ManualClock::new(Ts::parse_iso("2026-11-24T09:30:00+08:00").unwrap()));
            let store = Store::new(db, vault(7));
            store.migrate().await.unwrap();
            let settings = Settings {
                recordings: home.to_owned(),
                files: Arc::new(store::blob::DiskBlobs::new(home.to_owned())),
                ..Settings::default()
            };
            let own = Arc::clone(&clock) as Arc<dyn Clock>;
            let app = App::open(store, settings, own, Arc::new(SeqMint::seeded(1))).await.unwrap();
            app::seed::first_start(&app).await.unwrap();
            app::demo::demo_load(&app, Some(0), &|_, _| {}).await.unwrap().unwrap();
            let keys = Keys::of(&Secret::new([1; 32]));
            let folder = |name: &str| {
                let folder = home.join(name);
                std::fs::create_dir_all(&folder).unwrap();
                folder
            };
            let (out, back) = (folder("out"), folder("back"));
            let inner =
                Inner::new(Arc::clone(&app), keys.clone(), Folders { inbox: back.clone(), outbox: out.clone() });
            let store = Store::new(outer, vault(9));
            db::migrate(&store.db, store::OUTER).await.unwrap();
            let desk = OuterDesk::new(store, keys, Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(SeqMint::seeded(2)));
            let outer = Outer::new(Arc::new(desk), Folders { inbox: out, outbox: back });
            Self { clock, app, inner, outer }
        }

        /// Switches 统一身份认证 of the citizens on or off in the core.
        async fn sign_in(&self, enabled: bool) {
            let (by, _) = store::staff::list_logins(&self.app.store.db).await.unwrap().remove(0);
            let (id, at) = (self.app.mint.uuid(self.clock.now()), self.clock.now());
            let settings =
                SignInSettings { enabled, name: "省政务服务网".to_owned(), ..SignInSettings::default() };
            let row = store::sign_in::SignIn { id, settings, reason: "测试".to_owned(), at, by };
            db::with_retry!(self.app.store.db, async |tx| {
                store::sign_in::insert_sign_in(tx, &self.app.store.vault, Audience::Citizen, &row).await
            })
            .unwrap();
        }

        /// A matter of this person, by its number.
        async fn register(&self, name: &str, phone: &str, id_no: Option<&str>) -> String {
            let requester = Requester {
                name: Some(name.to_owned()),
                phone: Some(phone.to_owned()),
                id_no: id_no.map(str::to_owned),
                ..Requester::default()
            };
            let form = RegisterForm {
                channel: Some(Channel::Phone),
                demand_type: Some(DemandType::Consult),
                category: "990300".to_owned(),
                content: "请问社区卫生服务中心周末是否接种疫苗？".to_owned(),
                region: "990100000000".to_owned(),
                requester,
                duplicates_checked: true,
                ..RegisterForm::default()
            };
            app::order::order_register(&self.app, &self.app.system("test"), form).await.unwrap().case_no
        }

        /// Somebody with these roles.
        async fn person(&self, n: usize, org: OrgId, roles: &[Role]) -> Ctx {
            let logins = store::staff::list_logins(&self.app.store.db).await.unwrap();
            let actor = Actor {
                user: logins[n].0,
                appointment: kernel::AppointmentId(self.app.mint.uuid(self.clock.now())),
                name: format!("姓{n}"),
                org,
                roles: roles.iter().copied().collect(),
                scope: Scope::All,
                on_behalf_of: None,
                recused_orgs: Vec::new(),
            };
            Ctx { by: By::Person(actor), ..self.app.system("test") }
        }

        async fn give(&self, by: &Ctx, id: OrderId, cmd: Command) -> app::view::OrderView {
            let now = store::order::load_order(&self.app.store.db, &self.app.store.vault, id).await.unwrap().unwrap();
            let action = cmd.action();
            let done = app::order::order_command(&self.app, by, id, now.version, cmd).await;
            done.unwrap_or_else(|e| panic!("{action}: {e}"))
        }

        /// From registered to answered, with a paper for the citizen.
        async fn answered_with_paper(&self, id: OrderId, paper: &[u8]) {
            let (centre, unit) = {
                let world = self.app.world();
                let unit = world.directory.orgs().find(|o| o.kind == OrgKind::Department).expect("a department").id;
                (world.directory.center().expect("a centre").id, unit)
            };
            let desk = [Role::Agent, Role::Dispatcher, Role::Auditor, Role::ReplyAgent];
            let (desk, boss) = (self.person(1, centre, &desk).await, self.person(2, unit, &[Role::UnitLeader]).await);
            let hand = self.person(3, unit, &[Role::UnitAdmin, Role::Handler]).await;
            self.give(&desk, id, Command::Submit { urgency: None, suggested_org: None }).await;
            let lead = Command::Dispatch { lead: unit, co: Vec::new(), advice: None, due_at: None, urgency: None };
            let task = self.give(&desk, id, lead).await.tasks[0].id;
            self.give(&hand, id, Command::Sign { task }).await;
            let handler = hand.by.user();
            self.give(&hand, id, Command::Assign { task, handler, org: None, advice: None }).await;
            self.give(&hand, id, Command::Start { task }).await;
            let (way, result) = (ContactWay::Phone, ContactResult::Reached);
            self.give(&hand, id, Command::Contact { task, at: self.clock.now(), way, result, note: None }).await;
            let form = AttachmentForm { purpose: Purpose::Reply, name: "接种安排.txt".to_owned() };
            attachment_add(&self.app, &hand, id, &form, paper.to_vec()).await.unwrap();
            let form = HandlingForm {
                claim_true: Some(true),
                beyond_duty: false,
                result: HandleResult::Solved,
                unsolved_reason: None,
                handling_note: "已核实接种门诊安排并告知诉求人。".to_owned(),
                public_reply: "您好，周末上午开设接种门诊。".to_owned(),
                legal_basis: None,
                override_reason: None,
            };
            self.give(&hand, id, Command::SubmitUnit { task, form }).await;
            self.give(&boss, id, Command::UnitApprove { task, opinion: None }).await;
            self.give(&desk, id, Command::CenterAccept { opinion: None, reply: None }).await;
            let reply = "您好，周末上午开设接种门诊，安排见附件。".to_owned();
            self.give(&desk, id, Command::UnifiedReply { channel: "phone".to_owned(), reply }).await;
        }

        async fn settle(&self) {
            for _ in 0..3 {
                self.clock.set(self.clock.now().plus_minutes(1));
                self.inner.round().await.unwrap();
                self.outer.round().await.unwrap();
            }
        }

        fn desk(&self) -> &OuterDesk {
            &self.outer.desk
        }

        fn core(&self) -> CoreDesk {
            CoreDesk { app: Arc::clone(&self.app) }
        }

        async fn kept(&self, code: &str) -> Vec<store::survey::Answer> {
            let db = &self.app.store.db;
            let survey = store::survey::survey_by_code(db, code).await.unwrap().unwrap();
            store::survey::answers(db, survey.id).await.unwrap()
        }
    }

    fn from() -> Caller {
        Caller { ip: "203.0.113.5".to_owned(), ..Caller::default() }
    }

    fn sent(code: &str, once: u32, answers: &[(&str, &str)]) -> SurveySent {
        SurveySent {
            code: code.to_owned(),
            once: format!("{once:032x}"),
            answers: answers.iter().map(|(q, v)| ((*q).to_owned(), (*v).to_owned())).collect(),
            took_s: Some(80),
            device: format!("browser {once}"),
            phone: String::new(),
        }
    }

    testkit::both_engines! {
        async fn articles_are_found_outside_as_inside_and_vanish_when_withdrawn(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            assert_eq!(pair.desk().knowledge("", "", 0).await.unwrap().total, 0, "nothing has come out");
            pair.settle().await;
            let (core, desk) = (pair.core(), pair.desk());
            let inside = core.knowledge("", "", 0).await.unwrap();
            let outside = desk.knowledge("", "", 0).await.unwrap();
            assert!(inside.total > 5 && outside.total == inside.total, "{} {}", inside.total, outside.total);
            for q in ["公积金", "医保 备案", "居住证办理"] {
                let (inside, outside) = (core.knowledge(q, "", 0).await.unwrap(), desk.knowledge(q, "", 0).await.unwrap());
                assert_eq!(inside.items.first().map(|i| &i.id), outside.items.first().map(|i| &i.id), "{q}");
                assert!(outside.items.iter().flat_map(|i| &i.title).any(|(_, hit)| *hit), "{q}");
            }
            assert_eq!(desk.knowledge("绝无此事", "", 0).await.unwrap().total, 0);
            let first = &inside.items[0];
            assert_eq!(desk.article(&first.id).await.unwrap(), core.article(&first.id).await.unwrap());
            let views = store::exchange::views(&desk.store.db, &desk.store.vault, "article").await.unwrap();
            let text = &views.iter().find(|(key, _)| key.ends_with(&first.id)).unwrap().1;
            assert!(text.contains("\"inner\":\"\""), "话务口径 stays inside: {text}");

            // Off the shelf: nothing stands in its place.
            let body = serde_json::json!({ "key": format!("article/{}", first.id), "body": null, "indexes": [] });
            let record = Record { id: kernel::Uuid::nil(), kind: "article".to_owned(), body, at: pair.clock.now() };
            db::with_retry!(desk.store.db, async |tx| { pair.outer.apply(tx, &record, 0).await }).unwrap();
            pair.settle().await;
            // What was read before holds until something comes in.
            let again = serde_json::json!({ "key": "own/none", "body": {}, "indexes": [] });
            let note = serde_json::to_string(&again).unwrap();
            db::with_retry!(pair.app.store.db, async |tx| {
                store::exchange::push(tx, &pair.app.store.vault, kernel::Uuid::max(), "view", &note, pair.clock.now()).await
            })
            .unwrap();
            pair.settle().await;
            assert_eq!(desk.article(&first.id).await.unwrap(), None);
        }

        async fn papers_of_an_answer_follow_its_view_even_when_the_files_are_away(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            let no = pair.register("张明", "13812345678", None).await;
            let id = store::order::find_by_case_no(&pair.app.store.db, &no).await.unwrap().unwrap();
            let paper = "周六、周日 8:00-11:30".as_bytes();
            pair.answered_with_paper(id, paper).await;
            let key = citizen::MatterKey::Own(id.0);
            let named = pair.core().matter(key).await.unwrap().reply.unwrap().papers;
            assert_eq!(named.len(), 1);

            // The file store is away: the view goes out all the same, the paper is owed.
            let digest = pair.app.store.vault.digest_hex(paper);
            let (shelf, aside) = (home.path().join(&digest[..2]), home.path().join("aside"));
            std::fs::rename(&shelf, &aside).unwrap();
            std::fs::write(&shelf, "").unwrap();
            pair.settle().await;
            let desk = pair.desk();
            assert_eq!(desk.matter(key).await.unwrap().reply.unwrap().papers, named);
            let waits = desk.paper(key, named[0].id).await;
            assert!(matches!(waits, Err(Fault::Refused(r)) if r.code == "on_its_way"));
            std::fs::remove_file(&shelf).unwrap();
            std::fs::rename(&aside, &shelf).unwrap();
            pair.settle().await;
            assert_eq!(desk.paper(key, named[0].id).await.unwrap().bytes, paper);
            assert!(desk.paper(key, kernel::Uuid::max()).await.is_err());
            assert!(desk.paper(citizen::MatterKey::Follow(id.0), named[0].id).await.is_err());

            // Told once, however often the matter changes; an outer desk that lost everything is told anew.
            let told = async || -> i64 {
                pair.app.store.db.scalar("SELECT COUNT(*) FROM exchange_record WHERE kind = 'paper'", &[]).await.unwrap()
            };
            let again = Act::Redo { reason: "到了门诊没有疫苗，请再核实安排。".to_owned() };
            pair.core().act(key, "more", again, &from()).await.unwrap();
            pair.settle().await;
            assert_eq!(told().await, 1);
            db::with_retry!(pair.app.store.db, async |tx| { pair.inner.forgotten(tx).await }).unwrap();
            pair.settle().await;
            assert_eq!(told().await, 2);
        }

        async fn a_letter_to_a_leader_comes_in_with_its_box(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            pair.settle().await;
            let desk = pair.desk();
            let offered = desk.catalogue().await.unwrap();
            let mayor = offered.mailboxes.first().expect("the demonstration has boxes").clone();
            assert_eq!(mayor.name, "市长信箱");
            let form = Form {
                mailbox: mayor.code.clone(),
                kind: "suggestion".to_owned(),
                content: "建议在泉水路口增设行人过街信号灯。".to_owned(),
                area: offered.areas[0].code.clone(),
                anonymous: true,
                consent: true,
                ..Form::default()
            };
            let key = "0123456789abcdef0123456789abcdef";
            desk.draft_save(key, &Draft { form, ..Draft::default() }).await.unwrap();
            let sent = desk.submit(key, "", Choice::New, &Caller::default()).await.unwrap();
            assert!(matches!(sent, Submitted::Filed(_)));
            pair.settle().await;
            let found: (String, kernel::Uuid) = pair.app.store.db.one("SELECT channel, mailbox FROM orders", &[]).await.unwrap().unwrap();
            assert_eq!(found, ("07".to_owned(), mayor.code.parse().unwrap()));
        }

        async fn surveys_go_out_and_answers_come_in_once(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            pair.settle().await;
            let desk = pair.desk();
            let lines = desk.surveys().await.unwrap();
            assert_eq!(lines, pair.core().surveys().await.unwrap());
            assert!(lines.iter().any(|l| l.code == "yshj") && lines.iter().all(|l| l.code != "jgcp"), "no drafts");
            let filled = |answers: &[(&str, &str)], at: &str, turn: Turn| SurveyFilled {
                answers: answers.iter().map(|(q, v)| ((*q).to_owned(), (*v).to_owned())).collect(),
                at: at.to_owned(),
                turn,
                single: false,
            };
            let on = filled(&[("q1", "a4")], "q1", Turn::Next);
            let (out, inn) = (desk.survey("yshj", &on).await.unwrap(), pair.core().survey("yshj", &on).await.unwrap());
            assert_eq!(out, inn, "branching is the same");
            assert_eq!(out.unwrap().asks[0].id, "q6");

            let (before, taps) = (pair.kept("yshj").await.len(), pair.kept("wndw").await.len());
            let answer = sent("yshj", 9_001, &[("q1", "a4"), ("q6", "4")]);
            for _ in 0..2 {
                desk.survey_send(answer.clone(), "", &from()).await.unwrap();
            }
            let twice = SurveySent { once: format!("{:032x}", 9_002), ..answer.clone() };
            assert!(matches!(desk.survey_send(twice, "", &from()).await, Err(Fault::Refused(r)) if r.code == "answered"));
            // A tap, and words that follow it.
            desk.survey_send(sent("wndw2", 9_003, &[("q1", "1")]), "", &from()).await.unwrap();
            pair.settle().await;
            desk.survey_send(sent("wndw2", 9_003, &[("q1", "1"), ("q2", "窗口没有人")]), "", &from()).await.unwrap();
            pair.settle().await;
            let given = pair.kept("yshj").await;
            assert_eq!(given.len(), before + 1, "told twice, counted once");
            let mine = given.iter().find(|a| a.once == answer.once).unwrap();
            assert!(mine.device != answer.device && !mine.address.contains("203.0.113"), "{mine:?}");
            let taps_now = pair.kept("wndw").await;
            assert_eq!(taps_now.len(), taps + 1);
            let tap = taps_now.iter().find(|a| a.once == format!("{:032x}", 9_003)).unwrap();
            assert!(tap.picks.contains_key("q2") && tap.point.is_some());
            // A core that has it already keeps it once, should the outer desk tell it anew.
            pair.core().survey_send(answer, "", &from()).await.unwrap();
            assert_eq!(pair.kept("yshj").await.len(), before + 1);
        }

        async fn a_proved_person_finds_what_is_theirs_outside_too(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            pair.settle().await;
            assert_eq!(pair.desk().sign_in().await.unwrap(), None, "nothing is set up");
            pair.sign_in(true).await;
            let person = |name: &str, phone: &str, id_no: &str| Person::of_claims(name, phone, id_no).unwrap();
            let zhang = person("张明", "13812345678", "");
            let made = pair.register("张 明", "13812345678", None).await;
            let by_id = pair.register("张明", "13900000001", Some("11010519491231002X")).await;
            pair.register("李四", "13812345678", None).await;
            pair.settle().await;
            assert_eq!(pair.desk().sign_in().await.unwrap().map(|o| o.name).as_deref(), Some("省政务服务网"));
            let find = async |desk: &dyn Desk, person: &Person| {
                let found = desk.find(Query::Signed { person: person.clone() }, &from()).await;
                let mut numbers: Vec<String> = found.unwrap_or_default().into_iter().map(|f| f.case_no).collect();
                numbers.sort();
                numbers
            };
            let known = person("张明", "13812345678", "11010519491231002X");
            let stranger = person("王五", "13812345678", "");
            let mut both = vec![made.clone(), by_id];
            both.sort();
            for desk in [pair.desk() as &dyn Desk, &pair.core()] {
                assert_eq!(find(desk, &zhang).await, std::slice::from_ref(&made), "李四 had the number before");
                assert_eq!(find(desk, &known).await, both);
                assert_eq!(find(desk, &stranger).await, Vec::<String>::new());
            }

            // Outside too the own matter is withdrawn without a code, and each record is contested once.
            let desk = pair.desk();
            let key = desk.find(Query::Signed { person: zhang.clone() }, &from()).await.unwrap()[0].key;
            let withdraw = || Act::Withdraw { reason: "已经知道了".to_owned(), otp: String::new() };
            let signed = |p: &Person| Caller { person: Some(p.clone()), ..from() };
            assert!(desk.act(key, "w1", withdraw(), &signed(&stranger)).await.is_err(), "a code is asked for");
            desk.act(key, "w2", withdraw(), &signed(&zhang)).await.unwrap();
            let contest = Act::Contest {
                record: kernel::Uuid::max(),
                said: [("contact_result".to_owned(), "none".to_owned())].into(),
                reason: "没有人联系过我".to_owned(),
            };
            desk.act(key, "c1", contest.clone(), &from()).await.unwrap();
            let again = desk.act(key, "c2", contest, &from()).await;
            assert!(matches!(again, Err(Fault::Refused(r)) if r.code == "objected"));
            pair.settle().await;
            assert_eq!(desk.matter(key).await.unwrap().status, "已撤回");
            let aside = store::exchange::refused(&pair.app.store.db, 10).await.unwrap();
            assert_eq!(aside.len(), 1, "told once, and there is no such record");
            assert!(aside[0].reason.contains("记录刚刚变动"), "{}", aside[0].reason);

            pair.sign_in(false).await;
            pair.settle().await;
            assert_eq!(pair.desk().sign_in().await.unwrap(), None, "switched off inside is off outside");
        }
    }
}
