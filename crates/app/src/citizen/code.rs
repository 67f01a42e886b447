//! 短信验证码: made, bounded, checked. The same rules for the core and for an outer desk.

use citizen::{CodeAsk, CodeSent, MatterKey};
use domain::param::Params;
use kernel::{Mint, NoticeId, Phone, Refusal, Ts, constant_time_eq};
use store::Store;
use store::portal::Code;
use store::sms::Sms;

use super::{draft_of, find, no_draft, survey};
use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// What a code is good for. It is bound to its subject besides: a code for one matter opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    File,
    Track,
    Withdraw,
    Survey,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Track => "track",
            Self::Withdraw => "withdraw",
            Self::Survey => "survey",
        }
    }
}

/// Bounds on codes and failed attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub valid_min: i64,
    /// Seconds between two codes to one number.
    pub resend_s: i64,
    /// Codes to one number and day.
    pub per_day: i64,
    /// Codes asked for from one address within an hour.
    pub per_ip_hour: i64,
    /// Failures that lock.
    pub attempts: i64,
    /// How long, and the window in which they count, minutes.
    pub lock_min: i64,
}

impl Policy {
    /// The shipped bounds, for a desk that cannot ask the core.
    #[must_use]
    pub fn shipped() -> Self {
        Self::of(&Params::defaults())
    }

    #[must_use]
    pub fn of(params: &Params) -> Self {
        Self {
            valid_min: params.int("security.otp.valid_min"),
            resend_s: params.int("portal.code_resend_s"),
            per_day: params.int("portal.code_per_day"),
            per_ip_hour: params.int("portal.code_per_ip"),
            attempts: params.int("portal.lock_attempts"),
            lock_min: params.int("portal.lock_minutes"),
        }
    }
}

/// Where codes are kept and what bounds them.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    pub store: &'a Store,
    pub mint: &'a dyn Mint,
    pub policy: Policy,
    pub now: Ts,
}

/// Tries of one code before it is void.
const TRIES: i64 = 5;

impl Codes<'_> {
    /// A new code of six digits for a number. Nobody else may learn it but by message.
    ///
    /// # Errors
    /// Refuses when one was sent just now, or too many today.
    pub async fn make(&self, phone: &str, purpose: Purpose, subject: &str) -> Result<String> {
        let Self { store, policy, now, .. } = *self;
        let code = six_digits(self.mint);
        let day = now.date().to_string();
        db::with_retry!(store.db, async |tx| {
            let before = store::portal::code_load(&mut *tx, &store.vault, phone, purpose.code()).await?;
            let mut day_n = 1;
            if let Some(before) = before {
                let wait = policy.resend_s - (now.0 - before.sent_at.0) / 1000;
                if wait > 0 {
                    return Err(Refusal::too_many(format!("验证码刚刚发送过，请{wait}秒后再获取")).into());
                }
                day_n = if before.day == day { before.day_n + 1 } else { 1 };
            }
            if day_n > policy.per_day {
                let text = format!("该号码今天已获取{}次验证码，请明天再试或拨打热线电话", policy.per_day);
                return Err(Refusal::too_many(text).into());
            }
            let made = Code {
                code_hash: store::portal::code_hash(&store.vault, phone, purpose.code(), &bound(subject, &code)),
                tries: 0,
                sent_at: now,
                expires_at: now.plus_minutes(policy.valid_min),
                day: day.clone(),
                day_n,
            };
            store::portal::code_save(tx, &store.vault, phone, purpose.code(), &made).await?;
            Ok::<(), Error>(())
        })?;
        Ok(code)
    }

    /// The code is right; it is spent by this. The refusal names the field of the form.
    ///
    /// # Errors
    /// Refuses a wrong, worn-out or outdated code.
    pub async fn spend(&self, phone: &str, purpose: Purpose, subject: &str, typed: &str) -> Result<()> {
        let Self { store, now, .. } = *self;
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if typed.is_empty() {
            return Err(wrong("请输入短信验证码", "点击“获取验证码”，把收到的6位数字填入"));
        }
        let right = db::with_retry!(store.db, async |tx| {
            // The try is booked first, in any case: guessing costs tries.
            if !store::portal::code_try(tx, &store.vault, phone, purpose.code(), TRIES, now).await? {
                return Ok(None);
            }
            let kept = store::portal::code_load(&mut *tx, &store.vault, phone, purpose.code()).await?;
            let hash = store::portal::code_hash(&store.vault, phone, purpose.code(), &bound(subject, &typed));
            let same = kept.is_some_and(|k| constant_time_eq(k.code_hash.as_bytes(), hash.as_bytes()));
            if same {
                store::portal::code_spend(tx, &store.vault, phone, purpose.code()).await?;
            }
            Ok::<Option<bool>, Error>(Some(same))
        })?;
        match right {
            Some(true) => Ok(()),
            Some(false) => Err(wrong("验证码不正确", "请核对最近一条短信中的6位数字")),
            None => Err(wrong("验证码已失效", "请重新获取验证码")),
        }
    }

    /// Refuses an address that asks for too many codes; the asking is counted.
    pub async fn bound_address(&self, ip: &str) -> Result<()> {
        let Self { store, policy, now, .. } = *self;
        let window = now.plus_hours(-1);
        let n = db::with_retry!(store.db, async |tx| {
            Ok::<i64, Error>(store::portal::count_failure(tx, &store.vault, "code-ip", ip, now, window).await?)
        })?;
        if n > policy.per_ip_hour {
            return Err(Refusal::too_many("您所在网络获取验证码过于频繁，请一小时后再试").into());
        }
        Ok(())
    }

    /// Refuses a locked address or key (§3.6).
    pub async fn unlocked(&self, ip: &str, key: &str) -> Result<()> {
        for (kind, value) in [("ip", ip), ("key", key)] {
            let until = store::portal::locked_until(&self.store.db, &self.store.vault, kind, value).await?;
            if let Some(until) = until.filter(|u| self.now < *u) {
                return Err(locked(until));
            }
        }
        Ok(())
    }

    /// One more failure of an address and a key; tells when that locked them.
    pub async fn failed(&self, ip: &str, key: &str) -> Result<Option<Error>> {
        let Self { store, policy, now, .. } = *self;
        let until = now.plus_minutes(policy.lock_min);
        let window = now.plus_minutes(-policy.lock_min);
        let over = db::with_retry!(store.db, async |tx| {
            let mut over = false;
            for (kind, value) in [("ip", ip), ("key", key)] {
                let n = store::portal::count_failure(tx, &store.vault, kind, value, now, window).await?;
                if n >= policy.attempts {
                    store::portal::lock(tx, &store.vault, kind, value, until).await?;
                    over = true;
                }
            }
            Ok::<bool, Error>(over)
        })?;
        Ok(over.then(|| locked(until)))
    }
}

