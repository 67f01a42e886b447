// Made by `crates/voice/tests/frames.rs`; do not edit.
import type { Direction, ForceTo, PageFrame, PartyKind, RecordingState, SeatCallState, SeatFrame, SeatState, Supervision } from "./protocol";

export const PAGE_FRAMES = [
  {"no":1,"type":"hello","tab":"t1"},
  {"no":2,"type":"offer","sdp":"v=0"},
  {"no":3,"type":"sign_in","skills":["public"]},
  {"no":4,"type":"sign_in","skills":null},
  {"no":5,"type":"sign_out"},
  {"no":6,"type":"ready"},
  {"no":7,"type":"busy","reason":"rest"},
  {"no":8,"type":"wrap_up","call":"00000000-0000-7000-8000-000000000001","code":"done","note":null,"finish":true},
  {"no":9,"type":"wrap_up","call":"00000000-0000-7000-8000-000000000001","code":null,"note":"备注","finish":false},
  {"no":10,"type":"answer","call":"00000000-0000-7000-8000-000000000001"},
  {"no":11,"type":"reject","call":"00000000-0000-7000-8000-000000000001"},
  {"no":12,"type":"mute","on":true},
  {"no":13,"type":"hold","call":"00000000-0000-7000-8000-000000000001"},
  {"no":14,"type":"resume","call":"00000000-0000-7000-8000-000000000001"},
  {"no":15,"type":"consult","call":"00000000-0000-7000-8000-000000000001","to":{"agent":"00000000-0000-7000-8000-000000000002"}},
  {"no":16,"type":"consult","call":"00000000-0000-7000-8000-000000000001","to":{"number":"053285912345"}},
  {"no":17,"type":"consult_end","call":"00000000-0000-7000-8000-000000000001"},
  {"no":18,"type":"transfer","call":"00000000-0000-7000-8000-000000000001","to":{"skill":"public"}},
  {"no":19,"type":"transfer","call":"00000000-0000-7000-8000-000000000001","to":null},
  {"no":20,"type":"conference","call":"00000000-0000-7000-8000-000000000001"},
  {"no":21,"type":"drop","call":"00000000-0000-7000-8000-000000000001","leg":"00000000-0000-7000-8000-000000000003"},
  {"no":22,"type":"dial","number":"13800001234","order":"00000000-0000-7000-8000-000000000004","task":null},
  {"no":23,"type":"dial","number":"","order":null,"task":"00000000-0000-7000-8000-000000000005"},
  {"no":24,"type":"joint","call":"00000000-0000-7000-8000-000000000001","service":"110"},
  {"no":25,"type":"hangup","call":"00000000-0000-7000-8000-000000000001"},
  {"no":26,"type":"rate","call":"00000000-0000-7000-8000-000000000001"},
  {"no":27,"type":"digits","call":"00000000-0000-7000-8000-000000000001","digits":"12#"},
  {"no":28,"type":"record_pause","call":"00000000-0000-7000-8000-000000000001","on":true},
  {"no":29,"type":"bind","call":"00000000-0000-7000-8000-000000000001","order":"00000000-0000-7000-8000-000000000004"},
  {"no":30,"type":"supervise","user":"00000000-0000-7000-8000-000000000002","mode":"whisper"},
  {"no":31,"type":"supervise_end"},
  {"no":32,"type":"force","user":"00000000-0000-7000-8000-000000000002","to":"signed_out"},
  {"no":33,"type":"say","user":null,"text":"请注意"},
  {"no":34,"type":"say","user":"00000000-0000-7000-8000-000000000002","text":"请注意"},
  {"no":35,"type":"watch","on":true},
  {"no":36,"type":"colleagues"},
  {"no":37,"type":"ping"},
] as const satisfies readonly PageFrame[];

