//! What commands mean to FreeSWITCH and what its events mean to us: a plain value without sockets. Every leg is a channel of
//! the same UUID.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::{CallId, LegId, RecordingId, Uuid};
use voice::switch::{Cause, Command, Endpoint, Event, PlayNo, Rejection, Source};

use super::plan::Shape;
use super::sounds::{play_list, quote};
use super::wire;
use crate::config::FreeswitchSection;

/// What is to be sent; answers come in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    Api(String, Tag),
    Background(String, Uuid),
    Execute { leg: LegId, application: &'static str, argument: String, run: Uuid },
}

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A channel that is gone meanwhile is no news.
    Nothing,
    Recording(RecordingId),
    /// List of channels after a reconnection.
    Channels,
    /// List of registered desk phones after every connection: those that came before it are told nowhere else.
    Phones,
}

/// What came of something.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub send: Vec<Send>,
    pub tell: Vec<Event>,
    /// Recordings that were closed: to be measured, then told.
    pub closed: Vec<Closed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub recording: RecordingId,
    /// Below the recordings' folder.
    pub file: String,
    pub ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Leg {
    outgoing: bool,
    answered: bool,
    rang: bool,
    early: bool,
    /// Why we ended it.
    ours: Option<Cause>,
    playing: Option<Playing>,
    /// Member number in the conference of its call.
    pub(super) member: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Playing {
    no: PlayNo,
    run: Uuid,
}

#[derive(Debug)]
struct Recording {
    leg: LegId,
    file: String,
}

#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) shape: Shape,
    pub(super) edges: BTreeSet<(LegId, LegId)>,
}

/// All legs, calls and recordings.
#[derive(Debug)]
pub struct State {
    config: FreeswitchSection,
    max_call_s: u32,
    silence_s: u32,
    pub(super) legs: HashMap<LegId, Leg>,
    pub(super) calls: BTreeMap<CallId, Call>,
    recordings: HashMap<RecordingId, Recording>,
    /// Extensions that are registered.
    phones: BTreeSet<String>,
    runs: u128,
}

