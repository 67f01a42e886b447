//! 系统管理: what the three administrators do. No super-user: whoever sets people up cannot give them roles, whoever
//! gives roles needs a second person, and the log belongs to a third.

pub mod audit;
pub mod calendar;
pub mod category;
pub mod dict;
pub mod grant;
pub mod mailbox;
pub mod org;
pub mod param;
mod param_preview;
pub mod user;

use db::Tx;
use domain::authority::{Permission, permits};
use domain::env::By;
use kernel::{FieldError, Refusal, Ts};

use crate::audit::Entry;
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Result, view::UserRef};

/// The last statements of every change: other processes learn that a snapshot is old, and the log tells who did what.
pub(crate) async fn seal(tx: &mut Tx, app: &App, ctx: &Ctx, entry: Entry, snapshots: &[&str]) -> Result<()> {
    for name in snapshots {
        store::counter::next_in(tx, name).await?;
    }
    crate::audit::record(tx, app, ctx, entry).await
}

/// Passes who holds one of the permissions; the refusal names the first.
fn require_any(ctx: &Ctx, any: &[Permission]) -> Result<()> {
    ctx.require_ready()?;
    if let By::Person(actor) = &ctx.by
        && any.iter().any(|p| permits(&actor.roles, *p))
    {
        return Ok(());
    }
    match any.first() {
        Some(first) => ctx.require(*first),
        None => Ok(()),
    }
}

fn require(ctx: &Ctx, permission: Permission) -> Result<()> {
    require_any(ctx, &[permission])
}

fn user_ref(world: &World, id: kernel::UserId) -> UserRef {
    UserRef { id, name: world.user_name(id) }
}

/// Collects what is wrong with a form, all at once.
#[derive(Default)]
struct Check(Vec<FieldError>);

impl Check {
    fn when(mut self, bad: bool, field: &str, message: impl Into<String>, remedy: &str) -> Self {
        if bad {
            self.0.push(FieldError::new(field, message).with_remedy(remedy));
        }
        self
    }

    /// A text of so many characters, not counting the white space around it.
    fn text(self, field: &str, name: &str, value: &str, least: usize, most: usize) -> Self {
        let n = value.trim().chars().count();
        let remedy = format!("请填写{least}至{most}字");
        match n {
            0 if least > 0 => self.when(true, field, format!("请填写{name}"), &remedy),
            n if n < least => self.when(true, field, format!("{name}过短，现有{n}字"), &remedy),
            n if n > most => self.when(true, field, format!("{name}过长，现有{n}字"), &remedy),
            _ => self,
        }
    }

    fn result<T>(mut self, result: Result<T, FieldError>) -> Self {
        if let Err(e) = result {
            self.0.push(e);
        }
        self
    }

    fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::fields(self.0).into()) }
    }
}

/// Why something is changed; asked for wherever a change concerns everybody.
fn reason(check: Check, text: &str) -> Check {
    check.text("reason", "修改原因", text, 4, 500)
}

fn immutable(check: Check, field: &str, name: &str, given: Option<&str>, is: &str) -> Check {
    let differs = given.is_some_and(|g| !g.trim().is_empty() && g.trim() != is);
    check.when(differs, field, format!("{name}一经使用不能修改"), "请保持原值；如确需更换，请停用后新建")
}

/// A code made of ASCII letters, digits and `._-`.
fn code(check: Check, field: &str, name: &str, value: &str, most: usize) -> Check {
    let fits = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    check.text(field, name, value, 1, most).when(
        !fits,
        field,
        format!("{name}只能由字母、数字、点、下划线和连字符组成"),
        "请去掉空格、汉字和其他符号",
    )
}

fn trimmed(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// `周四`.
fn weekday_cn(date: kernel::Date) -> &'static str {
    const NAMES: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let at = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    NAMES[at % NAMES.len()]
}

/// `2026-11-24（周二）10:05`; the last instant of a day reads `24:00`.
fn moment_cn(at: Ts) -> String {
    let date = at.date();
    let time = if at == Ts::end_of(date) {
        "24:00".to_owned()
    } else {
        let civil = at.civil();
        format!("{:02}:{:02}", civil.hour(), civil.minute())
    };
    format!("{date}（{}）{time}", weekday_cn(date))
}
