// Every call about messages.
import { get, post, type Query } from "@/api/client";
import type { Answer, Id } from "@/api/types";

export type SmsLine = Answer<"sms_list">["items"][number];
export type InboundLine = Answer<"inbound_list">["items"][number];

export const messages = {
  sent: (query: Query) => get<Answer<"sms_list">>("/messages", query),
  received: (query: Query) => get<Answer<"inbound_list">>("/messages/received", query),
  ofOrder: (order: Id) => get<Answer<"order_messages">>(`/orders/${order}/messages`),
  steps: (id: Id) => get<Answer<"sms_steps">>(`/messages/${id}/steps`),
  resend: (id: Id) => post<Answer<"sms_resend">>(`/messages/${id}/resend`),
};
