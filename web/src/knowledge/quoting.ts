// What was quoted into an answer that has no order yet; booked once there is one.
import type { Id } from "@/api/types";
import { knowledge } from "./api";

interface Quote {
  article: Id;
  revision: number;
}

let waiting: Quote[] = [];
const last = new Map<Id, Id>();

/** Books the quotation, now or when the order is registered. `order` is empty while there is none. */
export function quote(order: Id, article: Id, revision: number): void {
  last.set(order, article);
  if (order === "") waiting.push({ article, revision });
  else void knowledge.use(article, order, revision).catch(() => undefined);
}

/** The order behind the answer exists. */
export function registered(order: Id): void {
  for (const q of waiting) void knowledge.use(q.article, order, q.revision).catch(() => undefined);
  forget();
}

/** The answer was not given. */
export function forget(): void {
  waiting = [];
  last.delete("");
}

/** The article an answer rests on. */
export function quoted(order: Id): Id | null {
  return last.get(order) ?? null;
}
