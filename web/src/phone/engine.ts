// The softphone of one seat: the link to the platform and the voice, held together by one rule — whoever is signed in has a voice.
// Lives in the one tab that owns the phone, outside React and outside the router.
import { Link, Refusal, type LinkEnd, type LinkState } from "./link";
import { MicRefused, type Devices, type MediaPhase, type Voice } from "./media";
import { MIC_FAULT, type MicFault } from "./mic-fault";
import type { Colleague, FloorView, SeatCommand, SeatFrame, SeatView } from "./protocol";
import type { LineSample } from "./quality";
import { deskPhone } from "./seat";

export interface EngineState {
  link: LinkState;
  seat: SeatView | null;
  media: MediaPhase;
  /** Why the microphone could not be had. */
  fault: MicFault | null;
  /** What the browser measures. */
  line: LineSample | null;
  floor: FloorView | null;
  /** As last asked for. */
  colleagues: readonly Colleague[] | null;
  /** Why there is no call centre just now. */
  unavailable: { code: string; message: string } | null;
}

export const INITIAL: EngineState = { link: "off", seat: null, media: "off", fault: null, line: null, floor: null, colleagues: null, unavailable: null };

export interface Said {
  from: string;
  text: string;
  at: number;
}

export interface EngineEnd {
  open: LinkEnd["open"];
  voice: Voice;
  onState: (state: EngineState) => void;
  onSaid: (said: Said) => void;
  chance?: () => number;
}

/** From offer to connected; measured some 0.3 s. */
const CONNECT_MS = 8_000;
/** A connection that reports a break often mends itself. */
const MEND_MS = 2_000;
/** How long the platform may say that no media flow although the browser is connected. */
const DEAF_MS = 4_000;
const AGAIN_MS = [500, 1_500, 3_000, 6_000];
const SAMPLE_MS = 5_000;

/** In these states of a call the agent's voice belongs on the line. */
const SPEAKING: readonly string[] = ["talking", "consulting", "conference"];

/** Whether the microphone is to be heard. */
export function speaks(seat: SeatView | null): boolean {
  if (!seat || seat.muted) return false;
  if (seat.supervising) return seat.supervising.mode !== "listen";
  return seat.calls.some((c) => SPEAKING.includes(c.state));
}

export class Engine {
  state: EngineState = INITIAL;
  private readonly link: Link;
  private signingIn = false;
  private attempt = 0;
  /** Counts attempts, so that what a given-up attempt still brings is ignored. */
  private round = 0;
  /** One clock at a time for the voice: connecting, mending, deaf or about to try again. */
  private clock: ReturnType<typeof setTimeout> | undefined;
  private sampler: ReturnType<typeof setInterval> | undefined;
  private upWaiters: { done: () => void; fail: (error: Error) => void }[] = [];
  private readonly watchers = new Set<string>();

  constructor(
    tab: string,
    private readonly end: EngineEnd,
  ) {
    this.link = new Link(tab, {
      open: end.open,
      onState: (link) => this.linked(link),
      onFrame: (frame) => this.hear(frame),
      ...(end.chance && { chance: end.chance }),
    });
    end.voice.onState = (up) => this.voiced(up);
    end.voice.onMicLost = () => this.micLost();
  }

  start(): void {
    this.link.start();
  }
  /** Gives the phone up; the seat stays signed in at the platform for whoever takes over. */
  stop(): void {
    this.link.stop();
    this.silence();
    this.set({ ...INITIAL });
  }
  hurry(): void {
    this.link.hurry();
  }

  async send(command: SeatCommand): Promise<void> {
    if (command.type === "sign_in") return this.signIn(command);
    if (command.type === "mute") this.end.voice.live(!command.on && speaks(this.state.seat && { ...this.state.seat, muted: false }));
    return this.link.request(command).catch((error: unknown) => {
      this.end.voice.live(speaks(this.state.seat));
      throw error;
    });
  }

  /** The live floor, for as long as one tab looks at it. */
  watch(tab: string, on: boolean): void {
    const before = this.watchers.size > 0;
    if (on) this.watchers.add(tab);
    else this.watchers.delete(tab);
    const after = this.watchers.size > 0;
    if (before === after) return;
    if (!after) this.set({ floor: null });
    this.askFloor(after);
  }
  private askFloor(on: boolean): void {
    if (this.state.link === "open") this.link.request({ type: "watch", on }).catch(() => undefined);
  }

  /** Tries again to have a voice, after the person has done something about it. */
  retryVoice(): void {
    this.attempt = 0;
    void this.connectVoice();
  }
  async use(devices: Devices): Promise<void> {
    try {
      await this.end.voice.use(devices);
      if (this.state.fault) this.retryVoice();
    } catch (error) {
      this.set({ fault: faultOf(error) });
    }
  }

  private set(change: Partial<EngineState>): void {
    this.state = { ...this.state, ...change };
    this.end.onState(this.state);
  }

  /** The microphone is asked for before the platform is: nobody is signed in who cannot speak. A desk phone needs none. */
  private async signIn(command: SeatCommand): Promise<void> {
    if (deskPhone(this.state.seat)) return this.link.request(command);
    this.signingIn = true;
    try {
      await this.voiceUp();
      await this.link.request(command);
    } finally {
      this.signingIn = false;
      this.settleVoice();
    }
  }

