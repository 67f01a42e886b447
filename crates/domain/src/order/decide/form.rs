//! The registration form (W02): completeness and validity, every complaint at once.

use kernel::{FieldError, IdCard, MailAddress, Phone, RegionCode};

use super::check::{Check, known_org};
use crate::{
    env::Env,
    order::{
        DemandType, Origin, RegisterForm, RequesterKind,
        origin::{self, MOST_REPRESENTATIVES, asked},
    },
};

const TITLE: usize = 50;
/// Letters of other systems are kept whole: nobody can be asked to shorten them any more.
const IMPORTED: usize = 20_000;

/// Everything wrong with the form, each with its remedy; empty when it may be registered.
#[must_use]
pub fn validate_form(form: &RegisterForm, env: &Env) -> Vec<FieldError> {
    let check = Check::new();
    let check = who(check, form);
    let check = what(check, form, env);
    let check = place(check, form, env);
    came_by(check, form, env).list()
}

/// A matter that happened somewhere, so that nobody can act without knowing where.
const fn place_bound(kind: DemandType) -> bool {
    matches!(kind, DemandType::Help | DemandType::Complaint | DemandType::Report)
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|t| t.trim().is_empty())
}

fn who(check: Check, form: &RegisterForm) -> Check {
    let r = &form.requester;
    let imported = !blank(form.src_no.as_deref());
    let phone = [("requester.phone", r.phone.as_deref()), ("requester.contact_phone", r.contact_phone.as_deref())];
    let mut check = check
        .when(form.channel.is_none(), "channel", "请选择诉求来源", "从电话、网站、APP等来源中选择一项")
        .when(
            !form.anonymous && blank(r.name.as_deref()),
            "requester.name",
            "请填写诉求人姓名",
            "如诉求人不愿透露姓名，请勾选“匿名”",
        )
        .when(
            !form.anonymous
                && blank(r.phone.as_deref())
                && blank(r.contact_phone.as_deref())
                && blank(r.email.as_deref())
                && blank(form.call_id.as_deref())
                && !imported,
            "requester.phone",
            "请填写来电号码或联系电话",
            "至少填写一个可以联系到诉求人的号码或邮箱，或勾选“匿名”",
        )
        .when(
            r.kind == Some(RequesterKind::Company) && blank(r.company_name.as_deref()),
            "requester.company_name",
            "请填写企业名称",
            "诉求人类型为企业时必填；个人诉求请改选“个人”",
        )
        .maybe("requester.name", "姓名", r.name.as_deref(), 50)
        .maybe("requester.company_name", "企业名称", r.company_name.as_deref(), 100)
        .maybe("requester.address", "联系地址", r.address.as_deref(), 200);
    for (field, text) in phone {
        if let Some(text) = text.filter(|t| !t.trim().is_empty()) {
            check = check.result(Phone::parse(text).map(drop).map_err(|e| e.at(field)));
        }
    }
    if let Some(text) = r.email.as_deref().filter(|t| !t.trim().is_empty()) {
        check = check.result(MailAddress::parse(text).map(drop).map_err(|e| e.at("requester.email")));
    }
    id_number(check, form)
}

/// Only the resident identity card has a check digit; other papers are taken as written.
fn id_number(check: Check, form: &RegisterForm) -> Check {
    let Some(text) = form.requester.id_no.as_deref().filter(|t| !t.trim().is_empty()) else { return check };
    let resident = form.requester.id_type.as_deref().is_none_or(|t| t.is_empty() || t == "idcard" || t == "居民身份证");
    if resident {
        return check.result(IdCard::parse(text).map(drop).map_err(|e| e.at("requester.id_no")));
    }
    check.text("requester.id_no", "证件号码", text, 4, 30)
}

fn what(check: Check, form: &RegisterForm, env: &Env) -> Check {
    let imported = !blank(form.src_sys.as_deref());
    check
        .when(
            form.demand_type.is_none(),
            "demand_type",
            "请选择诉求类型",
            "从咨询、求助、投诉、举报、建议、感谢中选择一项",
        )
        .result(category(form, env))
        .text("content", "诉求内容", &form.content, 5, if imported { IMPORTED } else { 2000 })
        .text("title", "诉求标题", &form.title, 0, TITLE)
        .maybe("wish", "诉求目的", form.wish.as_deref(), 500)
        .when(form.tags.len() > 20, "tags", "标签过多", "最多选择20个标签")
        .when(
            form.occurred_at.is_some_and(|t| t > env.now),
            "occurred_at",
            "事发时间不能晚于当前时间",
            "请核对事发日期和时间",
        )
        .when(
            form.received_at.is_some_and(|t| t > env.now),
            "received_at",
            "受理时间不能晚于当前时间",
            "请核对导入数据的受理时间",
        )
        .when(
            form.affected_count.is_some_and(|n| !(1..=1_000_000).contains(&n)),
            "affected_count",
            "涉及人数应为1至1000000之间的整数",
            "不清楚人数时可以不填",
        )
        .when(
            !form.duplicates_checked && !imported,
            "duplicates_checked",
            "尚未进行判重",
            "请查看右侧相似诉求，确认不是重复后再登记",
        )
        .maybe("respondent", "被反映对象", form.respondent.as_deref(), 100)
        .future("callback_preferred_at", "预约回访时间", form.callback_preferred_at, env)
}

