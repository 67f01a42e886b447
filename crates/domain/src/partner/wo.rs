//! 工单共享对象 `wo` and 警单 `jq`, as they stand in messages. Who asks, where and in what words is in a block that only the
//! receiver opens; what stands in the clear is free of personal data.

use kernel::{FieldError, Ts, redact_text};
use serde::{Deserialize, Serialize};

use super::PartnerKind;
use crate::case::Case;
use crate::directory::Directory;
use crate::order::{Confidentiality, HandleResult, Origin, RegisterForm, Requester, RequesterKind, Urgency};
use crate::task::TaskRole;

/// An organisation by code and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgRef {
    pub code: String,
    pub name: String,
}

/// 诉求人.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caller {
    pub name: Option<String>,
    pub sex: Option<String>,
    pub phone: Option<String>,
    pub id_type: Option<String>,
    pub id_no: Option<String>,
    pub org: Option<String>,
    pub address: Option<String>,
}

/// The block for the receiver's eyes alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Private {
    pub content: String,
    pub wish: Option<String>,
    /// 事发地址.
    pub address: Option<String>,
    /// Left out when the caller wants secrecy or gave no name.
    pub caller: Option<Caller>,
}

/// 回访.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackRef {
    pub contacted: Option<String>,
    pub solved: Option<String>,
    pub rating: Option<String>,
}

/// 工单共享对象.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wo {
    /// Number at the platform that speaks.
    pub wo_no: String,
    /// Platform and number the matter began with: together they name it for ever.
    pub src_sys: String,
    pub src_no: String,
    pub channel: String,
    pub demand_type: String,
    pub category_code: String,
    pub category_name: String,
    pub urgency: String,
    pub title: String,
    /// Free of personal data.
    pub content_pub: String,
    pub occurred_at: Option<String>,
    pub region_code: String,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    /// Of the coordinates.
    pub datum: Option<String>,
    pub anonymous: bool,
    pub secret: bool,
    pub no_reply: bool,
    /// [`Private`], sealed with SM2 for the receiver, base64.
    pub private_enc: String,
    pub target_org: Option<String>,
    pub involved_count: i32,
    pub registered_at: String,
    pub lead_org: Option<OrgRef>,
    pub co_orgs: Vec<OrgRef>,
    pub dispatched_at: Option<String>,
    pub signed_at: Option<String>,
    pub due_at: Option<String>,
    pub state: String,
    pub state_name: String,
    /// 0解决 1未解决 2部分解决 3不办理退单.
    pub result: Option<String>,
    pub reply: Option<String>,
    pub reply_at: Option<String>,
    pub reply_org: Option<String>,
    pub callback: Option<CallbackRef>,
    pub round: i32,
    pub return_n: i32,
    pub ext_n: i32,
    pub urge_n: i32,
    pub supervise_n: i32,
    pub merged_into: Option<String>,
    pub exempt_code: Option<String>,
    pub closed_at: Option<String>,
    /// 诉求材料 that follow, each in a message of its own.
    pub attachments: Vec<FileRef>,
    /// 转来、退回的原因.
    pub reason: Option<String>,
    pub ver: i64,
    pub updated_at: String,
    /// `add`, `mod`.
    pub op: String,
}

/// 警单.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Jq {
    /// 接警单号 of the platform that speaks.
    pub jjdbh: String,
    /// 报警时间.
    pub bjsj: String,
    /// 类型.
    pub lx: String,
    pub urgency: String,
    pub title: String,
    /// 报警内容, free of personal data.
    pub bjnr_pub: String,
    pub region_code: String,
    /// [`Private`] with 报警电话, 内容 and 案发地点, sealed as in [`Wo`].
    pub private_enc: String,
    pub transfer_reason: String,
    pub secret: bool,
    pub anonymous: bool,
    /// 通报: the sender goes on with the citizen's matter; nothing is transferred.
    pub inform: bool,
    pub ver: i64,
}