  private voiceUp(): Promise<void> {
    if (this.state.media === "up") return Promise.resolve();
    return new Promise((done, fail) => {
      this.upWaiters.push({ done, fail });
      this.attempt = 0;
      if (this.state.media !== "asking" && this.state.media !== "connecting") void this.connectVoice();
    });
  }

  private linked(link: LinkState): void {
    const gone = link === "closed" || link === "forbidden" || link === "replaced" || link === "off";
    if (gone) this.silence();
    this.set(gone ? { ...INITIAL, link } : link === "open" ? { link, unavailable: null } : { link });
    if (link === "open" && this.watchers.size > 0) this.askFloor(true);
  }

  private hear(frame: SeatFrame): void {
    if (frame.type === "seat") {
      this.set({ seat: frame.seat });
      this.end.voice.live(speaks(frame.seat));
      this.settleVoice();
    } else if (frame.type === "web_answer") {
      this.end.voice.answer(frame.sdp).catch(() => this.voiceFailed(new Refusal("answer", "语音连接协商失败")));
    } else if (frame.type === "floor") this.set({ floor: frame.floor });
    else if (frame.type === "unavailable") this.set({ unavailable: { code: frame.code, message: frame.message }, seat: null });
    else if (frame.type === "colleagues") this.set({ colleagues: frame.seats });
    else if (frame.type === "said") this.end.onSaid({ from: frame.from, text: frame.text, at: frame.at });
  }

  private wantsVoice(): boolean {
    if (this.state.link !== "open" || deskPhone(this.state.seat)) return false;
    return this.signingIn || (this.state.seat !== null && this.state.seat.state !== "signed_out");
  }

  /** Brings the voice to what the seat needs. */
  private settleVoice(): void {
    const { media, seat, fault } = this.state;
    if (!this.wantsVoice()) {
      if (this.state.link === "open" && media !== "off") this.silence();
      return;
    }
    if (media === "off" && !fault) void this.connectVoice();
    else if (media === "down" && !this.clock) void this.connectVoice();
    else if (media === "up" && seat && !seat.media) this.clock ?? this.later(DEAF_MS, () => void this.connectVoice());
    else if (media === "up") this.stopClock();
  }

  private stopClock(): void {
    clearTimeout(this.clock);
    this.clock = undefined;
  }
  private later(ms: number, then: () => void): void {
    this.stopClock();
    this.clock = setTimeout(() => {
      this.clock = undefined;
      then();
    }, ms);
  }

  private async connectVoice(): Promise<void> {
    if (!this.wantsVoice() || this.state.media === "asking") return;
    const round = ++this.round;
    this.stopClock();
    this.set({ media: "asking", fault: null });
    try {
      const sdp = await this.end.voice.offer();
      if (round !== this.round) return;
      this.set({ media: "connecting" });
      this.later(CONNECT_MS, () => this.voiceFailed(new Refusal("no_media", "语音通道未能接通，请检查网络或联系系统管理员")));
      await this.link.request({ type: "offer", sdp });
    } catch (error) {
      if (round !== this.round) return;
      if (error instanceof MicRefused) this.micRefused(error.fault);
      else this.voiceFailed(error instanceof Error ? error : new Refusal("no_media", "语音通道未能接通"));
    }
  }

  private micRefused(fault: MicFault): void {
    this.silence(fault);
    this.fail(new Refusal("mic", `${MIC_FAULT[fault].title}。${MIC_FAULT[fault].help}`));
  }

  private micLost(): void {
    this.set({ fault: "missing" });
    // The system may have another microphone; asking again finds it.
    void this.connectVoice();
  }

  private fail(error: Error): void {
    for (const w of this.upWaiters.splice(0)) w.fail(error);
  }

  /** Did not connect, or broke and did not mend: a fresh connection, later each time. */
  private voiceFailed(error: Error): void {
    this.stopClock();
    this.fail(error);
    if (this.state.media === "off") return;
    this.set({ media: "down" });
    if (!this.wantsVoice()) return;
    const wait = AGAIN_MS[Math.min(this.attempt, AGAIN_MS.length - 1)] ?? MEND_MS;
    this.attempt += 1;
    this.later(wait, () => void this.connectVoice());
  }

  private voiced(up: boolean): void {
    if (up) {
      this.stopClock();
      this.attempt = 0;
      this.set({ media: "up", fault: null });
      for (const w of this.upWaiters.splice(0)) w.done();
      this.end.voice.live(speaks(this.state.seat));
      clearInterval(this.sampler);
      this.sampler = setInterval(() => void this.measure(), SAMPLE_MS);
      this.settleVoice();
    } else if (this.state.media === "up") {
      this.set({ media: "down", line: null });
      this.later(MEND_MS, () => void this.connectVoice());
    }
  }

  private async measure(): Promise<void> {
    const line = await this.end.voice.sample();
    if (this.state.media === "up") this.set({ line });
  }

  private silence(fault: MicFault | null = null): void {
    this.round += 1;
    this.stopClock();
    clearInterval(this.sampler);
    this.end.voice.close();
    this.set({ media: "off", line: null, fault });
  }
}

function faultOf(error: unknown): MicFault {
  return error instanceof MicRefused ? error.fault : "other";
}
