// One tab has the phone. The others see what it does, and the next of them takes over when it is closed.

/** What is needed of `navigator.locks`; missing on plain HTTP. */
export type Locks = Pick<LockManager, "request">;

export class Ownership {
  private release: (() => void) | undefined;
  private giveUpWaiting: AbortController | undefined;
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly locks: Locks,
    private readonly onChange: (owner: boolean) => void,
  ) {}

  /** Owner as soon as no other tab is. */
  start(): void {
    this.stopped = false;
    this.giveUpWaiting = new AbortController();
    void this.hold({ signal: this.giveUpWaiting.signal });
  }

  /** Owner now, whoever is it. */
  take(): void {
    if (this.release) return;
    this.giveUpWaiting?.abort();
    void this.hold({ steal: true });
  }

  stop(): void {
    this.stopped = true;
    this.giveUpWaiting?.abort();
    this.release?.();
    this.release = undefined;
  }

  private async hold(options: LockOptions): Promise<void> {
    let held = false;
    try {
      await this.locks.request(this.name, options, () => {
        held = true;
        this.onChange(true);
        return new Promise<void>((release) => (this.release = release));
      });
    } catch {
      // Stolen by another tab, or the waiting was given up.
    }
    if (!held) return;
    this.release = undefined;
    if (this.stopped) return;
    this.onChange(false);
    this.start();
  }
}
