// 并案: calls and shapes.
import { get, post, type Query } from "@/api/client";
import type { Answer, Body, Id } from "@/api/types";

export type EventView = Answer<"event_view">;
export type Member = EventView["members"][number];
export type EventLine = Answer<"event_list">["items"][number];
export type Suggestion = Answer<"event_suggest">[number];

export const joint = {
  key: ["joint"] as const,
  list: (query: Query) => get<Answer<"event_list">>("/joint-events", query),
  suggest: () => get<Answer<"event_suggest">>("/joint-events/suggestions"),
  one: (id: Id) => get<EventView>(`/joint-events/${id}`),
  reply: (id: Id, body: Body<"event_reply">) => post<Answer<"event_reply">>(`/joint-events/${id}/replies`, body),
};
