// 待发送: a registration pressed while the server is away is kept on this workstation with its key and goes out by itself when the
// connection is back. The key makes it one order, however often it is sent and wherever an answer got lost.
import { inbox } from "@/inbox/calls";
import { intake, orders } from "@/api/calls";
import { ApiError, newKey } from "@/api/client";
import { link } from "@/api/link";
import type { Command, FieldProblem, Id, Millis, OrderView, RegisterForm, Registered } from "@/api/types";
import { serverNow } from "@/ui/time";
import type { IntakeValues } from "./model";
import { seal, type Seal } from "./seal";

/** Everything that is needed to send it, today or tomorrow. */
export interface Item {
  key: string;
  at: Millis;
  /** As the form held it, to come back into the form. */
  values: IntakeValues;
  form: RegisterForm;
  /** The piece of 渠道来信 that is registered by it. */
  piece: Id | null;
  next: Command | null;
  nextKey: string;
}

export interface Outcome {
  registered: Registered;
  /** The order after the second step. */
  order?: OrderView;
  /** The second step failed: the order exists, but is still 已登记. */
  failed?: string;
}

export interface Refused {
  message: string;
  fields: FieldProblem[];
}

export interface Entry {
  item: Item;
  /** The first step went through. */
  registered?: Registered;
  /** Through: kept until the agent has read the query code, which is told only once. */
  outcome?: Outcome;
  refused?: Refused;
}

/** The steps of a registration on the wire. */
export interface Wire {
  register(item: Item, signal: AbortSignal): Promise<Registered>;
  command(registered: Registered, next: Command, key: string, signal: AbortSignal): Promise<OrderView>;
}

const wire: Wire = {
  register: (item, signal) => (item.piece ? inbox.register(item.piece, item.form, item.key, signal) : intake.register(item.form, item.key, signal)),
  command: (registered, next, key, signal) => orders.command(registered.id, registered.version, next, key, signal),
};

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
type Line = Pick<typeof link, "away" | "watch">;

const PREFIX = "hotline.unsent.";
/** The server knows a key for two days; what is older could become a second order and is looked at by a person first. */
const LATE_MS = 86_400_000;
const LATE = "断线超过一天未能自动送出，请先查询是否已登记，再重新登记";

export function newItem(values: IntakeValues, form: RegisterForm, next: Command | null, at: Millis): Item {
  return { key: newKey(), at, values, form, piece: values.inbox, next, nextKey: newKey() };
}

/** No answer, or one that says nothing about the matter: to be sent again as it is. */
export function unanswered(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === "AbortError";
  if (!(error instanceof ApiError)) return false;
  return error.transient || error.status === 401 || error.code === "idempotency_running";
}

export class Outbox {
  private entries: readonly Entry[] = [];
  private user: Id | undefined;
  private listeners = new Set<() => void>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly sealed: Seal,
    private readonly out: Wire = wire,
    private readonly line: Line = link,
    private readonly now: () => number = serverNow,
  ) {}

  get all(): readonly Entry[] {
    return this.entries;
  }
  watch = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private become(entries: readonly Entry[]): void {
    this.entries = entries;
    for (const l of this.listeners) l();
    if (this.user === undefined) return;
    const at = PREFIX + this.user;
    if (entries.length === 0) return this.store.removeItem(at);
    const text = this.sealed.close(JSON.stringify(entries));
    try {
      if (text !== null) this.store.setItem(at, text);
    } catch {
      // Storage full or closed: this window still has it.
    }
  }
  private put(entry: Entry): void {
    if (this.user === undefined) return;
    const known = this.entries.some((e) => e.item.key === entry.item.key);
    this.become(known ? this.entries.map((e) => (e.item.key === entry.item.key ? entry : e)) : [...this.entries, entry]);
  }

  /** What this person left unsent here, also before a reload or in an earlier session. */
  load(user: Id): void {
    if (this.user === user) return;
    this.user = user;
    const kept = this.store.getItem(PREFIX + user);
    const text = kept === null ? null : this.sealed.open(kept);
    this.entries = text === null ? [] : (JSON.parse(text) as Entry[]);
    for (const l of this.listeners) l();
  }
  /** Nobody is signed in: what is unsent stays sealed for its writer. */
  leave(): void {
    this.user = undefined;
    this.entries = [];
    for (const l of this.listeners) l();
  }

  /** Takes a matter out: read, taken back or given up. */
  take(key: string): Entry | undefined {
    const entry = this.entries.find((e) => e.item.key === key);
    this.become(this.entries.filter((e) => e.item.key !== key));
    return entry;
  }

  /**
   * Sends one just pressed. `waiting` when no answer came: it goes out later by itself. Rejects with the server's refusal, and
   * keeps nothing then, for the form is still there.
   */
  async send(item: Item): Promise<Outcome | "waiting"> {
    // Nobody is signed in any more: the form keeps it.
    if (this.user === undefined) throw new ApiError(401, {});
    this.put({ item });
    if (this.line.away) return "waiting";
    const entry = await this.deliver({ item });
    if (entry.outcome) {
      this.take(item.key);
      return entry.outcome;
    }
    if (entry.refused) {
      this.take(item.key);
      throw new ApiError(422, { detail: entry.refused.message, fields: entry.refused.fields });
    }
    return "waiting";
  }

  /** Sends what waits, one after the other, until an answer fails to come. */
  run(): Promise<void> {
    this.running ??= this.sendAll().finally(() => (this.running = undefined));
    return this.running;
  }
  private async sendAll(): Promise<void> {
    for (const entry of this.entries.filter(waits)) {
      if (!entry.registered && this.now() - entry.item.at > LATE_MS) this.put({ ...entry, refused: { message: LATE, fields: [] } });
      else {
        if (this.line.away) return;
        const now = await this.deliver(entry);
        if (waits(now)) return;
        this.put(now);
      }
    }
  }

  /** One try of both steps, as far as they go. */
  private async deliver(entry: Entry): Promise<Entry> {
    const stop = new AbortController();
    const unwatch = this.line.watch(() => this.line.away && stop.abort());
    let now = entry;
    try {
      if (!now.registered) {
        now = { ...now, registered: await this.out.register(now.item, stop.signal) };
        this.put(now);
      }
      now = { ...now, outcome: await this.second(now.registered as Registered, now.item, stop.signal) };
    } catch (error) {
      if (unanswered(error)) return now;
      now = { ...now, refused: { message: error instanceof Error ? error.message : "登记未成功", fields: error instanceof ApiError ? error.fields : [] } };
    } finally {
      unwatch();
    }
    return now;
  }

  /** What becomes of the order at once. A refusal never hides that the order exists. */
  private async second(registered: Registered, { next, nextKey }: Item, signal: AbortSignal): Promise<Outcome> {
    if (!next) return { registered };
    try {
      return { registered, order: await this.out.command(registered, next, nextKey, signal) };
    } catch (error) {
      if (unanswered(error)) throw error;
      return { registered, failed: error instanceof Error ? error.message : "后续操作未成功" };
    }
  }
}

/** Not sent yet, or sent without an answer. */
export const waits = (entry: Entry): boolean => !entry.outcome && !entry.refused;

export const outbox = new Outbox(localStorage, seal);
