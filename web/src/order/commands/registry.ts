// Every command that has a form, by action. Claim and release have none: they are switches on the dispatch desk.
import type { Action } from "@/api/types";
import { contest, exempt, extensionApply, returnApply, terminate } from "./apply";
import { callback, redo } from "./callback";
import { centerAccept, centerSendBack, track, unifiedReply } from "./center";
import { archive, directReply, reject, reopen, toPetition, trackDue, transferOut, withdraw } from "./closing";
import { addCo, coReply } from "./co";
import { consult, consultConclude } from "./consult";
import { correct } from "./correct";
import { decide } from "./decide";
import { dispatch, reassign, recall, submit } from "./dispatch";
import { submitUnit, unitApprove, unitSendBack } from "./handle";
import { join, leave, link, merge, split, unmerge } from "./relate";
import type { AnySpec } from "./spec";
import { amend, instruct, pause, reportUp, resume } from "./steer";
import { superviseEvaluate, superviseIssue, superviseReply, superviseRevoke, superviseSign } from "./supervise";
import { assign, contact, sign, start } from "./task";

export const SPECS: Record<Exclude<Action, "claim" | "release">, AnySpec> = {
  amend,
  direct_reply: directReply,
  reject,
  transfer_out: transferOut,
  submit,
  consult,
  consult_conclude: consultConclude,
  dispatch,
  recall,
  sign,
  assign,
  start,
  contact,
  add_co: addCo,
  co_reply: coReply,
  submit_unit: submitUnit,
  unit_approve: unitApprove,
  unit_send_back: unitSendBack,
  center_accept: centerAccept,
  center_send_back: centerSendBack,
  unified_reply: unifiedReply,
  callback,
  redo,
  track,
  track_due: trackDue,
  to_petition: toPetition,
  withdraw,
  terminate,
  merge,
  unmerge,
  split,
  link,
  join,
  leave,
  reopen,
  archive,
  exempt,
  contest,
  correct,
  instruct,
  report_up: reportUp,
  return_apply: returnApply,
  extension_apply: extensionApply,
  decide,
  reassign,
  pause,
  resume,
  supervise_issue: superviseIssue,
  supervise_sign: superviseSign,
  supervise_reply: superviseReply,
  supervise_evaluate: superviseEvaluate,
  supervise_revoke: superviseRevoke,
};

export function specFor(action: string): AnySpec | undefined {
  return (SPECS as Record<string, AnySpec | undefined>)[action];
}
