// The voice of the seat: microphone, one peer connection for the whole shift, and the loudspeaker.
import { micFault, type MicFault } from "./mic-fault";
import { NO_SAMPLE, sampleOf, type LineSample } from "./quality";

export type MediaPhase = "off" | "asking" | "connecting" | "up" | "down";

/** The microphone cannot be had; says why. */
export class MicRefused extends Error {
  constructor(readonly fault: MicFault) {
    super(fault);
    this.name = "MicRefused";
  }
}

export interface Devices {
  /** `deviceId` of the microphone and of the loudspeaker; empty for the system's choice. */
  mic: string;
  speaker: string;
}

/** What the engine needs of the voice; tests put a silent one in its place. */
export interface Voice {
  /** Takes the microphone and gives the offer of a new connection; whatever there was before is dropped. */
  offer(): Promise<string>;
  answer(sdp: string): Promise<void>;
  /** Whether the microphone is heard: only in a call that is not muted. */
  live(on: boolean): void;
  use(devices: Devices): Promise<void>;
  sample(): Promise<LineSample>;
  close(): void;
  onState: (up: boolean) => void;
  /** The microphone was unplugged or taken away. */
  onMicLost: () => void;
}

/** The trunk speaks A-law: anything else would have to be transcoded for every call. */
export function preferPcma(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const rank = (c: RTCRtpCodec) => (/\/pcma$/i.test(c.mimeType) ? 0 : /\/telephone-event$/i.test(c.mimeType) && c.clockRate === 8000 ? 1 : 2);
  return codecs.filter((c) => rank(c) < 2).sort((a, b) => rank(a) - rank(b));
}

/** Constraints of the chosen microphone, cleaned for telephony. */
function constraints(mic: string): MediaStreamConstraints {
  return { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1, ...(mic && { deviceId: { ideal: mic } }) } };
}

export class BrowserVoice implements Voice {
  onState: (up: boolean) => void = () => undefined;
  onMicLost: () => void = () => undefined;
  private peer: RTCPeerConnection | undefined;
  private mic: MediaStreamTrack | undefined;
  private micId: string | undefined;
  private heard = false;
  private before = NO_SAMPLE;
  private readonly ear = new Audio();

  constructor(private devices: Devices) {
    this.ear.autoplay = true;
  }

  async offer(): Promise<string> {
    await this.takeMic();
    this.hangUp();
    const peer = new RTCPeerConnection();
    this.peer = peer;
    this.before = NO_SAMPLE;
    const line = peer.addTransceiver(this.mic ?? "audio", { direction: "sendrecv" });
    const codecs = preferPcma(RTCRtpReceiver.getCapabilities("audio")?.codecs ?? []);
    if (codecs.length > 0) line.setCodecPreferences(codecs);
    peer.ontrack = (e) => {
      this.ear.srcObject = new MediaStream([e.track]);
      void this.ear.play().catch(() => undefined);
    };
    peer.onconnectionstatechange = () => {
      if (this.peer === peer) this.onState(peer.connectionState === "connected");
    };
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    // The platform is ICE-lite with one known address: it answers checks, so candidates need not be gathered first.
    return peer.localDescription?.sdp ?? offer.sdp ?? "";
  }

  async answer(sdp: string): Promise<void> {
    await this.peer?.setRemoteDescription({ type: "answer", sdp });
  }

  live(on: boolean): void {
    this.heard = on;
    if (this.mic) this.mic.enabled = on;
  }

  async use(devices: Devices): Promise<void> {
    const other = devices.mic !== this.devices.mic;
    this.devices = devices;
    await this.aim();
    if (!other || !this.mic) return;
    this.letMicGo();
    await this.takeMic();
    const sender = this.peer?.getSenders()[0];
    await sender?.replaceTrack(this.mic ?? null);
  }

  async sample(): Promise<LineSample> {
    if (!this.peer) return NO_SAMPLE;
    const report = await this.peer.getStats();
    this.before = sampleOf(report.values(), this.before);
    return this.before;
  }

  close(): void {
    this.hangUp();
    this.letMicGo();
  }

  private hangUp(): void {
    const peer = this.peer;
    this.peer = undefined;
    this.ear.srcObject = null;
    if (!peer) return;
    peer.onconnectionstatechange = peer.ontrack = null;
    peer.close();
  }

  private letMicGo(): void {
    if (this.mic) this.mic.onended = null;
    this.mic?.stop();
    this.mic = undefined;
  }

  private async takeMic(): Promise<void> {
    if (this.mic?.readyState === "live" && this.micId === this.devices.mic) return;
    this.letMicGo();
    if (!navigator.mediaDevices) throw new MicRefused("insecure");
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(constraints(this.devices.mic));
    } catch (error) {
      throw new MicRefused(micFault(error));
    }
    this.mic = stream.getAudioTracks()[0];
    this.micId = this.devices.mic;
    if (!this.mic) throw new MicRefused("missing");
    this.mic.enabled = this.heard;
    this.mic.onended = () => this.onMicLost();
    await this.aim();
  }

  /** Sends the sound to the chosen loudspeaker; an unplugged one falls back to the system's. */
  private async aim(): Promise<void> {
    if (!("setSinkId" in this.ear)) return;
    await this.ear.setSinkId(this.devices.speaker).catch(() => this.ear.setSinkId("").catch(() => undefined));
  }
}
