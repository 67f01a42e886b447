// A caller's telephone as far as sound goes: sends a tone as A-law RTP, digits as RFC 4733 events, and measures what comes back.
import { createSocket } from "node:dgram";

const PCMA = 8;
const EVENT = 101;
const SAMPLES = 160;
const PACKET_MS = 20;
const DIGITS = "0123456789*#";

/** G.711 A-law, ITU-T table by the book: 13-bit magnitude, sign, even bits inverted. */
export function alaw(sample) {
  const sign = sample < 0 ? 0 : 0x80;
  let v = Math.min(32_635, Math.abs(sample));
  let exponent = 7;
  for (let mask = 0x4000; (v & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
  const mantissa = (v >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

export function linear(byte) {
  const a = byte ^ 0x55;
  const exponent = (a >> 4) & 7;
  let v = ((a & 0x0f) << 4) + 8;
  if (exponent > 0) v = (v + 0x100) << (exponent - 1);
  return a & 0x80 ? v : -v;
}

/** Root mean square of samples of 16 bits, 0…1. */
export function rms(samples) {
  if (samples.length === 0) return 0;
  return Math.sqrt(samples.reduce((sum, s) => sum + (s / 32_768) ** 2, 0) / samples.length);
}

const BLOCK = 800;

/** How loud a tone is in the tenth of a second in which it is loudest, as a root mean square 0…1 (Goertzel). */
export function toneIn(samples, hz) {
  const step = 2 * Math.cos((2 * Math.PI * hz) / 8_000);
  let most = 0;
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK / 2) {
    let [last, before] = [0, 0];
    for (let i = at; i < at + BLOCK; i += 1) [last, before] = [samples[i] / 32_768 + step * last - before, last];
    most = Math.max(most, Math.sqrt(2 * (last * last + before * before - step * last * before)) / BLOCK);
  }
  return most;
}

/** Opens an endpoint; sound begins with the first packet that comes or with `to`. */
export async function handset({ hz = 440, loudness = 0.25 } = {}) {
  const socket = createSocket("udp4");
  await new Promise((done) => socket.bind(0, "127.0.0.1", done));
  let far;
  let heard = [];
  let sequence = Math.floor(Math.random() * 60_000);
  let stamp = Math.floor(Math.random() * 2 ** 31);
  let phase = 0;
  let pending = [];
  let speaking = true;
  const source = Math.floor(Math.random() * 2 ** 32);
  const send = (type, payload, marker = false, at = stamp) => {
    if (!far) return;
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = type | (marker ? 0x80 : 0);
    packet.writeUInt16BE((sequence = (sequence + 1) & 0xffff), 2);
    packet.writeUInt32BE(at >>> 0, 4);
    packet.writeUInt32BE(source >>> 0, 8);
    payload.copy(packet, 12);
    socket.send(packet, far.port, far.address);
  };
  socket.on("message", (packet, from) => {
    far ??= { address: from.address, port: from.port };
    if (packet.length > 12 && (packet[1] & 0x7f) === PCMA) for (const byte of packet.subarray(12)) heard.push(linear(byte));
  });
  const beat = () => {
    const event = pending.shift();
    if (event) send(EVENT, event.payload, event.marker, event.at);
    else {
      const payload = Buffer.alloc(SAMPLES);
      for (let i = 0; i < SAMPLES; i += 1) {
        payload[i] = alaw(speaking ? Math.round(Math.sin(phase) * loudness * 32_767) : 0);
        phase += (2 * Math.PI * hz) / 8_000;
      }
      send(PCMA, payload);
    }
    stamp += SAMPLES;
  };
  // Timers of a busy machine come late: what was missed is made up for, so that the sound keeps its length.
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    while (sent * PACKET_MS < performance.now() - begun) {
      beat();
      sent += 1;
    }
  }, PACKET_MS / 2);
  return {
    port: socket.address().port,
    /** Where to send to, as the answer said. */
    to: (address, port) => (far = { address, port }),
    speak: (on) => (speaking = on),
    /** What was heard during so many milliseconds from now. */
    async listen(ms) {
      heard = [];
      await new Promise((done) => setTimeout(done, ms));
      const samples = heard;
      return { rms: rms(samples), samples: samples.length, tone: (of) => toneIn(samples, of) };
    },
    /** Presses a key: seven packets of one event, three of them ends (RFC 4733 §2.5). */
    press(digit) {
      const code = DIGITS.indexOf(digit);
      const at = stamp;
      for (let n = 1; n <= 7; n += 1) {
        const payload = Buffer.from([code, n > 4 ? 0x8a : 0x0a, 0, 0]);
        payload.writeUInt16BE(Math.min(n, 5) * SAMPLES, 2);
        pending.push({ payload, marker: n === 1, at });
      }
    },
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}
