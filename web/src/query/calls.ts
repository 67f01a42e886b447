import { del, get, post } from "@/api/client";
import type { Answer, Body, Id } from "@/api/types";

export const filters = {
  list: () => get<Answer<"filter_list">>("/filters"),
  save: (name: string, query: Record<string, unknown>) =>
    post<Answer<"filter_save">>("/filters", { name, query } satisfies Body<"filter_save">),
  remove: (id: Id) => del<Answer<"filter_delete">>(`/filters/${id}`),
};