/// 附件 by its facts; its name may be personal and is in the sealed block of its message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileRef {
    pub id: String,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Of the bytes, hexadecimal.
    pub sm3: String,
}

/// 附件 of a matter that was sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharedFile {
    pub src_sys: String,
    pub src_no: String,
    pub file: FileRef,
    /// A sealed [`Private`] with the name.
    pub private_enc: String,
    /// The bytes, sealed with SM2 for the receiver, base64.
    pub file_enc: String,
}

/// A word about a matter in hand: 催办, 督办, 补充, 延期. The text is in a sealed [`Private`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spoken {
    pub src_sys: String,
    /// Number of the matter at the platform that sent it.
    pub src_no: String,
    /// Of `wo.amend`: `add` for more facts, `del` when the sender calls the matter back.
    pub op: String,
    /// Of extensions: until when.
    pub ext_due_at: Option<String>,
    /// Of `wo.extend.decide`.
    pub agreed: Option<bool>,
    pub private_enc: String,
}

const fn result_code(result: HandleResult) -> &'static str {
    match result {
        HandleResult::Solved => "0",
        HandleResult::UnsolvedExplained => "1",
        HandleResult::Partial => "2",
        HandleResult::NotDuty => "3",
    }
}

fn iso(at: Option<Ts>) -> Option<String> {
    at.map(Ts::iso)
}

/// What only the receiver may read.
#[must_use]
pub fn private_of(case: &Case) -> Private {
    let o = &case.order;
    let secret = o.confidentiality != Confidentiality::None;
    let r = &o.requester;
    let caller = Caller {
        name: r.name.clone(),
        sex: r.sex.map(|s| s.code().to_owned()),
        phone: r.contact_phone.clone().or_else(|| r.phone.clone()),
        id_type: r.id_type.clone(),
        id_no: r.id_no.clone(),
        org: r.company_name.clone(),
        address: r.address.clone(),
    };
    Private {
        content: o.content.clone(),
        wish: o.wish.clone(),
        address: o.address.clone(),
        caller: (!secret && !o.anonymous).then_some(caller),
    }
}

/// The object of an order, but for the sealed block.
#[must_use]
pub fn wo_of(case: &Case, directory: &Directory, own: &str) -> Wo {
    let o = &case.order;
    let org = |id| OrgRef {
        code: directory.org(id).map(|g| g.code.clone()).unwrap_or_default(),
        name: directory.org_name(id).to_owned(),
    };
    let lead = case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead && t.round == o.round);
    let co = case.tasks.iter().filter(|t| t.role == TaskRole::Co && t.round == o.round).map(|t| org(t.org));
    let answered = o.contacted.is_some() || o.solved.is_some() || o.rating.is_some();
    Wo {
        wo_no: o.case_no.clone(),
        src_sys: o.src_sys.clone().unwrap_or_else(|| own.to_owned()),
        src_no: o.src_no.clone().unwrap_or_else(|| o.case_no.clone()),
        channel: o.channel.code().to_owned(),
        demand_type: o.demand_type.code().to_owned(),
        category_code: o.category.clone(),
        category_name: directory.category(&o.category).map(|c| c.name.clone()).unwrap_or_default(),
        urgency: o.urgency.code().to_owned(),
        title: redact_text(&o.title),
        content_pub: redact_text(&o.content),
        occurred_at: iso(o.occurred_at),
        region_code: o.region.clone(),
        lng: o.lng,
        lat: o.lat,
        datum: o.lng.map(|_| "CGCS2000".to_owned()),
        anonymous: o.anonymous,
        secret: o.confidentiality != Confidentiality::None,
        no_reply: o.no_reply_wanted,
        private_enc: String::new(),
        target_org: o.accused_org.map(|id| directory.org_name(id).to_owned()),
        involved_count: o.affected_count,
        registered_at: o.registered_at.iso(),
        lead_org: lead.map(|t| org(t.org)),
        co_orgs: co.collect(),
        dispatched_at: iso(o.dispatched_at),
        signed_at: iso(lead.and_then(|t| t.signed_at)),
        // A matter handed down again hands down the limit it came with.
        due_at: iso(o.due_at.or(o.origin.limit_at)),
        state: o.state.code().to_owned(),
        state_name: o.state.cn().to_owned(),
        result: o.result.map(|r| result_code(r).to_owned()),
        reply: o.reply.as_deref().map(redact_text),
        reply_at: iso(o.reply_at),
        reply_org: o.reply_at.and(lead).map(|t| directory.org_name(t.org).to_owned()),
        callback: answered.then(|| CallbackRef {
            contacted: o.contacted.map(|c| c.code().to_owned()),
            solved: o.solved.map(|s| s.code().to_owned()),
            rating: o.rating.map(|r| r.code().to_owned()),
        }),
        round: o.round,
        return_n: o.return_n,
        ext_n: o.ext_n,
        urge_n: o.urge_n,
        supervise_n: o.supervise_n,
        merged_into: None,
        exempt_code: o.exempt.clone(),
        closed_at: iso(o.closed_at),
        attachments: Vec::new(),
        reason: None,
        ver: o.version,
        updated_at: o.updated_at.iso(),
        op: "mod".to_owned(),
    }
}

