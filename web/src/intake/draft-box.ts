// Drafts are never lost: every keystroke to this workstation's storage, sealed for its writer, a moment later to the server; the
// newer one wins on return.
import { drafts as remote } from "@/api/calls";
import type { Draft } from "@/api/types";
import { seal, type Seal } from "./seal";

export interface DraftRemote {
  get: <B>(key: string) => Promise<Draft<B> | null>;
  put: <B>(key: string, body: B) => Promise<unknown>;
  clear: (key: string) => Promise<unknown>;
}
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "hotline.draft.";
const SERVER_WAIT_MS = 2000;

export type DraftState = "clean" | "local" | "saved" | "offline";

export class DraftBox {
  private waiting = new Map<string, { body: unknown; timer: ReturnType<typeof setTimeout> }>();
  private listeners = new Set<(key: string, state: DraftState) => void>();

  constructor(
    private readonly store: Store,
    private readonly server: DraftRemote,
    private readonly sealed: Pick<Seal, "close" | "open"> = seal,
    private readonly now: () => number = Date.now,
  ) {}

  /** Tells where the newest text of a draft is: only here, also on the server, or here because the server is out of reach. */
  watch(listener: (key: string, state: DraftState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  private tell(key: string, state: DraftState): void {
    for (const l of this.listeners) l(key, state);
  }

  /** `user` keeps two people's drafts apart on one workstation. */
  save<B>(user: string, key: string, body: B): void {
    this.keep(`${PREFIX}${user}.${key}`, JSON.stringify({ body, updated_at: this.now() } satisfies Draft<B>));
    this.tell(key, "local");
    clearTimeout(this.waiting.get(key)?.timer);
    this.waiting.set(key, { body, timer: setTimeout(() => void this.push(key), SERVER_WAIT_MS) });
  }

  private keep(at: string, text: string): void {
    const closed = this.sealed.close(text);
    if (closed === null) return;
    try {
      this.store.setItem(at, closed);
    } catch {
      // Storage full or closed: the server copy is the only one then.
    }
  }

  private async push(key: string): Promise<boolean> {
    const item = this.waiting.get(key);
    if (!item) return true;
    clearTimeout(item.timer);
    this.waiting.delete(key);
    try {
      await this.server.put(key, item.body);
      if (!this.waiting.has(key)) this.tell(key, "saved");
      return true;
    } catch {
      this.tell(key, "offline");
      return false;
    }
  }

  private local<B>(user: string, key: string): Draft<B> | null {
    const kept = this.store.getItem(`${PREFIX}${user}.${key}`);
    const text = kept === null ? null : this.sealed.open(kept);
    return text === null ? null : (JSON.parse(text) as Draft<B>);
  }

  /** The newer of both copies. A server out of reach is no reason to lose the local one. */
  async load<B>(user: string, key: string): Promise<Draft<B> | null> {
    const mine = this.local<B>(user, key);
    const theirs = await this.server.get<B>(key).catch(() => null);
    if (!theirs?.body) return mine;
    return mine && mine.updated_at >= theirs.updated_at ? mine : theirs;
  }

  /** The matter is registered or given up. */
  async clear(user: string, key: string): Promise<void> {
    clearTimeout(this.waiting.get(key)?.timer);
    this.waiting.delete(key);
    this.store.removeItem(`${PREFIX}${user}.${key}`);
    this.tell(key, "clean");
    await this.server.clear(key).catch(() => undefined);
  }

  /** Sends what still waits. */
  async flush(): Promise<boolean> {
    const results = await Promise.all([...this.waiting.keys()].map((key) => this.push(key)));
    return results.every(Boolean);
  }

  /** Before signing out: to the server, then off this workstation. What the server did not take stays. */
  async handIn(): Promise<void> {
    if (!(await this.flush())) return;
    const keys = Array.from({ length: this.store.length }, (_, i) => this.store.key(i));
    for (const key of keys) if (key?.startsWith(PREFIX)) this.store.removeItem(key);
  }
}

export const draftBox = new DraftBox(localStorage, remote);
