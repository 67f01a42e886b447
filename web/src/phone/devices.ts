// Which microphone and loudspeaker this workstation uses, and how loud the microphone is.
import { MicRefused, type Devices } from "./media";
import { micFault } from "./mic-fault";

const KEY = "hotline.phone.devices";
const SYSTEM: Devices = { mic: "", speaker: "" };

export function storedDevices(): Devices {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Devices> | null;
    return { mic: kept?.mic ?? "", speaker: kept?.speaker ?? "" };
  } catch {
    return SYSTEM;
  }
}
export function storeDevices(devices: Devices): void {
  localStorage.setItem(KEY, JSON.stringify(devices));
}

export interface DeviceChoice {
  value: string;
  label: string;
}

/** Names are empty until the microphone was allowed once; a number stands for them. */
export async function listDevices(): Promise<{ mics: DeviceChoice[]; speakers: DeviceChoice[] }> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind, word: string) => [
    { value: "", label: "系统默认" },
    ...all.filter((d) => d.kind === kind && d.deviceId !== "" && d.deviceId !== "default" && d.deviceId !== "communications").map((d, i) => ({ value: d.deviceId, label: d.label || `${word} ${i + 1}` })),
  ];
  return { mics: of("audioinput", "麦克风"), speakers: of("audiooutput", "扬声器") };
}

/** Root mean square of a buffer of samples −1…1, as 0…100 on a scale that speech fills: −60 dB is 0, −10 dB is 100. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms === 0) return 0;
  return Math.round(Math.max(0, Math.min(100, (20 * Math.log10(rms) + 60) * 2)));
}

/** Opens the microphone by itself and tells its level ten times a second until stopped. */
export async function meter(mic: string, onLevel: (level: number) => void): Promise<() => void> {
  if (!navigator.mediaDevices) throw new MicRefused("insecure");
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: mic ? { deviceId: { ideal: mic } } : true })
    .catch((error: unknown) => Promise.reject(new MicRefused(micFault(error))));
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(loudness(samples));
  }, 100);
  return () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
}
