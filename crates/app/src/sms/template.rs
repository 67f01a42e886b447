//! 短信模板: the words of App. A, or what the office put in their place; every version is kept.

use std::collections::BTreeMap;

use domain::authority::Permission;
use domain::message::{Counted, check_text, count, placeholders};
use kernel::{FieldError, Refusal, Ts};
use serde::{Deserialize, Serialize};

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::message::{Template, fill, templates};
use crate::world::World;
use crate::{Error, Result};

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateLine {
    pub id: String,
    pub title: String,
    /// 收件人, in words.
    pub to_cn: String,
    pub text: String,
    pub shipped: String,
    /// 0 is the shipped text.
    pub version: i64,
    pub placeholders: Vec<PlaceholderLine>,
    /// The text with sample values, signed.
    pub sample: String,
    pub counted: Counted,
    /// Not sent to citizens (`sms.optional`).
    pub off: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceholderLine {
    pub name: String,
    pub meaning: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateVersion {
    pub version: i64,
    pub text: String,
    pub at: Option<Ts>,
    pub by_name: Option<String>,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateForm {
    pub text: String,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateTrial {
    pub text: String,
}

/// How a text would look, or why it may not stand.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplatePreview {
    pub sample: String,
    pub counted: Counted,
    pub fault: Option<String>,
    pub remedy: Option<String>,
}

/// Name, meaning, sample value.
const PLACEHOLDERS: &[(&str, &str, &str)] = &[
    ("title10", "诉求标题（前10字）", "路灯不亮"),
    ("no", "工单编号", "37010020261128000123"),
    ("qc", "查询码", "K7M2P9QX"),
    ("url", "查询网址", "12345.example.cn"),
    ("reason_short", "原因", "属司法程序事项"),
    ("route", "建议途径", "人民法院"),
    ("target", "转往单位", "110"),
    ("contact", "联系方式", "0531-12345678"),
    ("type", "诉求类型", "投诉"),
    ("urg", "紧急程度", "一般"),
    ("sign_due", "签收时限", "11月30日 18:00"),
    ("due", "办结时限", "12月18日 23:59"),
    ("org", "承办单位", "市住房和城乡建设局"),
    ("left", "剩余时间", "2小时"),
    ("over", "超时", "1天3小时"),
    ("defect", "退回原因", "未联系诉求人"),
    ("reply60", "答复（前60字）", "路灯已于11月28日修复并恢复照明，感谢您的反映。"),
    ("reason", "原因", "需统一招标采购"),
    ("date", "日期", "2026年12月18日"),
    ("biz", "业务", "工单"),
    ("msg", "提醒内容", "请尽快签收"),
    ("opinion30", "督办意见（前30字）", "请立即核实并反馈"),
    ("result", "结果", "不予受理"),
    ("way", "办理方式", "转送"),
    ("req", "要求", "受理情况"),
    ("time", "时间", "12月1日 9:00"),
    ("place", "地点", "信访接待大厅"),
    ("next", "后续途径", "如不服可申请复核"),
    ("code", "验证码", "384950"),
];

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminTemplate)
}

fn known(id: &str) -> Result<&'static Template> {
    crate::message::template(id).ok_or_else(|| Refusal::not_found(format!("模板“{id}”")).into())
}

