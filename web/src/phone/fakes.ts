// Seats, calls and a silent voice for tests.
import type { Devices, Voice } from "./media";
import { NO_SAMPLE, type LineSample } from "./quality";
import type { SeatCall, SeatView } from "./protocol";

export function seatView(change: Partial<SeatView> = {}): SeatView {
  return {
    user: "u1",
    name: "李娜",
    state: "ready",
    reason: null,
    since: 0,
    until: null,
    skills: ["public"],
    granted: ["public"],
    phone: null,
    media: true,
    muted: false,
    quality: null,
    calls: [],
    supervising: null,
    waiting: 0,
    allowed: [],
    now: 0,
    ...change,
  };
}

export function seatCall(change: Partial<SeatCall> = {}): SeatCall {
  return {
    call: "c1",
    direction: "in",
    state: "talking",
    number: "13800001234",
    card: null,
    called: "12345",
    skill: "public",
    waited_ms: 4_000,
    since: 0,
    answered_at: null,
    order: null,
    parties: [],
    recording: "on",
    task: null,
    ...change,
  };
}

export class FakeVoice implements Voice {
  onState: (up: boolean) => void = () => undefined;
  onMicLost: () => void = () => undefined;
  refuse: Error | undefined;
  answered: string[] = [];
  heard = false;
  closed = 0;
  devices: Devices | undefined;

  offer(): Promise<string> {
    return this.refuse ? Promise.reject(this.refuse) : Promise.resolve("offer");
  }
  answer(sdp: string): Promise<void> {
    this.answered.push(sdp);
    return Promise.resolve();
  }
  live(on: boolean): void {
    this.heard = on;
  }
  use(devices: Devices): Promise<void> {
    this.devices = devices;
    return Promise.resolve();
  }
  sample(): Promise<LineSample> {
    return Promise.resolve(NO_SAMPLE);
  }
  close(): void {
    this.closed += 1;
  }
}
