// The phone of this tab: the engine itself when the tab owns it, else a mirror of the tab that does. Commands of a mirror are done by the owner.
import { setServerNow } from "@/ui/time";
import { Engine, INITIAL, type EngineEnd, type EngineState, type Said } from "./engine";
import { Refusal } from "./link";
import type { Devices } from "./media";
import { Ownership, type Locks } from "./ownership";
import type { SeatCommand } from "./protocol";
import type { Handset, PhoneState } from "./store";

export type Note =
  | { kind: "ask" }
  | { kind: "state"; state: EngineState }
  | { kind: "said"; said: Said }
  | { kind: "watches"; tab: string; on: boolean }
  | { kind: "who watches" }
  | { kind: "command"; id: string; command: SeatCommand }
  | { kind: "result"; id: string; refusal: { code: string; message: string } | null };

/** What is needed of a BroadcastChannel. */
export interface Bus {
  postMessage(note: Note): void;
  onmessage: ((event: { data: Note }) => void) | null;
  close(): void;
}

export interface HandsetEnd extends Omit<EngineEnd, "onState" | "onSaid"> {
  tab: string;
  user: string;
  bus: Bus;
  locks: Locks | undefined;
  newId: () => string;
  publish: (state: PhoneState) => void;
  onSaid: (said: Said) => void;
}

/** How long another tab may take to say that it has the phone, where the browser has no locks. */
const ASK_MS = 300;
const OWNER_ANSWERS_MS = 12_000;

export class TabHandset implements Handset {
  private readonly engine: Engine;
  private readonly ownership: Ownership | undefined;
  private owner = false;
  private watches = false;
  private mirrored: EngineState = INITIAL;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private waiting = new Map<string, { done: () => void; fail: (e: Error) => void; timer: ReturnType<typeof setTimeout> }>();

  constructor(private readonly end: HandsetEnd) {
    this.engine = new Engine(end.tab, {
      open: end.open,
      voice: end.voice,
      onState: (state) => this.moved(state),
      onSaid: (said) => {
        end.onSaid(said);
        end.bus.postMessage({ kind: "said", said });
      },
      ...(end.chance && { chance: end.chance }),
    });
    end.bus.onmessage = (e) => this.note(e.data);
    if (end.locks) this.ownership = new Ownership(`hotline.phone.${end.user}`, end.locks, (owner) => this.own(owner));
  }

  start(): void {
    this.end.bus.postMessage({ kind: "ask" });
    if (this.ownership) this.ownership.start();
    else this.asking = setTimeout(() => this.own(true), ASK_MS);
  }

  stop(): void {
    clearTimeout(this.asking);
    this.ownership?.stop();
    this.engine.stop();
    this.end.bus.close();
  }

  takeOver(): void {
    if (this.owner) this.engine.start();
    else if (this.ownership) this.ownership.take();
    else this.own(true);
  }

  send(command: SeatCommand): Promise<void> {
    if (this.owner) return this.engine.send(command);
    const id = this.end.newId();
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        fail(new Refusal("late", "持有软电话的标签页没有响应，请在此标签页接管后再试"));
      }, OWNER_ANSWERS_MS);
      this.waiting.set(id, { done, fail, timer });
      this.end.bus.postMessage({ kind: "command", id, command });
    });
  }

  /** Whether this tab shows the floor. */
  watch(on: boolean): void {
    this.watches = on;
    if (this.owner) this.engine.watch(this.end.tab, on);
    else this.end.bus.postMessage({ kind: "watches", tab: this.end.tab, on });
  }

  hurry(): void {
    this.engine.hurry();
  }
  retryVoice(): void {
    this.engine.retryVoice();
  }
  use(devices: Devices): Promise<void> {
    return this.owner ? this.engine.use(devices) : Promise.resolve();
  }

  private own(owner: boolean): void {
    if (this.owner === owner) return;
    this.owner = owner;
    if (owner) {
      this.engine.start();
      if (this.watches) this.engine.watch(this.end.tab, true);
      this.end.bus.postMessage({ kind: "who watches" });
    } else {
      this.mirrored = INITIAL;
      this.engine.stop();
    }
    this.publish();
  }

  private moved(state: EngineState): void {
    if (!this.owner) return;
    if (state.seat) setServerNow(state.seat.now);
    this.end.bus.postMessage({ kind: "state", state });
    this.publish();
    // Without locks another tab of this browser may have taken the phone: its state will come over the bus.
    if (state.link === "replaced" && !this.ownership) this.own(false);
  }

  private publish(): void {
    this.end.publish({ role: this.owner ? "owner" : "mirror", ...(this.owner ? this.engine.state : this.mirrored) });
  }

  private note(note: Note): void {
    if (note.kind === "ask" && this.owner) this.end.bus.postMessage({ kind: "state", state: this.engine.state });
    else if (note.kind === "state" && !this.owner) {
      clearTimeout(this.asking);
      this.mirrored = note.state;
      this.publish();
    } else if (note.kind === "said") this.end.onSaid(note.said);
    else if (note.kind === "watches" && this.owner) this.engine.watch(note.tab, note.on);
    else if (note.kind === "who watches" && this.watches) this.watch(true);
    else if (note.kind === "command" && this.owner) this.obey(note.id, note.command);
    else if (note.kind === "result") {
      const w = this.waiting.get(note.id);
      this.waiting.delete(note.id);
      clearTimeout(w?.timer);
      if (note.refusal) w?.fail(new Refusal(note.refusal.code, note.refusal.message));
      else w?.done();
    }
  }

  private obey(id: string, command: SeatCommand): void {
    const answer = (refusal: { code: string; message: string } | null) => this.end.bus.postMessage({ kind: "result", id, refusal });
    this.engine.send(command).then(
      () => answer(null),
      (e: unknown) => answer({ code: e instanceof Refusal ? e.code : "failed", message: e instanceof Error ? e.message : "操作未成功，请重试" }),
    );
  }
}
