// The WebSocket to the platform: numbered requests with their answers, signs of life, coming back after a lost network.
import type { PageFrame, SeatCommand, SeatFrame } from "./protocol";

/** What is needed of a WebSocket. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

/**
 * `closed`: the session is over; `forbidden`: no permission; `replaced`: the phone is used elsewhere. None of them comes back by itself.
 * `unavailable`: the platform has no call centre just now; asked again from time to time.
 */
export type LinkState = "off" | "connecting" | "open" | "lost" | "unavailable" | "closed" | "forbidden" | "replaced";

/** The platform said no; the message is Chinese and says what to do. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

const SESSION_OVER = 4401;
const NOT_PERMITTED = 4403;
const PING_MS = 15_000;
/** No frame for this long means the line is dead, whatever the browser believes. */
const SILENT_MS = 40_000;
const ANSWER_MS = 10_000;
/** A platform that says it has no call centre is asked again this often. */
const UNAVAILABLE_MS = 20_000;
const BACK_OFF_MS = [300, 800, 2_000, 4_000, 8_000, 15_000];

export interface LinkEnd {
  open: () => Socket;
  onState: (state: LinkState) => void;
  onFrame: (frame: SeatFrame) => void;
  /** 0 ≤ n < 1; spreads the return of many seats after a restart. */
  chance?: () => number;
}

type Waiting = { done: () => void; fail: (error: Error) => void; timer: ReturnType<typeof setTimeout> };

/** How long to wait before the n-th attempt to come back, ms. */
export function backOff(attempt: number, chance: number): number {
  const base = BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)] ?? 0;
  return Math.round(base * (0.75 + chance / 2));
}

export class Link {
  state: LinkState = "off";
  private socket: Socket | undefined;
  private no = 0;
  private attempt = 0;
  /** The platform said so; it closes the line next. */
  private unavailable = false;
  private heard = 0;
  private waiting = new Map<number, Waiting>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly tab: string,
    private readonly end: LinkEnd,
  ) {}

  start(): void {
    this.stop("connecting");
    this.attempt = 0;
    this.connect();
  }

  /** Leaves for good. */
  stop(state: LinkState = "off"): void {
    clearTimeout(this.retry);
    this.drop(new Refusal("closed", "软电话连接已关闭"));
    this.become(state);
  }

  /** The network is said to be back: no reason to wait any longer. */
  hurry(): void {
    if (this.state !== "lost" && this.state !== "unavailable") return;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Sends a command; resolves when the platform did it, rejects with [`Refusal`]. */
  request(command: SeatCommand): Promise<void> {
    if (this.state !== "open" || !this.socket) return Promise.reject(new Refusal("offline", "与呼叫平台的连接已中断，正在重新连接，请稍候再试"));
    const no = ++this.no;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.settle(no)?.fail(new Refusal("late", "呼叫平台未及时响应，请重试")), ANSWER_MS);
      this.waiting.set(no, { done, fail, timer });
      this.socket?.send(JSON.stringify({ no, ...command } satisfies PageFrame));
    });
  }

  private become(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.end.onState(state);
  }

  private settle(no: number): Waiting | undefined {
    const waiting = this.waiting.get(no);
    this.waiting.delete(no);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  /** Forgets the socket; what waits for an answer is told. */
  private drop(why: Refusal): void {
    clearInterval(this.pulse);
    const socket = this.socket;
    this.socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const no of [...this.waiting.keys()]) this.settle(no)?.fail(why);
  }

  private connect(): void {
    if (this.state !== "lost" && this.state !== "unavailable") this.become("connecting");
    let socket: Socket;
    try {
      socket = this.end.open();
    } catch {
      this.lost(0);
      return;
    }
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => {
      this.attempt = 0;
      this.heard = Date.now();
      this.become("open");
      this.request({ type: "hello", tab: this.tab }).catch(() => undefined);
    };
    socket.onmessage = (e) => this.hear(e.data);
    socket.onclose = (e) => this.lost(e.code);
    this.pulse = setInterval(() => this.beat(), PING_MS);
  }

  private beat(): void {
    if (Date.now() - this.heard > SILENT_MS) this.lost(0);
    else if (this.state === "open") this.socket?.send(JSON.stringify({ no: ++this.no, type: "ping" } satisfies PageFrame));
  }

  private lost(code: number): void {
    this.drop(new Refusal("offline", "与呼叫平台的连接已中断，操作可能未完成，请核对当前状态"));
    if (code === SESSION_OVER) return this.become("closed");
    if (code === NOT_PERMITTED) return this.become("forbidden");
    const told = this.unavailable;
    this.unavailable = false;
    this.become(told ? "unavailable" : "lost");
    const wait = told ? UNAVAILABLE_MS : backOff(this.attempt, (this.end.chance ?? Math.random)());
    this.attempt += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private hear(data: unknown): void {
    this.heard = Date.now();
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === "done") this.settle(frame.no)?.done();
    else if (frame.type === "refused") this.settle(frame.no)?.fail(new Refusal(frame.code, frame.message));
    else if (frame.type === "replaced") this.stop("replaced");
    else if (frame.type !== "pong") {
      if (frame.type === "unavailable") this.unavailable = true;
      this.end.onFrame(frame);
    }
  }
}

function parse(data: unknown): SeatFrame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as SeatFrame) : undefined;
  } catch {
    return undefined;
  }
}