fn category(form: &RegisterForm, env: &Env) -> Result<(), FieldError> {
    let bad = |message: String, remedy: &str| Err(FieldError::new("category", message).with_remedy(remedy));
    let code = form.category.trim();
    if code.is_empty() {
        return bad("请选择问题分类".to_owned(), "至少选到第二级分类");
    }
    match env.directory.category(code) {
        None => bad(format!("问题分类“{code}”不存在"), "请从分类目录中重新选择"),
        Some(c) if !c.active => bad(format!("问题分类“{}”已停用", c.name), "请改选现行分类"),
        Some(c) if c.level < 2 => bad(format!("问题分类“{}”过粗", c.name), "请至少选到第二级分类"),
        Some(_) => Ok(()),
    }
}

fn place(check: Check, form: &RegisterForm, env: &Env) -> Check {
    let region = form.region.trim();
    let mut check = check
        .when(region.is_empty(), "region", "请选择被反映区域", "请选到区县，能确定的请选到街道、社区")
        .when(
            form.demand_type.is_some_and(place_bound) && blank(form.address.as_deref()),
            "address",
            "请填写事发地址",
            "求助、投诉、举报须写明事发地点，可在地图上选点",
        )
        .maybe("address", "事发地址", form.address.as_deref(), 200)
        .when(
            form.lng.is_some_and(|x| !(-180.0..=180.0).contains(&x))
                || form.lat.is_some_and(|y| !(-90.0..=90.0).contains(&y)),
            "lng",
            "地图坐标超出范围",
            "请在地图上重新选点",
        )
        .when(form.lng.is_some() != form.lat.is_some(), "lng", "地图坐标不完整", "经度和纬度须同时填写，或都不填");
    if !region.is_empty() {
        check = check.result(RegionCode::parse(region).map(drop).map_err(|e| e.at("region")));
    }
    for (field, org) in [("suggested_org", form.suggested_org), ("accused_org", form.accused_org)] {
        if let Some(org) = org {
            check = check.result(known_org(field, org, env));
        }
    }
    check
}

/// What the way it came by brings along. Imported matters are taken as they are, and so are those of other platforms.
fn came_by(check: Check, form: &RegisterForm, env: &Env) -> Check {
    let Some(channel) = form.channel.filter(|_| blank(form.src_no.as_deref())) else { return check };
    let (asked, o) = (asked(channel), Origin::of(form));
    let mut check = check;
    if let Some((name, must)) = asked.at {
        let missing = must && o.at.is_none();
        check = check.when(missing, "origin.at", &format!("请填写{name}"), "不记得具体时刻时填当天").when(
            o.at.is_some_and(|t| t > env.now),
            "origin.at",
            &format!("{name}不能晚于当前时间"),
            "请核对日期",
        );
    }
    if let Some(name) = asked.number {
        check = check.maybe("origin.number", name, o.number.as_deref(), 100);
    }
    if let Some(name) = asked.source {
        check = check.text("origin.source", name, o.source.as_deref().unwrap_or_default(), 2, 100);
    }
    if let Some(link) = o.link.as_deref() {
        check = check.result(origin::link(link).map_err(|e| e.at("origin.link")));
    }
    let past = o.limit_at.filter(|t| *t <= env.now).map(|t| format!("上级限办日期{}已过", t.date()));
    check = check
        .when(
            past.is_some(),
            "origin.limit_at",
            past.as_deref().unwrap_or_default(),
            "请核对来文的办理时限；确已过期的，请与交办单位商定新的时限后填写",
        )
        .maybe("origin.title", "报道标题", o.title.as_deref(), 100);
    if asked.visit { visit(check, &o) } else { check }
}

fn visit(check: Check, o: &Origin) -> Check {
    let n = o.head_count.unwrap_or(0);
    let listed = o.representatives.len();
    let several = n >= 2;
    let too_many = listed > MOST_REPRESENTATIVES;
    let mut check = check
        .text("origin.place", "来访地点", o.place.as_deref().unwrap_or_default(), 2, 100)
        .when(!(1..=10_000).contains(&n), "origin.head_count", "请填写来访人数", "1至10000之间的整数，含诉求人本人")
        .when(several && listed == 0, "origin.representatives", "多人来访须登记代表", "请登记1至5名代表的姓名")
        .when(
            too_many,
            "origin.representatives",
            "代表不得超过5人",
            "依《信访工作条例》第二十条，请来访人推选不超过5名代表",
        )
        .when(
            !too_many && i32::try_from(listed).unwrap_or(i32::MAX) > n.max(1),
            "origin.representatives",
            "代表多于来访人数",
            "请核对来访人数和代表名单",
        );
    for (i, r) in o.representatives.iter().enumerate().take(MOST_REPRESENTATIVES) {
        let phone = r.phone.as_deref().map_or(Ok(()), |p| Phone::parse(p).map(drop));
        check = check
            .text(&format!("origin.representatives.{i}.name"), "代表姓名", &r.name, 1, 50)
            .result(phone.map_err(|e| e.at(format!("origin.representatives.{i}.phone"))));
    }
    check
}

/// A title of at most 50 characters out of the content: its first sentence, or its beginning.
#[must_use]
pub fn draft_title(content: &str) -> String {
    let text = content.trim();
    let first: String =
        text.chars().take_while(|c| !matches!(c, '。' | '！' | '？' | '；' | '\n' | '\r' | '!' | '?')).collect();
    let first = first.trim();
    if first.chars().count() <= TITLE {
        return first.to_owned();
    }
    let head: Vec<char> = first.chars().take(TITLE).collect();
    let comma = head.iter().rposition(|c| matches!(c, '，' | ',' | '、' | ' ')).filter(|at| *at >= 8);
    head[..comma.unwrap_or(TITLE)].iter().collect()
}
