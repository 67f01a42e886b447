//! 群众评议 at the outer desk: published surveys are read here, answers kept until they have gone in. Doubles are known by
//! what was answered here; the core looks once more.

use app::citizen::code::Purpose;
use app::citizen::survey::{Bounds, SurveyIn, SurveyOut, bound_answers, code_later};
use citizen::{Caller, SurveyFilled, SurveyLine, SurveySent, SurveyStep};
use db::Tx;
use kernel::{Refusal, Ts};

use crate::outer::OuterDesk;
use crate::{Error, Result};

fn refuse(refusal: Refusal) -> Error {
    Error::App(refusal.into())
}

fn no_survey() -> Error {
    refuse(Refusal::not_found("问卷"))
}

/// So many answers of a sheet, or more, were told before.
fn told(known: Option<&str>, written: usize) -> bool {
    known.and_then(|n| n.parse().ok()).is_some_and(|n: usize| n >= written)
}

/// Counters of answers taken here: altogether and about a point.
fn counters(out: &SurveyOut, code: &str) -> (String, String) {
    let all = format!("survey/{}", out.id);
    let own = out.point(code).map_or_else(String::new, |p| format!("{all}/{}", p.id));
    (all, own)
}

impl OuterDesk {
    async fn all_surveys(&self) -> Result<Vec<SurveyOut>> {
        let rows = store::exchange::views(&self.store.db, &self.store.vault, "survey").await?;
        Ok(rows.iter().map(|(_, text)| serde_json::from_str(text)).collect::<Result<_, _>>()?)
    }

    /// The survey of an address, its own or that of a window or department.
    async fn survey_at(&self, code: &str) -> Result<Option<SurveyOut>> {
        Ok(self.all_surveys().await?.into_iter().find(|s| s.code == code || s.point(code).is_some()))
    }

    async fn taken(&self, out: &SurveyOut, code: &str) -> Result<(u32, u32)> {
        let (all, own) = counters(out, code);
        let mut taken = [0_u32; 2];
        for (n, name) in taken.iter_mut().zip([all, own]) {
            if !name.is_empty() {
                *n = u32::try_from(store::exchange::state(&self.store.db, &name).await?).unwrap_or(u32::MAX);
            }
        }
        Ok((taken[0], taken[1]))
    }

    pub(crate) async fn open_surveys(&self) -> Result<Vec<SurveyLine>> {
        let mut all = self.all_surveys().await?;
        all.sort_by_key(|s| std::cmp::Reverse(s.published_at));
        Ok(all.iter().filter_map(|s| s.line(self.clock.now())).collect())
    }

    pub(crate) async fn survey_step(&self, code: &str, filled: &SurveyFilled) -> Result<Option<SurveyStep>> {
        let Some(out) = self.survey_at(code).await? else { return Ok(None) };
        let open = out.open(self.clock.now(), self.taken(&out, code).await?);
        Ok(Some(out.step(code, filled, open)))
    }

    /// To whom a code goes, and what it is bound to. None can be sent while nothing goes across.
    pub(crate) async fn code_for_survey(&self, code: &str, phone: &str) -> Result<(String, String)> {
        let out = self.survey_at(code).await?.ok_or_else(no_survey)?;
        out.require_open(self.clock.now(), (0, 0))?;
        let none = || refuse(Refusal::state("not_verified", "该问卷无须核验手机号"));
        let phone = out.phone(phone)?.ok_or_else(none)?;
        if self.cut_off().await? {
            return Err(refuse(code_later().into()));
        }
        Ok((phone, out.series.to_string()))
    }

    pub(crate) async fn take_answer(&self, sent: SurveySent, otp: &str, from: &Caller) -> Result<()> {
        let (now, bounds) = (self.clock.now(), Bounds::shipped());
        let out = self.survey_at(&sent.code).await?.ok_or_else(no_survey)?;
        let asked = out.checked(&sent)?;
        let written = asked.answers.len();
        let done = format!("answer/{}", sent.once);
        let before = store::exchange::view(&self.store.db, &self.store.vault, &done).await?;
        let device = self.device_key(&out, &sent);
        if before.is_none() {
            out.require_open(now, self.taken(&out, &sent.code).await?)?;
            if let Some(key) = &device {
                let last = store::exchange::view(&self.store.db, &self.store.vault, key).await?;
                let last = last.and_then(|at| at.parse().ok()).map(Ts);
                out.require_other_device(last, now, &bounds)?;
            }
            bound_answers(&self.codes(), &from.ip, out.series, &bounds).await?;
            let own = |phone: &String| from.person.as_ref().is_some_and(|p| p.has_phone(phone));
            if let Some(phone) = out.phone(&sent.phone)?.filter(|p| !own(p)) {
                self.codes().spend(&phone, Purpose::Survey, &out.series.to_string(), otp).await?;
            }
        }
        // Told again without anything new it is not told across again.
        if told(before.as_deref(), written) {
            return Ok(());
        }
        let (all, own) = counters(&out, &sent.code);
        let came = SurveyIn { survey: out.id, sent, ip: from.ip.clone() };
        let vault = &self.store.vault;
        db::with_retry!(self.store.db, async |tx| {
            // Sent twice at once: the second one waits for the first, and is counted with it.
            if store::exchange::first_view(tx, vault, &done, &written.to_string(), now).await? {
                self.count(tx, &all, &own, device.as_deref(), now).await?;
            } else {
                let known = store::exchange::view(&mut *tx, vault, &done).await?;
                if told(known.as_deref(), written) {
                    return Ok(());
                }
                store::exchange::put_view(tx, vault, &done, &written.to_string(), now).await?;
            }
            self.push(tx, "answer", &came).await
        })
    }

    async fn count(&self, tx: &mut Tx, all: &str, own: &str, device: Option<&str>, now: Ts) -> Result<()> {
        for name in [all, own].into_iter().filter(|n| !n.is_empty()) {
            store::exchange::add_state(tx, name).await?;
        }
        if let Some(key) = device {
            store::exchange::put_view(tx, &self.store.vault, key, &now.0.to_string(), now).await?;
        }
        Ok(())
    }

    /// Under which it is remembered when a device answered; nothing without a device.
    fn device_key(&self, out: &SurveyOut, sent: &SurveySent) -> Option<String> {
        let about = out.point(&sent.code).map_or_else(String::new, |p| p.id.to_string());
        let value = format!("{}/{about}/{}", out.id, sent.device);
        (!sent.device.is_empty()).then(|| format!("device/{}", self.store.vault.blind_hex("survey_device", &value)))
    }
}
