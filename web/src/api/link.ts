// Whether the server answers. One doubt is looked into at once; only when that fails too does the desk say that the connection is
// away, and goes on asking until it is back.

export interface LinkState {
  /** When the last answer failed to come; null while everything answers. */
  since: number | null;
}

/** Asks the server for a sign of life; false when none comes in time. */
export type Ask = () => Promise<boolean>;

const EVERY_MS = 2_000;
const PATIENCE_MS = 4_000;
/** A page that only lies open asks nothing for a minute: its lists would look fresh. */
export const IDLE_MS = 20_000;

/** The server answers only when its database does. */
async function health(): Promise<boolean> {
  try {
    return (await fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}

export class Link {
  private at: LinkState = { since: null };
  private listeners = new Set<() => void>();
  private asking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ask: Ask = health,
    private readonly now: () => number = Date.now,
  ) {}

  get state(): LinkState {
    return this.at;
  }
  get away(): boolean {
    return this.at.since !== null;
  }
  watch = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  private become(since: number | null): void {
    if (this.at.since === since) return;
    this.at = { since };
    for (const l of this.listeners) l();
  }

  /** Something got no answer. */
  doubt = (): void => {
    if (!this.asking && !this.away) void this.look();
  };

  /** Asks at once, whatever was known: the network says that it is there again, or somebody presses a button. */
  again = (): void => {
    if (!this.asking) void this.look();
  };

  private async look(): Promise<void> {
    const began = this.now();
    this.asking = true;
    const good = await this.ask();
    this.asking = false;
    if (good) this.become(null);
    else {
      this.become(this.at.since ?? began);
      clearTimeout(this.timer);
      this.timer = setTimeout(this.again, EVERY_MS);
    }
  }
}

export const link = new Link();