fn sample(world: &World, text: &str) -> String {
    let vars: BTreeMap<String, String> =
        PLACEHOLDERS.iter().map(|(name, _, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    format!("【{}】{}", world.params.text("sms.sign"), fill(text, &vars))
}

fn to_cn(to: &str) -> String {
    let word = |to: &str| match to.trim() {
        "citizen" => "诉求人",
        "petitioner" => "信访人",
        "parties" => "当事人",
        "org_duty" => "单位值班",
        "handler" => "经办人",
        "unit_leader" => "分管领导",
        "supervisor" => "督办员",
        "internal" => "工作人员",
        _ => "相关人员",
    };
    to.split(',').map(word).collect::<Vec<_>>().join("、")
}

fn line(world: &World, t: &Template) -> TemplateLine {
    let (version, text) = world.texts.get(&t.id).cloned().unwrap_or_else(|| (0, t.text.clone()));
    let meaning = |name: &str| PLACEHOLDERS.iter().find(|p| p.0 == name).map_or("", |p| p.1).to_owned();
    let place = |name: &str| PlaceholderLine { name: name.to_owned(), meaning: meaning(name) };
    let sample = sample(world, &text);
    TemplateLine {
        id: t.id.clone(),
        title: t.title.clone(),
        to_cn: to_cn(&t.to),
        counted: count(&sample),
        sample,
        text,
        shipped: t.text.clone(),
        version,
        placeholders: placeholders(&t.text).into_iter().map(place).collect(),
        off: world.params.list("sms.optional").contains(&t.id.as_str()),
    }
}

pub async fn template_list(app: &App, ctx: &Ctx) -> Result<Vec<TemplateLine>> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    Ok(templates().map(|t| line(&world, t)).collect())
}

/// Every text of a template, newest first; the shipped one is the last.
pub async fn template_history(app: &App, ctx: &Ctx, id: &str) -> Result<Vec<TemplateVersion>> {
    require(ctx)?;
    let shipped = known(id)?;
    let world = app.fresh_world().await?;
    let texts = store::sms::texts_of(&app.store.db, id).await?;
    let version = |t: store::sms::TemplateText| TemplateVersion {
        version: t.no,
        text: t.text,
        at: Some(t.at),
        by_name: Some(world.user_name(t.by_id)),
        reason: t.reason,
    };
    let first = TemplateVersion {
        version: 0,
        text: shipped.text.clone(),
        at: None,
        by_name: None,
        reason: "系统自带".to_owned(),
    };
    Ok(texts.into_iter().map(version).chain([first]).collect())
}

/// How a text would look; nothing is changed.
pub async fn template_preview(app: &App, ctx: &Ctx, id: &str, trial: &TemplateTrial) -> Result<TemplatePreview> {
    require(ctx)?;
    let shipped = known(id)?;
    let world = app.fresh_world().await?;
    let fault = check_text(&trial.text, &shipped.text).err();
    let sample = sample(&world, trial.text.trim());
    Ok(TemplatePreview {
        counted: count(&sample),
        sample,
        remedy: fault.as_ref().and_then(|f| f.remedy.clone()),
        fault: fault.map(|f| f.message),
    })
}

/// Gives a template another text, from the next message on.
pub async fn template_set(app: &App, ctx: &Ctx, id: &str, form: &TemplateForm) -> Result<TemplateLine> {
    require(ctx)?;
    let shipped = known(id)?;
    let by = ctx.actor()?.user;
    let (text, reason) = (form.text.trim(), form.reason.trim());
    let mut wrong: Vec<FieldError> = check_text(text, &shipped.text).err().into_iter().collect();
    if !(4..=500).contains(&reason.chars().count()) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    let world = app.fresh_world().await?;
    let before = world.texts.get(id).map_or(shipped.text.as_str(), |(_, text)| text.as_str());
    if wrong.is_empty() && before == text {
        wrong.push(FieldError::new("text", "模板内容没有变化").with_remedy("无需保存"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_text(tx, id, text, ctx.now, by, reason).await?;
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let detail = serde_json::json!({ "before": before, "after": text });
        let entry = Entry::new("admin", "sms.template", "sms_template", id).because(reason).with(detail);
        audit::record(tx, app, ctx, entry).await?;
        Ok::<(), Error>(())
    })?;
    let world = app.refresh().await?;
    Ok(line(&world, shipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_the_shipped_texts_has_a_meaning_and_a_sample() {
        for t in templates() {
            for name in placeholders(&t.text) {
                assert!(PLACEHOLDERS.iter().any(|p| p.0 == name), "{} of {}", name, t.id);
            }
            assert!(check_text(&t.text, &t.text).is_ok(), "{}", t.id);
            assert!(!to_cn(&t.to).contains("相关人员"), "{} of {}", t.to, t.id);
        }
    }
}
