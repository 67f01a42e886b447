// Every call of 渠道来信.
import { ApiError, BASE, get, post, type Query } from "@/api/client";
import type { Answer, Body, Id, RegisterForm } from "@/api/types";

export type ItemLine = Answer<"item_list">["items"][number];
export type ItemView = Answer<"item_view">;
export type ItemFile = ItemView["file_list"][number];
export type ChannelHealth = Answer<"channel_health">[number];
export type DiscardForm = Body<"item_discard">;

export const KEY = ["inbox"] as const;

export const inbox = {
  list: (query: Query) => get<Answer<"item_list">>("/inbox", query),
  counts: () => get<Answer<"item_counts">>("/inbox/counts"),
  health: () => get<Answer<"channel_health">>("/inbox/health"),
  one: (id: Id) => get<ItemView>(`/inbox/${id}`),
  claim: (id: Id) => post<ItemView>(`/inbox/${id}/claim`),
  release: (id: Id) => post<void>(`/inbox/${id}/release`),
  add: (id: Id, supplement: string) => post<Answer<"item_added">>(`/inbox/${id}/add`, { supplement } satisfies Body<"item_added">),
  discard: (id: Id, form: DiscardForm) => post<void>(`/inbox/${id}/discard`, form),
  reopen: (id: Id) => post<void>(`/inbox/${id}/reopen`),
  /** Registers the piece; one whose time has run out is taken again first, when nobody else has it. */
  async register(id: Id, form: RegisterForm, key: string, signal?: AbortSignal): Promise<Answer<"item_register">> {
    const send = () => post<Answer<"item_register">>(`/inbox/${id}/register`, form, { key, ...(signal && { signal }) });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "item_unclaimed") throw error;
      await inbox.claim(id);
      return await send();
    }
  },
  file: (id: Id, no: number, form: "original" | "view" | "thumb") => `${BASE}/inbox/${id}/files/${no}?form=${form}`,
};