fn locked(until: Ts) -> Error {
    let text = format!("查询失败次数过多，已暂停至{}，请稍后再试或拨打热线电话", until.format_cn());
    Refusal::too_many(text).into()
}

fn bound(subject: &str, code: &str) -> String {
    format!("{subject}/{code}")
}

fn wrong(message: &str, remedy: &str) -> Error {
    kernel::FieldError::new("otp", message).with_remedy(remedy).into()
}

/// Uniform over 000000–999999.
fn six_digits(mint: &dyn Mint) -> String {
    loop {
        let mut bytes = [0_u8; 4];
        mint.bytes(&mut bytes);
        let n = u32::from_le_bytes(bytes);
        // The last, incomplete stretch of a million is thrown away: no digit is likelier than another.
        if n < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", n % 1_000_000);
        }
    }
}

impl App {
    pub(super) fn codes<'a>(&'a self, params: &Params, now: Ts) -> Codes<'a> {
        Codes { store: &self.store, mint: &*self.mint, policy: Policy::of(params), now }
    }
}

/// Sends a code. Whether a person or a matter exists is not told: the answer is the same.
pub async fn code_send(app: &App, ctx: &Ctx, ask: CodeAsk) -> Result<CodeSent> {
    let world = app.fresh_world().await?;
    let codes = app.codes(&world.params, ctx.now);
    codes.bound_address(&ctx.ip).await?;
    let until = ctx.now.plus_minutes(codes.policy.valid_min);
    let (phone, purpose, subject, known) = match &ask {
        CodeAsk::Draft { key } => {
            let draft = draft_of(&app.store, key).await?.ok_or_else(no_draft)?;
            let phone = Phone::parse(&draft.form.phone).map_err(|e| Error::from(e.at("phone")))?;
            (Some(phone.normalised().to_owned()), Purpose::File, String::new(), true)
        }
        CodeAsk::Number { case_no, phone } => {
            let phone = Phone::parse(phone).map_err(|e| Error::from(e.at("phone")))?;
            let order = find::by_number(app, case_no, phone.normalised()).await?;
            let to = order.map(|_| phone.normalised().to_owned());
            (to, Purpose::Track, find::number_subject(case_no), false)
        }
        CodeAsk::Person { id_no, name } => {
            let orders = find::by_person(app, id_no, name).await?;
            (orders.iter().find_map(find::mobile_of), Purpose::Track, find::person_subject(id_no), false)
        }
        CodeAsk::Matter { key } => {
            let MatterKey::Own(id) = key else { return Err(Refusal::forbidden("关注的诉求不能撤回").into()) };
            let order = store::order::load_order(&app.store.db, &app.store.vault, (*id).into()).await?;
            let phone = order.as_ref().and_then(find::mobile_of);
            let phone =
                phone.ok_or_else(|| Refusal::state("no_phone", "该诉求没有登记手机号码，请拨打热线电话办理"))?;
            (Some(phone), Purpose::Withdraw, id.to_string(), true)
        }
        CodeAsk::Survey { code, phone } => {
            let (phone, subject) = survey::code_for(app, ctx, code, phone).await?;
            (Some(phone), Purpose::Survey, subject, true)
        }
    };
    if let Some(phone) = &phone {
        let made = codes.make(phone, purpose, &subject).await;
        match made {
            Ok(code) => send(app, ctx, &world, phone, &code).await?,
            // A refusal here would tell that the matter exists.
            Err(Error::Refused(_)) if !known => {}
            Err(e) => return Err(e),
        }
    }
    let to = phone.filter(|_| known).and_then(|p| Phone::parse(&p).ok()).map(|p| p.masked());
    Ok(CodeSent { to, until })
}

/// T34, at any hour.
async fn send(app: &App, ctx: &Ctx, world: &crate::World, phone: &str, code: &str) -> Result<()> {
    let sms = message(&*app.mint, ctx.now, world, phone, code);
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(&sms)).await?)
    })
}

/// The message with a code.
pub fn message(mint: &dyn Mint, now: Ts, world: &crate::World, phone: &str, code: &str) -> Sms {
    let vars = std::collections::BTreeMap::from([("code".to_owned(), code.to_owned())]);
    let made = world.compose("T34", &vars);
    let text = format!("【{}】{}", world.params.text("sms.sign"), made.text);
    Sms { version: made.version, ..Sms::new(NoticeId::mint(mint, now), "T34", phone, text, now) }
}
