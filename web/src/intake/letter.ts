// A piece of 渠道来信 as a form: what its sender wrote, the agent completes.
import { CHANNEL, type Channel } from "@/api/codes";
import type { ItemView } from "@/inbox/calls";
import { blank, draftTitle, type IntakeValues } from "./model";

const CONTENT = 2000;
const TITLE = 50;
const MOBILE = /(?<!\d)1[3-9]\d{9}(?!\d)/g;
/** 回复：, Re:, 转发：, Fwd: */
const ANSWER = /^(?:(?:回复|答复|转发|re|fw|fwd)\s*[：:]\s*)+/i;

/** The one mobile number of a text; of several nobody knows which is the sender's. */
function numberIn(text: string): string {
  const found = new Set(text.match(MOBILE) ?? []);
  return found.size === 1 ? ([...found][0] ?? "") : "";
}

/** A subject that says something, otherwise a title from the text. */
function titleOf(subject: string, content: string): string {
  const said = subject.trim().replace(ANSWER, "").trim();
  return [...said].length >= 4 ? [...said].slice(0, TITLE).join("") : draftTitle(content);
}

export function ofLetter(item: ItemView): IntakeValues {
  const text = item.own_words.trim() || item.full_subject.trim();
  const content = [...text].slice(0, CONTENT).join("");
  const channel = item.channel in CHANNEL ? (item.channel as Channel) : "99";
  return {
    ...blank({ phone: numberIn(text) }),
    channel,
    email: item.address.includes("@") ? item.address : "",
    // Who writes on Weibo does so under a name of their own making.
    name: channel === "05" ? "" : item.name.trim(),
    content,
    title: titleOf(item.full_subject, content),
    previous_order: item.about?.id ?? null,
    inbox: item.id,
  };
}
