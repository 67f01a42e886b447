//! What administrators decided about calls, as the floor reads it.

use std::collections::BTreeMap;

use kernel::{Phone, Ts};
use serde_json::Value;
use voice::settings::{Dialling, Menu, QueueSettings, Settings};

use crate::world::World;

/// The settings in force at a moment.
#[must_use]
pub fn phone_settings(world: &World, now: Ts) -> Settings {
    let params = &world.params;
    let announced = world.announcements.iter().filter(|a| a.is_played(now)).filter_map(|a| a.prompt.clone());
    Settings {
        hotline: params.text("call.hotline").to_owned(),
        max_calls_per_s: count(params.int("call.max_calls_per_s")),
        max_calls: count(params.int("call.max_calls")),
        greeting: params.list("call.greeting").into_iter().map(str::to_owned).collect(),
        announcements: announced.collect(),
        menu: menu(params.get("call.menu")),
        default_skill: params.text("call.default_skill").to_owned(),
        emergency_key: Some(params.text("call.emergency_key")).filter(|k| *k != "none").and_then(|k| k.chars().next()),
        queues: queues(world),
        ring_s: count(params.int("acd.ring_s")),
        wrap_up_s: count(params.int("call.wrap_up_s")),
        return_s: count(params.int("call.return_s")),
        dial_s: count(params.int("call.dial_s")),
        max_call_s: count(params.int("call.max_call_s")),
        say_number: params.flag("call.say_number"),
        rating: params.flag("call.rating"),
        rating_keys: rating_keys(params.get("call.rating_keys")),
        message_s: count(params.int("call.message_s")),
        offer_callback: params.flag("call.offer_callback"),
        missed_callback_min: count(params.int("call.missed_callback_min")),
        short_abandon_s: count(params.int("call.short_abandon_s")),
        service_level_s: count(thresholds(world)[0]),
        record: params.flag("call.record"),
        dialling: dialling(params.get("call.dialling")),
        joint: texts_of(params.get("call.joint")),
        departments: departments(world),
    }
}

/// The two thresholds of the service level in seconds.
pub(super) fn thresholds(world: &World) -> [i64; 2] {
    let values = world.params.get("call.svc_threshold_s").and_then(Value::as_array);
    let at = |i: usize| values.and_then(|v| v.get(i)).and_then(Value::as_i64);
    let first = at(0).unwrap_or(15);
    [first, at(1).unwrap_or(first)]
}

/// Telephones of the organisations that are in being. Who shares a number is called by the first's name.
fn departments(world: &World) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for org in world.directory.orgs().filter(|org| org.active) {
        if let Some(Ok(phone)) = org.phone.as_deref().map(Phone::parse) {
            names.entry(phone.normalised().to_owned()).or_insert_with(|| org.name.clone());
        }
    }
    names
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

fn number(value: Option<&Value>) -> u32 {
    value.and_then(Value::as_f64).map_or(0, |n| n.clamp(0.0, 1_000_000.0) as u32)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn texts_of(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
}

fn key_of(text: &str) -> Option<char> {
    text.chars().next().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#'))
}

fn menu(value: Option<&Value>) -> Option<Menu> {
    let menu = value?.as_object().filter(|m| m.get("on").and_then(Value::as_bool) == Some(true))?;
    let keys = menu
        .get("keys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|k| Some((key_of(k.get("key")?.as_str()?)?, k.get("skill")?.as_str()?.to_owned())));
    Some(Menu {
        prompts: texts(menu.get("prompts")),
        keys: keys.collect(),
        wait_s: number(menu.get("wait_s")).max(1),
        tries: u8::try_from(number(menu.get("tries"))).unwrap_or(1),
    })
}

fn rating_keys(value: Option<&Value>) -> BTreeMap<char, u8> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(k, v)| Some((key_of(k)?, u8::try_from(v.as_i64()?).ok().filter(|r| (1..=5).contains(r))?)))
        .collect()
}

fn dialling(value: Option<&Value>) -> Dialling {
    let of = |key: &str| value.and_then(|v| v.get(key));
    let digits = |key: &str| u8::try_from(number(of(key))).unwrap_or(u8::MAX);
    Dialling {
        allowed: texts(of("allowed")),
        forbidden: texts(of("forbidden")),
        min_digits: digits("min_digits"),
        max_digits: digits("max_digits"),
        per_seat_hour: number(of("per_seat_hour")),
        per_number_day: number(of("per_number_day")),
    }
}

/// One queue for every skill of the dictionary; those without a row of their own follow the first row.
fn queues(world: &World) -> BTreeMap<String, QueueSettings> {
    let rows = world.params.get("acd.queues").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let skills = world.dictionaries.get("skill").map_or(&[][..], Vec::as_slice);
    let default = world.params.text("call.default_skill").to_owned();
    let mut known: Vec<(String, String)> = skills.iter().map(|s| (s.code.clone(), s.name.clone())).collect();
    if known.iter().all(|(code, _)| *code != default) {
        known.push((default.clone(), default));
    }
    let queue = |(code, name): (String, String)| {
        let own = rows.iter().find(|r| r.get("skill").and_then(Value::as_str) == Some(code.as_str()));
        let row = own.or_else(|| rows.first());
        let of = |key: &str| row.and_then(|r| r.get(key));
        let settings = QueueSettings {
            name,
            priority: i32::try_from(number(of("priority"))).unwrap_or(0),
            ageing_s: number(of("ageing_s")),
            announce_s: number(of("announce_s")),
            overflow_after_s: number(of("overflow_after_s")),
            overflow: texts(of("overflow")).into_iter().filter(|o| *o != code).collect(),
            offer_after_s: number(of("offer_after_s")),
            full_at: number(of("full_at")),
        };
        (code, settings)
    };
    known.into_iter().map(queue).collect()
}
