// 知识库: shapes, calls and cached reads.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { get, newKey, post, type Query } from "@/api/client";
import { usePages } from "@/api/hooks";
import type { Answer, Body, Id } from "@/api/types";

export type ArticleView = Answer<"article_view">;
export type ArticleHit = Answer<"knowledge_search">[number];
export type ArticleLine = Answer<"article_list">["items"][number];
export type RevisionView = ArticleView["revisions"][number];
export type ArticleText = RevisionView["text"];
export type FixView = Answer<"fix_list">["items"][number];
export type HealthView = Answer<"knowledge_health">;
export type Act = Body<"article_act">["command"];
export type FixForm = Body<"fix_raise">;

export const knowledge = {
  search: (query: Query, signal?: AbortSignal) => get<Answer<"knowledge_search">>("/knowledge", query, signal),
  propose: (form: Body<"knowledge_propose">, signal?: AbortSignal) =>
    post<Answer<"knowledge_propose">>("/knowledge/proposals", form, { ...(signal && { signal }) }),
  searched: (note: Body<"knowledge_searched">) => post<void>("/knowledge/searches", note),
  health: () => get<HealthView>("/knowledge/health"),
  list: (query: Query) => get<Answer<"article_list">>("/articles", query),
  counts: () => get<Answer<"article_counts">>("/articles/counts"),
  create: (form: Body<"article_create">) => post<ArticleView>("/articles", form),
  one: (id: Id) => get<ArticleView>(`/articles/${id}`),
  act: (id: Id, version: number, command: Act) => post<ArticleView>(`/articles/${id}/acts`, { version, command } satisfies Body<"article_act">),
  use: (id: Id, order: Id, revision: number) => post<void>(`/articles/${id}/uses`, { order, revision } satisfies Body<"article_use">),
  cited: (order: Id) => get<Answer<"order_citations">>(`/orders/${order}/citations`),
  raise: (id: Id, form: FixForm) => post<FixView>(`/articles/${id}/fixes`, form),
  fixes: (query: Query) => get<Answer<"fix_list">>("/fixes", query),
  answer: (id: Id, form: Body<"fix_answer">) => post<FixView>(`/fixes/${id}/answer`, form),
};

const KEY = ["knowledge"] as const;
const MINUTE = 60_000;

export const useArticle = (id: Id | null) => useQuery({ queryKey: [...KEY, "one", id], queryFn: () => knowledge.one(id ?? ""), enabled: id !== null });
export const useArticles = (query: Query) => usePages([...KEY, "list", query], knowledge.list, query);
export const useFixes = (query: Query) => usePages([...KEY, "fixes", query], knowledge.fixes, query);
export const useHealth = () => useQuery({ queryKey: [...KEY, "health"], queryFn: knowledge.health });
export const useArticleCounts = (enabled: boolean) => useQuery({ queryKey: [...KEY, "counts"], queryFn: knowledge.counts, refetchInterval: MINUTE, enabled });
export const useSearch = (query: Query, enabled = true) =>
  useQuery({
    queryKey: [...KEY, "search", query],
    queryFn: ({ signal }) => knowledge.search(query, signal),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  });
export const useProposed = (form: Body<"knowledge_propose">, enabled: boolean) =>
  useQuery({
    queryKey: [...KEY, "proposed", form],
    queryFn: ({ signal }) => knowledge.propose(form, signal),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
    retry: false,
  });

/** After a change everything about the knowledge base is read afresh. */
export function useKnowledgeChanged() {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: KEY }), [client]);
}

/** Tells what was looked for once typing has settled, and what was opened of it: from that come the gaps. */
export class SearchTrail {
  private id = newKey();
  private text = "";
  private told = "";

  settled(text: string, hits: number): void {
    const typed = text.trim();
    if (typed.length < 2 || typed === this.told) return;
    // Words typed on are the same search; other words are another one.
    if (!typed.startsWith(this.text) && !this.text.startsWith(typed)) this.id = newKey();
    this.text = this.told = typed;
    void knowledge.searched({ id: this.id, text: typed, hits, opened: null }).catch(() => undefined);
  }

  opened(article: Id, hits: number): void {
    if (this.text.length < 2) return;
    void knowledge.searched({ id: this.id, text: this.text, hits, opened: article }).catch(() => undefined);
  }
}