export const SEAT_FRAMES = [
  {"type":"seat","seat":{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","state":"talking","reason":null,"since":1,"until":null,"skills":["public"],"granted":["public"],"phone":null,"media":true,"muted":false,"quality":{"loss_permille":3,"jitter_ms":12,"rtt_ms":null},"calls":[{"call":"00000000-0000-7000-8000-000000000001","direction":"in","state":"talking","number":"13800001234","card":{},"called":"12345","skill":"public","waited_ms":4000,"since":1,"answered_at":2,"order":null,"parties":[{"leg":"00000000-0000-7000-8000-000000000003","kind":"citizen","name":"138****1234","ringing":false,"held":true,"since":1}],"recording":"on","task":null},{"call":"00000000-0000-7000-8000-000000000001","direction":"in","state":"talking","number":"13800001234","card":null,"called":"12345","skill":null,"waited_ms":4000,"since":1,"answered_at":null,"order":"00000000-0000-7000-8000-000000000004","parties":[{"leg":"00000000-0000-7000-8000-000000000003","kind":"citizen","name":"138****1234","ringing":false,"held":true,"since":1}],"recording":"on","task":"00000000-0000-7000-8000-000000000005"}],"supervising":null,"waiting":2,"allowed":["hold"],"now":9}},
  {"type":"seat","seat":{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","state":"supervising","reason":"rest","since":1,"until":8,"skills":["public"],"granted":["public"],"phone":"8001","media":true,"muted":false,"quality":null,"calls":[{"call":"00000000-0000-7000-8000-000000000001","direction":"in","state":"talking","number":"13800001234","card":{},"called":"12345","skill":"public","waited_ms":4000,"since":1,"answered_at":2,"order":null,"parties":[{"leg":"00000000-0000-7000-8000-000000000003","kind":"citizen","name":"138****1234","ringing":false,"held":true,"since":1}],"recording":"on","task":null},{"call":"00000000-0000-7000-8000-000000000001","direction":"in","state":"talking","number":"13800001234","card":null,"called":"12345","skill":null,"waited_ms":4000,"since":1,"answered_at":null,"order":"00000000-0000-7000-8000-000000000004","parties":[{"leg":"00000000-0000-7000-8000-000000000003","kind":"citizen","name":"138****1234","ringing":false,"held":true,"since":1}],"recording":"on","task":"00000000-0000-7000-8000-000000000005"}],"supervising":{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","mode":"listen"},"waiting":2,"allowed":["hold"],"now":9}},
  {"type":"web_answer","sdp":"v=0"},
  {"type":"done","no":7},
  {"type":"refused","no":8,"code":"not_now","message":"请先签入"},
  {"type":"said","from":"班长","text":"请注意","at":9},
  {"type":"replaced"},
  {"type":"colleagues","seats":[{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","state":"ready","skills":["public"]}]},
  {"type":"unavailable","code":"off","message":"本平台未启用话务"},
  {"type":"floor","floor":{"now":9,"queues":[{"skill":"public","waiting":2,"longest_ms":9000,"ready":1,"talking":3,"busy":1}],"seats":[{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","state":"busy","reason":"rest","since":1,"skills":["public"],"media":true,"call":null,"number":null,"answered":12,"talk_ms":60000},{"user":"00000000-0000-7000-8000-000000000002","name":"李娜","state":"busy","reason":null,"since":1,"skills":["public"],"media":true,"call":"00000000-0000-7000-8000-000000000001","number":"138****1234","answered":12,"talk_ms":60000}],"in_menu":1,"talking":3,"today":{"offered":0,"answered":0,"answered_in_15":0,"abandoned":0,"short_abandoned":0,"wait_ms":0,"talk_ms":0,"outbound":0,"missed_open":0},"trunks":[{"name":"主用","up":true,"reason":""}]}},
  {"type":"pong"},
] as const satisfies readonly SeatFrame[];

export const SEAT_STATES = [
  "signed_out",
  "ready",
  "busy",
  "ringing",
  "dialling",
  "talking",
  "wrap_up",
  "supervising",
] as const satisfies readonly SeatState[];

export const DIRECTIONS = [
  "in",
  "out",
  "inner",
] as const satisfies readonly Direction[];

export const CALL_STATES = [
  "ringing",
  "dialling",
  "talking",
  "held",
  "consulting",
  "conference",
  "wrap_up",
] as const satisfies readonly SeatCallState[];

export const RECORDING_STATES = [
  "off",
  "on",
  "paused",
  "failed",
] as const satisfies readonly RecordingState[];

export const PARTY_KINDS = [
  "citizen",
  "agent",
  "department",
  "service",
  "supervisor",
] as const satisfies readonly PartyKind[];

export const SUPERVISIONS = [
  "listen",
  "whisper",
  "barge",
] as const satisfies readonly Supervision[];

export const FORCES = [
  "signed_out",
  "ready",
  "busy",
] as const satisfies readonly ForceTo[];