/// The same matter for 110, but for the sealed block.
#[must_use]
pub fn jq_of(wo: &Wo, reason: &str) -> Jq {
    Jq {
        jjdbh: wo.wo_no.clone(),
        bjsj: wo.registered_at.clone(),
        lx: wo.category_name.clone(),
        urgency: wo.urgency.clone(),
        title: wo.title.clone(),
        bjnr_pub: wo.content_pub.clone(),
        region_code: wo.region_code.clone(),
        private_enc: String::new(),
        transfer_reason: reason.to_owned(),
        secret: wo.secret,
        anonymous: wo.anonymous,
        inform: false,
        ver: wo.ver,
    }
}

/// A matter that came, whatever it came as.
#[derive(Clone, Debug, PartialEq)]
pub struct Matter {
    pub wo: Wo,
    pub private: Private,
    /// 通报: whoever told goes on with it too.
    pub inform: bool,
}

impl Matter {
    /// 警单 as a matter of ours: people in need are helped first and sorted after.
    #[must_use]
    pub fn of_jq(jq: Jq, from: &str, private: Private) -> Self {
        let urgency = if jq.urgency.is_empty() { Urgency::U2.code().to_owned() } else { jq.urgency };
        let wo = Wo {
            wo_no: jq.jjdbh.clone(),
            src_sys: from.to_owned(),
            src_no: jq.jjdbh,
            demand_type: "help".to_owned(),
            category_name: jq.lx,
            urgency,
            title: jq.title,
            content_pub: jq.bjnr_pub,
            region_code: jq.region_code,
            registered_at: jq.bjsj,
            reason: (!jq.transfer_reason.is_empty()).then_some(jq.transfer_reason),
            secret: jq.secret,
            anonymous: jq.anonymous,
            ver: jq.ver,
            op: "add".to_owned(),
            ..Wo::default()
        };
        Self { wo, private, inform: jq.inform }
    }

