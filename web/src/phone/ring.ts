// Ringing: a tone in the headset and a notification of the desktop when the desk is behind other windows.

/** 450 Hz, one second on, four off: the ringing tone of Chinese networks (GB/T 3380). */
const HZ = 450;
const ON_S = 1;
const PERIOD_S = 5;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;
let sounding: { stop: () => void } | undefined;

function audio(): AudioContext {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  return context;
}

/** One burst of the tone; also the test of the loudspeaker. */
function burst(at: number, seconds: number): OscillatorNode {
  const a = audio();
  const tone = a.createOscillator();
  const gain = a.createGain();
  tone.frequency.value = HZ;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.setValueAtTime(LOUDNESS, at + seconds - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  tone.connect(gain).connect(a.destination);
  tone.start(at);
  tone.stop(at + seconds);
  return tone;
}

export const ring = {
  /** Rings at the chosen loudspeaker until stopped. */
  start(speaker: string): void {
    if (sounding) return;
    ring.aim(speaker);
    let last = burst(audio().currentTime, ON_S);
    const timer = setInterval(() => (last = burst(audio().currentTime, ON_S)), PERIOD_S * 1000);
    sounding = {
      stop: () => {
        clearInterval(timer);
        last.stop();
      },
    };
  },
  stop(): void {
    sounding?.stop();
    sounding = undefined;
  },
  /** Sends tone and test to the chosen loudspeaker, where the browser can. */
  aim(speaker: string): void {
    const a = audio() as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    void a.setSinkId?.(speaker).catch(() => undefined);
  },
  test(): void {
    burst(audio().currentTime, 0.6);
  },
};

/** Asks once, on a click: browsers ignore it elsewhere. */
export function askToNotify(): void {
  if (typeof Notification !== "undefined" && Notification.permission === "default") void Notification.requestPermission();
}

/** Tells of a call when the desk is not in front. Gives back how to take it away. */
export function notifyCall(title: string, body: string): () => void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted" || document.hasFocus()) return () => undefined;
  const note = new Notification(title, { body, tag: "hotline-call", requireInteraction: true });
  note.onclick = () => {
    window.focus();
    note.close();
  };
  return () => note.close();
}
