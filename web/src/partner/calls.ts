// Every call about other platforms.
import { del, get, post, put } from "@/api/client";
import type { components } from "@/api/schema";
import type { Answer, Body, Id } from "@/api/types";

type S = components["schemas"];
export type PartnerLink = S["PartnerLink"];
export type PartnerOffer = S["PartnerOffer"];
export type PartnerLine = S["PartnerLine"];
export type PartnerList = S["PartnerList"];
export type PartnerForm = S["PartnerForm"];
export type PartnerTerms = S["PartnerTerms"];
export type PartnerSend = S["PartnerSend"];
export type PartnerWord = S["PartnerWord"];
export type PartnerWordView = S["PartnerWordView"];

export type Proposal = S["ProposalView"];
export type ProposalWord = S["ProposalWord"];
export type Topic = S["Topic"];
export type ShareLine = S["ShareLine"];

export const proposals = {
  list: (topic: Topic, open: boolean) => get<Answer<"proposal_list">>("/proposals", { topic, open }),
  decide: (id: Id, word: Body<"proposal_decide">) => post<Answer<"proposal_decide">>(`/proposals/${id}`, word),
};

export const partners = {
  list: () => get<Answer<"partner_list">>("/admin/partners"),
  create: (form: Body<"partner_create">) => post<Answer<"partner_create">>("/admin/partners", form),
  save: (id: Id, form: Body<"partner_update">) => put<Answer<"partner_update">>(`/admin/partners/${id}`, form),
  share: (id: Id, topics: readonly Topic[]) => put<Answer<"partner_share">>(`/admin/partners/${id}/shares`, { topics: [...topics] }),
  shareAgain: (id: Id, topic: Topic) => post<Answer<"partner_share_again">>(`/admin/partners/${id}/shares/${topic}/again`),
  stop: (id: Id) => post<Answer<"partner_stop">>(`/admin/partners/${id}/stop`),
  ofOrder: (order: Id) => get<Answer<"order_partners">>(`/orders/${order}/partners`),
  send: (order: Id, form: Body<"order_send">) => post<Answer<"order_send">>(`/orders/${order}/partners`, form),
  cancel: (order: Id, link: Id) => del<Answer<"order_send_cancel">>(`/orders/${order}/partners/${link}`),
  say: (order: Id, link: Id, form: Body<"order_say">) => post<Answer<"order_say">>(`/orders/${order}/partners/${link}/words`, form),
};
