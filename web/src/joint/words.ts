// One answer for many: what is the same for all, and what is each citizen's own.
import type { Member } from "./api";

/** Placeholders of the common text, with what stands in their place. */
export const PLACES = ["{编号}", "{称呼}", "{标题}"] as const;

/** 王先生 without the given name is all a list shows; a company or nobody is addressed neutrally. */
export function calledOf(masked: string | null): string {
  const name = masked?.trim() ?? "";
  return name === "" || name === "匿名" ? "诉求人" : `${name[0]}先生/女士`;
}

export function textFor(common: string, member: Member): string {
  return common
    .replaceAll("{编号}", member.order.case_no)
    .replaceAll("{称呼}", calledOf(member.order.requester_masked))
    .replaceAll("{标题}", member.order.title)
    .trim();
}