    /// Every fault of what came, by field and with what to do.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let wo = &self.wo;
        let mut wrong = Vec::new();
        let mut need = |bad: bool, field: &str, message: &str, remedy: &str| {
            if bad {
                wrong.push(FieldError::new(field, message.to_owned()).with_remedy(remedy.to_owned()));
            }
        };
        let length = |text: &str| text.trim().chars().count();
        need(!(1..=64).contains(&length(&wo.src_no)), "src_no", "缺少来源编号", "1至64个字符，重复推送时不变");
        need(!(1..=64).contains(&length(&wo.wo_no)), "wo_no", "缺少工单编号", "1至64个字符");
        let kind = wo.demand_type.parse::<crate::order::DemandType>().is_err();
        need(kind, "demand_type", "诉求类型不在代码表中", "consult help complaint report suggestion praise other 之一");
        need(wo.urgency.parse::<Urgency>().is_err(), "urgency", "紧急程度不在代码表中", "u1 u2 u3 u4 之一");
        let content = length(&self.private.content);
        need(!(5..=2000).contains(&content), "content", "诉求内容应为5至2000字", "放在加密块 private_enc 中");
        need(
            Ts::parse_iso(&wo.registered_at).is_none(),
            "registered_at",
            "登记时间格式不正确",
            "例如 2026-11-28T09:30:00+08:00",
        );
        let due = wo.due_at.as_deref().map(str::trim).filter(|t| !t.is_empty());
        need(
            due.is_some_and(|t| Ts::parse_iso(t).is_none()),
            "due_at",
            "办理期限格式不正确",
            "例如 2026-11-28T17:30:00+08:00，没有的可以省略",
        );
        let nameless = !wo.anonymous && !wo.secret && self.private.caller.is_none();
        need(nameless, "caller", "缺少诉求人", "放在加密块 private_enc 中；匿名填 anonymous，保密填 secret");
        need(wo.ver < 1, "ver", "缺少版本号", "从1起，每次变化加大");
        wrong
    }

    /// As it is registered here. Classes and places we do not know are for the dispatcher to sort.
    #[must_use]
    pub fn form(&self, from: &Sender, place: &Place, now: Ts) -> RegisterForm {
        let (wo, private) = (&self.wo, &self.private);
        // What a superior hands down is under its limit, as on paper; of others the field tells of their own promise.
        let origin = Origin {
            at: Some(now),
            number: Some(wo.wo_no.trim().to_owned()),
            source: Some(from.name.to_owned()),
            limit_at: wo.due_at.as_deref().and_then(Ts::parse_iso),
            ..Origin::default()
        };
        let caller = private.caller.clone().unwrap_or_default();
        let withheld = private.caller.is_none();
        let text = |t: Option<String>| t.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        /// A matter may have waited at the other side, but not for ever, milliseconds.
        const OLDEST_MS: i64 = 30 * 86_400_000;
        let received = Ts::parse_iso(&wo.registered_at).map(|at| Ts(at.0.clamp(now.0 - OLDEST_MS, now.0)));
        RegisterForm {
            channel: Some(from.kind.channel()),
            origin: if from.kind == PartnerKind::Upper { origin } else { Origin::default() },
            demand_type: wo.demand_type.parse().ok(),
            category: place.category.clone(),
            urgency: wo.urgency.parse().ok(),
            title: wo.title.chars().take(50).collect(),
            content: private.content.trim().to_owned(),
            wish: text(private.wish.clone()),
            region: place.region.clone(),
            address: text(private.address.clone()),
            lng: wo.lng,
            lat: wo.lat,
            occurred_at: wo.occurred_at.as_deref().and_then(Ts::parse_iso),
            requester: Requester {
                name: text(caller.name),
                sex: caller.sex.and_then(|s| s.parse().ok()),
                phone: text(caller.phone),
                id_type: text(caller.id_type),
                id_no: text(caller.id_no),
                address: text(caller.address),
                company_name: text(caller.org),
                kind: Some(RequesterKind::Person),
                ..Requester::default()
            },
            anonymous: wo.anonymous || withheld,
            confidentiality: wo.secret.then_some(Confidentiality::KeepSecret),
            no_reply_wanted: wo.no_reply,
            respondent: text(wo.target_org.clone()),
            affected_count: (wo.involved_count > 0).then_some(wo.involved_count),
            duplicates_checked: true,
            src_sys: Some(from.code.to_owned()),
            src_no: Some(wo.src_no.trim().to_owned()),
            received_at: received,
            ..RegisterForm::default()
        }
    }
}

/// The platform a matter came from.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub kind: PartnerKind,
    pub code: &'a str,
    pub name: &'a str,
}

/// Where a matter belongs in our own class and area tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub category: String,
    pub region: String,
}
