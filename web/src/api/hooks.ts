// Reading the API with a cache. Keys start with the noun, so that live events can refresh by noun.
import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { approvals, desks, monitoring, notices, orders, reference, supervisions } from "./calls";
import { ApiError, type Query } from "./client";
import type { CategoryLine, DictItem, Id, OrderView, OrgLine, TaskTab } from "./types";

export const keys = {
  session: ["session"] as const,
  /** What the sign-in page says after a goodbye. */
  left: ["left"] as const,
  reference: ["reference"] as const,
  order: (id: Id) => ["order", id] as const,
  flow: (id: Id) => ["order", id, "flow"] as const,
  orders: (query: Query) => ["orders", query] as const,
  orderCount: (query: Query) => ["orders", query, "count"] as const,
  tasks: (query: Query) => ["tasks", query] as const,
  taskCounts: ["tasks", "counts"] as const,
  supervisions: ["supervisions"] as const,
  approvals: ["approvals"] as const,
  monitor: ["monitor"] as const,
  queues: ["queues"] as const,
  home: ["home"] as const,
  notices: ["notices"] as const,
};

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 2 && error instanceof ApiError && error.transient,
      },
    },
  });
}

const DAY = 86_400_000;

export function useReference() {
  return useQuery({ queryKey: keys.reference, queryFn: reference.all, staleTime: DAY / 24, gcTime: DAY });
}

/** Items of a dictionary, in their order; empty while loading. */
export function useDictionary(code: string): DictItem[] {
  return useReference().data?.dictionaries[code] ?? [];
}

/** Organisations by id. */
export function useOrgs(): { list: OrgLine[]; byId: Map<Id, OrgLine> } {
  const list = useReference().data?.orgs;
  return useMemo(() => ({ list: list ?? [], byId: new Map((list ?? []).map((o) => [o.id, o])) }), [list]);
}

/** Categories by code. */
export function useCategories(): Map<string, CategoryLine> {
  const list = useReference().data?.categories;
  return useMemo(() => new Map((list ?? []).map((c) => [c.code, c])), [list]);
}

export function useOrder(id: Id | null | undefined) {
  return useQuery({
    queryKey: keys.order(id ?? ""),
    queryFn: () => orders.one(id ?? ""),
    enabled: !!id,
    placeholderData: keepPreviousData,
  });
}

export function useFlow(id: Id) {
  return useQuery({ queryKey: keys.flow(id), queryFn: () => orders.flow(id) });
}

const PAGE = 50;
const MINUTE = 60_000;

interface Page {
  items: unknown[];
  next: string | null;
  total?: number | null;
  total_capped?: boolean | null;
}

/** Rows of a keyset list, page by page. */
export function usePages<P extends Page>(queryKey: readonly unknown[], load: (query: Query) => Promise<P>, query: Query, enabled = true) {
  const result = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load({ limit: PAGE, ...query, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
    enabled,
  });
  const rows = useMemo<P["items"][number][]>(() => result.data?.pages.flatMap((p) => p.items) ?? [], [result.data]);
  const first = result.data?.pages[0];
  return { ...result, rows, total: first?.total ?? null, capped: first?.total_capped ?? false };
}

/** Orders that fit. How many there are beyond the first page is counted beside it, so that rows never wait for a number. */
export function useOrders(query: Query, enabled = true) {
  const pages = usePages(keys.orders(query), orders.list, query, enabled);
  const uncounted = enabled && pages.total === null && pages.hasNextPage && !pages.isPlaceholderData;
  const counted = useQuery({ queryKey: keys.orderCount(query), queryFn: () => orders.count(query), enabled: uncounted }).data;
  if (!uncounted || !counted) return pages;
  return { ...pages, total: counted.total, capped: counted.capped };
}
export const useTasks = (query: Query & { tab: TaskTab }, enabled = true) => usePages(keys.tasks(query), desks.tasks, query, enabled);

export const useSupervisions = (query: Query, enabled = true) => usePages([...keys.supervisions, query], supervisions.list, query, enabled);
export const useSupervisionCounts = (query: Query) =>
  useQuery({ queryKey: [...keys.supervisions, "counts", query], queryFn: () => supervisions.counts(query), refetchInterval: MINUTE });

export const useApprovals = (query: Query) => usePages([...keys.approvals, query], approvals.list, query);
export const useApprovalCounts = (query: Query) =>
  useQuery({ queryKey: [...keys.approvals, "counts", query], queryFn: () => approvals.counts(query), refetchInterval: MINUTE });

export const useMonitorCards = (query: Query) => usePages([...keys.monitor, "cards", query], monitoring.cards, query);
export const useMonitorBoard = (query: Query) =>
  useQuery({ queryKey: [...keys.monitor, "board", query], queryFn: () => monitoring.board(query), refetchInterval: MINUTE });

export const useQueues = (enabled = true) =>
  useQuery({ queryKey: keys.queues, queryFn: desks.queues, refetchInterval: MINUTE, enabled });
export const useTaskCounts = (enabled = true) =>
  useQuery({ queryKey: keys.taskCounts, queryFn: desks.taskCounts, refetchInterval: MINUTE, enabled });
export const useHome = () => useQuery({ queryKey: keys.home, queryFn: desks.home, refetchInterval: MINUTE });
export const useNotices = () =>
  useQuery({ queryKey: keys.notices, queryFn: () => notices.list({ limit: 20 }), refetchInterval: 2 * MINUTE });

/** After a command: the order as answered, and everything that lists it afresh. */
export function useOrderChanged() {
  const client = useQueryClient();
  return useCallback(
    (order: OrderView) => {
      client.setQueryData(keys.order(order.id), order);
      for (const key of [keys.flow(order.id), ["orders"], ["tasks"], keys.supervisions, keys.approvals, keys.queues, keys.home]) {
        void client.invalidateQueries({ queryKey: key });
      }
    },
    [client],
  );
}
