import { del, get, post } from "@/api/client";
import type { Id, SavedFilter } from "@/api/types";

export const filters = {
  list: async (): Promise<SavedFilter[]> => {
    const answer = await get<SavedFilter[] | { items: SavedFilter[] }>("/filters");
    return Array.isArray(answer) ? answer : answer.items;
  },
  save: (name: string, query: Record<string, unknown>) => post<SavedFilter>("/filters", { name, query }),
  remove: (id: Id) => del<void>(`/filters/${id}`),
};