impl State {
    #[must_use]
    pub fn new(config: FreeswitchSection, max_call_s: u32, silence_s: u32) -> Self {
        Self {
            config,
            max_call_s,
            silence_s,
            legs: HashMap::new(),
            calls: BTreeMap::new(),
            recordings: HashMap::new(),
            phones: BTreeSet::new(),
            runs: 0,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    /// Number of a run of an application; only has to differ within this connection.
    pub(super) fn run(&mut self) -> Uuid {
        self.runs += 1;
        Uuid::from_u128(0x484f_544c_494e_4500_0000_0000_0000_0000 + self.runs)
    }

    pub fn command(&mut self, command: Command) -> Outcome {
        let mut out = Outcome::default();
        match command {
            Command::Originate { leg, call, to, caller, ring_s } => {
                self.originate(leg, call, &to, &caller, ring_s, &mut out);
            }
            Command::Hear { call, edges } => self.hear(call, &edges, &mut out),
            Command::WebOffer { leg, .. } => {
                let reason = "FreeSWITCH 引擎不承载浏览器语音，请坐席改用 SIP 话机签入".to_owned();
                out.tell.push(Event::WebFailed { leg, reason });
            }
            Command::RecordPause { recording, on } => {
                self.record_step(recording, if on { "mask" } else { "unmask" }, &mut out);
            }
            Command::RecordStop { recording } => self.record_step(recording, "stop", &mut out),
            Command::Record { recording, file, left, .. } => self.record(recording, file, left, &mut out),
            Command::WebClose { .. } | Command::RecordSides { .. } => {}
            Command::Ring { leg } => self.on_leg(leg, &mut out, |leg| format!("uuid_ring_ready {leg}")),
            Command::Answer { leg } => self.answer(leg, &mut out),
            Command::Reject { leg, why } => self.kill(leg, refusal(why), &mut out),
            Command::Hangup { leg } => self.kill(leg, "NORMAL_CLEARING", &mut out),
            Command::Digits { leg, digits } => {
                let digits: String = digits.chars().filter(|c| c.is_ascii_digit() || "*#ABCD".contains(*c)).collect();
                self.on_leg(leg, &mut out, |leg| format!("uuid_send_dtmf {leg} {digits}"));
            }
            Command::Play { leg, no, sounds, repeat } => {
                let list = play_list(&sounds, &self.config);
                self.play(leg, no, list, repeat, &mut out);
            }
            Command::Quiet { leg } => self.quiet(leg, &mut out),
        }
        out
    }

    pub(super) fn on_leg(&self, leg: LegId, out: &mut Outcome, line: impl FnOnce(LegId) -> String) {
        if self.legs.contains_key(&leg) {
            out.send.push(Send::Api(line(leg), Tag::Nothing));
        }
    }

    fn answer(&self, leg: LegId, out: &mut Outcome) {
        let silence = self.silence_s.saturating_mul(1000);
        if self.silence_s > 0 {
            self.on_leg(leg, out, |leg| format!("uuid_setvar {leg} media_timeout {silence}"));
        }
        self.on_leg(leg, out, |leg| format!("uuid_answer {leg}"));
    }

    fn kill(&mut self, leg: LegId, cause: &str, out: &mut Outcome) {
        if let Some(held) = self.legs.get_mut(&leg) {
            held.ours = Some(Cause::Local);
            out.send.push(Send::Api(format!("uuid_kill {leg} {cause}"), Tag::Nothing));
        }
    }

    /// Ends every call, e.g. at a stop.
    pub fn kill_all(&mut self) -> Outcome {
        let mut out = Outcome::default();
        for (leg, held) in &mut self.legs {
            held.ours = Some(Cause::Restart);
            out.send.push(Send::Api(format!("uuid_kill {leg} SYSTEM_SHUTDOWN"), Tag::Nothing));
        }
        out
    }

    fn originate(&mut self, leg: LegId, call: CallId, to: &Endpoint, caller: &str, ring_s: u32, out: &mut Outcome) {
        let (Endpoint::Number(who) | Endpoint::Phone(who)) = to;
        let plain = |text: &str| {
            (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+*#".contains(&b))
        };
        if !plain(who) || self.legs.contains_key(&leg) {
            out.tell.push(Event::Ended { leg, cause: Cause::NoSuchNumber, code: None });
            return;
        }
        let dial = match to {
            Endpoint::Number(number) => self.config.dial.replace("{number}", number),
            Endpoint::Phone(extension) => self.config.phone.replace("{extension}", extension),
        };
        let caller = if plain(caller) { caller } else { "anonymous" };
        let silence = match self.silence_s {
            0 => String::new(),
            s => format!(",media_timeout={}", u64::from(s) * 1000),
        };
        self.legs.insert(leg, Leg { outgoing: true, ..Leg::default() });
        out.send.push(Send::Background(
            format!(
                "originate {{origination_uuid={leg},origination_caller_id_number={caller},\
                 origination_caller_id_name={caller},originate_timeout={ring_s},hotline_call={call},\
                 park_after_bridge=true,hangup_after_bridge=false{silence}}}{dial} &park()"
            ),
            leg.uuid(),
        ));
    }

    fn play(&mut self, leg: LegId, no: PlayNo, list: String, repeat: bool, out: &mut Outcome) {
        if !self.legs.contains_key(&leg) {
            return;
        }
        self.quiet(leg, out);
        let run = self.run();
        let conference = self.conference_of(leg);
        let Some(held) = self.legs.get_mut(&leg) else { return };
        held.playing = Some(Playing { no, run });
        match (conference, held.member) {
            (Some(name), Some(member)) => {
                out.send.push(Send::Api(format!("conference {name} play {} {member}", quote(&list)), Tag::Nothing));
            }
            _ => {
                let application = if repeat { "endless_playback" } else { "playback" };
                out.send.push(Send::Execute { leg, application, argument: list, run });
            }
        }
    }

    fn quiet(&mut self, leg: LegId, out: &mut Outcome) {
        let conference = self.conference_of(leg);
        let Some(held) = self.legs.get_mut(&leg) else { return };
        let Some(playing) = held.playing.take() else { return };
        let line = match (conference, held.member) {
            (Some(name), Some(member)) => format!("conference {name} stop all {member}"),
            _ => format!("uuid_break {leg} all"),
        };
        out.send.push(Send::Api(line, Tag::Nothing));
        out.tell.push(Event::Played { leg, no: playing.no, whole: false });
    }

    fn record(&mut self, recording: RecordingId, file: String, left: LegId, out: &mut Outcome) {
        // A path that leaves the folder, or one that the command line would split, is never given to another machine.
        let plain = file.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)) && !file.contains("..");
        if !self.legs.contains_key(&left) || !plain || file.starts_with('/') {
            let reason = "话路已结束或录音文件名不可用".to_owned();
            out.tell.push(Event::NotRecorded { recording, reason });
            return;
        }
        let path = self.path(&file);
        out.send.push(Send::Api(format!("uuid_setvar {left} RECORD_STEREO true"), Tag::Nothing));
        out.send.push(Send::Api(format!("uuid_record {left} start {path}"), Tag::Recording(recording)));
        self.recordings.insert(recording, Recording { leg: left, file });
    }

    fn record_step(&self, recording: RecordingId, step: &str, out: &mut Outcome) {
        if let Some(held) = self.recordings.get(&recording) {
            let path = self.path(&held.file);
            out.send.push(Send::Api(format!("uuid_record {} {step} {path}", held.leg), Tag::Nothing));
        }
    }

    fn path(&self, file: &str) -> String {
        self.config.recordings.join(file).to_string_lossy().into_owned()
    }

    /// An answer to a command.
    pub fn reply(&mut self, tag: Tag, text: &str) -> Outcome {
        let mut out = Outcome::default();
        match tag {
            Tag::Nothing => {}
            Tag::Recording(recording) if text.starts_with("-ERR") => {
                if self.recordings.remove(&recording).is_some() {
                    let reason = text.trim().to_owned();
                    out.tell.push(Event::NotRecorded { recording, reason });
                }
            }
            Tag::Recording(_) => {}
            Tag::Phones if text.starts_with("-ERR") => {}
            Tag::Phones => self.phones_listed(text, &mut out),
            Tag::Channels => {
                let alive: BTreeSet<Uuid> =
                    text.lines().filter_map(|l| l.split(',').next()?.trim().parse().ok()).collect();
                let gone: Vec<LegId> = self.legs.keys().filter(|l| !alive.contains(&l.uuid())).copied().collect();
                for leg in gone {
                    self.end(leg, Cause::Network, None, &mut out);
                }
            }
        }
        out
    }

    /// Lines of comma-separated values below their names, then an empty line and a count.
    fn phones_listed(&mut self, text: &str, out: &mut Outcome) {
        let rows = text.lines().skip(1).take_while(|line| !line.trim().is_empty());
        let extensions = rows.filter_map(|row| row.split(',').next());
        let now: BTreeSet<String> =
            extensions.filter(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect();
        for gone in self.phones.difference(&now) {
            out.tell.push(Event::Phone { extension: gone.clone(), registered: false });
        }
        for new in now.difference(&self.phones) {
            out.tell.push(Event::Phone { extension: new.clone(), registered: true });
        }
        self.phones = now;
    }

    /// The connection is lost for good: nobody can tell any more what became of the calls.
    pub fn abandon(&mut self) -> Outcome {
        let mut out = Outcome::default();
        let all: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in all {
            self.end(leg, Cause::Network, None, &mut out);
        }
        out
    }

    fn end(&mut self, leg: LegId, cause: Cause, code: Option<u16>, out: &mut Outcome) {
        let Some(held) = self.legs.remove(&leg) else { return };
        if let Some(playing) = held.playing {
            out.tell.push(Event::Played { leg, no: playing.no, whole: false });
        }
        for call in self.calls.values_mut() {
            call.edges.retain(|(a, b)| *a != leg && *b != leg);
            if call.shape.legs().contains(&leg) && !matches!(call.shape, Shape::Conference(_)) {
                // Its partners are parked by FreeSWITCH itself (park_after_bridge).
                call.shape = Shape::Apart;
            } else if let Shape::Conference(legs) = &mut call.shape {
                legs.remove(&leg);
            }
        }
        self.calls.retain(|_, call| !call.edges.is_empty());
        out.tell.push(Event::Ended { leg, cause: held.ours.unwrap_or(cause), code });
    }

    /// Something happened in FreeSWITCH.
    pub fn event(&mut self, event: &wire::Event) -> Outcome {
        let mut out = Outcome::default();
        let leg = event.channel().map(LegId);
        match (event.name(), leg) {
            ("CHANNEL_PARK", Some(leg)) => self.parked(leg, event, &mut out),
            ("CHANNEL_PROGRESS", Some(leg)) => {
                if let Some(held) = self.legs.get_mut(&leg).filter(|l| l.outgoing && !l.rang) {
                    held.rang = true;
                    out.tell.push(Event::Ringing { leg });
                }
            }
            ("CHANNEL_PROGRESS_MEDIA", Some(leg)) => {
                if let Some(held) = self.legs.get_mut(&leg).filter(|l| l.outgoing && !l.early) {
                    held.early = true;
                    out.tell.push(Event::EarlyMedia { leg });
                }
            }
            ("CHANNEL_ANSWER", Some(leg)) => self.answered(leg, &mut out),
            ("CHANNEL_HANGUP_COMPLETE", Some(leg)) => {
                let cause = hangup_cause(event.get("Hangup-Cause").unwrap_or_default());
                let code = ["variable_sip_term_status", "variable_sip_invite_failure_status"]
                    .into_iter()
                    .find_map(|name| event.get(name)?.parse().ok());
                self.end(leg, cause, code, &mut out);
            }
            ("CHANNEL_EXECUTE_COMPLETE", Some(leg)) => {
                let run = event.get("Application-UUID").and_then(|v| v.parse().ok());
                self.played(leg, |playing| Some(playing.run) == run, &mut out);
            }
            ("DTMF", Some(leg)) if self.legs.contains_key(&leg) => {
                if let Some(digit) = event.get("DTMF-Digit").and_then(|v| v.chars().next()) {
                    out.tell.push(Event::Digit { leg, digit });
                }
            }
            ("RECORD_STOP", _) => self.record_stopped(event, &mut out),
            ("BACKGROUND_JOB", _) => self.job(event, &mut out),
            ("conference::maintenance", Some(leg)) => self.conference(leg, event, &mut out),
            ("sofia::gateway_state", _) => {
                if let (Some(gateway), Some(state)) = (event.get("Gateway"), event.get("State")) {
                    let up = matches!(state, "REGED" | "NOREG");
                    out.tell.push(Event::Trunk { trunk: gateway.to_owned(), up, reason: state.to_owned() });
                }
            }
            (name @ ("sofia::register" | "sofia::unregister" | "sofia::expire"), _) => {
                if let Some(user) = event.get("from-user").or_else(|| event.get("user")) {
                    let registered = name == "sofia::register";
                    if registered {
                        self.phones.insert(user.to_owned());
                    } else {
                        self.phones.remove(user);
                    }
                    out.tell.push(Event::Phone { extension: user.to_owned(), registered });
                }
            }
            _ => {}
        }
        out
    }

    /// A channel came to rest: a new call when it came from outside and we do not know it.
    fn parked(&mut self, leg: LegId, event: &wire::Event, out: &mut Outcome) {
        if self.legs.contains_key(&leg) || event.get("Call-Direction") != Some("inbound") {
            return;
        }
        self.legs.insert(leg, Leg::default());
        let own = format!("uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false");
        out.send.push(Send::Api(own, Tag::Nothing));
        let text = |name: &str| event.get(name).unwrap_or_default().to_owned();
        let source = match event.get("variable_sip_authorized") {
            Some("true") => Source::Phone(text("variable_sip_auth_username")),
            _ => Source::Trunk(
                event
                    .get("variable_sip_gateway")
                    .or_else(|| event.get("variable_sofia_profile_name"))
                    .unwrap_or("freeswitch")
                    .to_owned(),
            ),
        };
        let (from, to) = (text("Caller-Caller-ID-Number"), text("Caller-Destination-Number"));
        out.tell.push(Event::Incoming { leg, source, from, to });
    }

    fn answered(&mut self, leg: LegId, out: &mut Outcome) {
        let Some(held) = self.legs.get_mut(&leg).filter(|l| !l.answered) else { return };
        held.answered = true;
        let longest = format!("sched_hangup +{} {leg} ALLOTTED_TIMEOUT", self.max_call_s);
        out.send.push(Send::Api(longest, Tag::Nothing));
        out.tell.push(Event::Answered { leg });
    }

    pub(super) fn played(&mut self, leg: LegId, which: impl FnOnce(Playing) -> bool, out: &mut Outcome) {
        let Some(held) = self.legs.get_mut(&leg) else { return };
        if let Some(playing) = held.playing
            && which(playing)
        {
            held.playing = None;
            out.tell.push(Event::Played { leg, no: playing.no, whole: true });
        }
    }

    fn record_stopped(&mut self, event: &wire::Event, out: &mut Outcome) {
        let Some(path) = event.get("Record-File-Path") else { return };
        let found = self.recordings.iter().find(|(_, r)| self.path(&r.file) == path).map(|(id, _)| *id);
        let Some(recording) = found else { return };
        let Some(held) = self.recordings.remove(&recording) else { return };
        let ms = event.get("variable_record_ms").and_then(|v| v.parse().ok()).unwrap_or(0);
        out.closed.push(Closed { recording, file: held.file, ms });
    }

    /// The end of an `originate`; failures before there was a channel are told nowhere else.
    fn job(&mut self, event: &wire::Event, out: &mut Outcome) {
        let Some(leg) = event.get("Job-UUID").and_then(|v| v.parse().ok()).map(LegId) else { return };
        if let Some(why) = event.body.trim().strip_prefix("-ERR") {
            self.end(leg, hangup_cause(why.trim()), None, out);
        }
    }
}

const fn refusal(why: Rejection) -> &'static str {
    match why {
        Rejection::Busy => "USER_BUSY",
        Rejection::Forbidden => "CALL_REJECTED",
        Rejection::NotFound => "UNALLOCATED_NUMBER",
        Rejection::Overloaded { .. } => "SWITCH_CONGESTION",
    }
}

/// Q.850 names as FreeSWITCH writes them.
fn hangup_cause(name: &str) -> Cause {
    match name {
        "NORMAL_CLEARING" | "NORMAL_UNSPECIFIED" | "NONE" => Cause::Remote,
        "ORIGINATOR_CANCEL" | "LOSE_RACE" => Cause::Cancelled,
        "USER_BUSY" => Cause::Busy,
        "CALL_REJECTED" | "OUTGOING_CALL_BARRED" | "INCOMING_CALL_BARRED" => Cause::Declined,
        "NO_ANSWER" | "NO_USER_RESPONSE" | "SUBSCRIBER_ABSENT" | "USER_NOT_REGISTERED" => Cause::NoAnswer,
        "UNALLOCATED_NUMBER" | "NO_ROUTE_DESTINATION" | "INVALID_NUMBER_FORMAT" | "NUMBER_CHANGED" => {
            Cause::NoSuchNumber
        }
        "INCOMPATIBLE_DESTINATION" | "BEARERCAPABILITY_NOTAVAIL" => Cause::NoMedia,
        "MEDIA_TIMEOUT" => Cause::Silent,
        "ALLOTTED_TIMEOUT" => Cause::TooLong,
        "SYSTEM_SHUTDOWN" | "MANAGER_REQUEST" => Cause::Restart,
        _ => Cause::Network,
    }
}
