// A real browser with a fake microphone against the media thread: connection, sound both ways, keys, a reload.
//
//   cargo build -p media --features webrtc --example echo_web && node --test e2e/media.calls.mjs
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { MICROPHONE, startBrowser } from "./platform.mjs";

const BINARY = process.env.MEDIA_ECHO_BIN ?? "../target/debug/examples/echo_web";
const WAIT_MS = 15_000;
/** RMS of the tone that is played: a sine at −12 dBFS. */
const TONE_RMS = 0.1777;

let server;
let base;
let browser;
let page;

before(async () => {
  server = spawn(BINARY, [], { stdio: ["ignore", "pipe", "inherit"] });
  base = await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.stdout.on("data", (line) => resolve(String(line).match(/http:\S+/)[0]));
  });
  browser = await startBrowser(MICROPHONE);
  page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
});

after(async () => {
  await browser?.close();
  await fetch(`${base}/end`, { method: "POST" }).catch(() => {});
  server?.kill();
});

const post = async (path, body = "") => (await fetch(base + path, { method: "POST", body })).text();

/** Asks until the answer fits; each question is a round trip to the server. */
async function until(what, ask, fits, patience = WAIT_MS) {
  const end = Date.now() + patience;
  let got;
  while (Date.now() < end) {
    got = await ask();
    if (fits(got)) return got;
  }
  assert.fail(`waited in vain for ${what}: ${JSON.stringify(got)}`);
}

/** Opens the page, offers, and waits until the connection stands. */
async function connect() {
  await page.goto(base);
  return page.evaluate(async (patience) => {
    const pc = new RTCPeerConnection();
    const sound = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: sound });
    const sender = pc.addTrack(microphone.getAudioTracks()[0], microphone);
    const audio = new AudioContext();
    const analyser = audio.createAnalyser();
    analyser.fftSize = 4096;
    pc.ontrack = (event) => {
      // Chromium lets sound into the graph only while an element plays the stream.
      const element = new Audio();
      element.srcObject = event.streams[0];
      element.play();
      audio.createMediaStreamSource(event.streams[0]).connect(analyser);
    };
    window.media = { pc, sender, analyser, rate: audio.sampleRate };
    const began = performance.now();
    const connected = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`not connected: ${pc.connectionState}`)), patience);
      pc.onconnectionstatechange = () => pc.connectionState === "connected" && resolve(performance.now() - began);
    });
    await pc.setLocalDescription(await pc.createOffer());
    const sdp = await (await fetch("/offer", { method: "POST", body: pc.localDescription.sdp })).text();
    await pc.setRemoteDescription({ type: "answer", sdp });
    await audio.resume();
    return connected;
  }, WAIT_MS);
}

/** What is heard now: RMS and the strongest frequency. */
const heard = () =>
  page.evaluate(() => {
    const { analyser, rate } = window.media;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const strongest = spectrum.indexOf(Math.max(...spectrum));
    return {
      rms: Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length),
      hz: (strongest * rate) / analyser.fftSize,
    };
  });

const hearsTheTone = () =>
  until("the tone", heard, ({ rms, hz }) => Math.abs(hz - 440) < 15 && Math.abs(rms - TONE_RMS) < 0.015);

const codecOf = (kind) =>
  page.evaluate(async (kind) => {
    const stats = [...(await window.media.pc.getStats()).values()];
    const stream = stats.find((s) => s.type === kind);
    return stats.find((s) => s.id === stream?.codecId)?.mimeType;
  }, kind);

test("a browser hears and is heard, presses keys, and comes back after a reload", async (t) => {
  const took = await connect();
  t.diagnostic(`offer to connected: ${Math.round(took)} ms`);

  await post("/tone");
  const tone = await hearsTheTone();
  t.diagnostic(`tone: ${tone.hz.toFixed(0)} Hz, RMS ${tone.rms.toFixed(4)}`);
  assert.equal(await codecOf("inbound-rtp"), "audio/PCMA");
  assert.equal(await codecOf("outbound-rtp"), "audio/PCMA");

  // The fake microphone beeps about once a second.
  await post("/record");
  await page.evaluate(() => window.media.sender.dtmf.insertDTMF("12#", 120, 80));
  const events = await until("three keys", () => post("/events"), (told) => /Digit[^}]*'#'/.test(told));
  const keys = [...events.matchAll(/Digit \{[^}]*digit: '(.)'/g)].map((m) => m[1]).join("");
  assert.equal(keys, "12#");
  const sent = () => page.evaluate(async () => [...(await window.media.pc.getStats()).values()].find((s) => s.type === "outbound-rtp").packetsSent);
  const before = await sent();
  await until("two seconds of microphone", sent, (n) => n >= before + 100);
  const { ms, rms } = JSON.parse(await post("/stop"));
  t.diagnostic(`microphone: ${ms} ms, RMS ${rms.toFixed(4)}`);
  assert.ok(ms >= 2000 && rms > 0.01, `${ms} ms at ${rms}`);

  // The browser's reports, about every five seconds, tell the round trip.
  const hasQuality = (told) => /Quality[^}]*rtt_ms: Some/.test(told);
  await until("the line's quality", () => post("/events"), hasQuality, 2 * WAIT_MS);

  await post("/echo");
  await until("its own microphone", heard, ({ rms }) => rms > 0.02);

  // The page is loaded anew: another connection takes the leg's place, and what it heard goes on.
  await post("/tone");
  await connect();
  await hearsTheTone();
  const story = (await post("/events")).match(/WebUp|WebDown/g);
  assert.deepEqual(story.slice(0, 3), ["WebUp", "WebDown", "WebUp"]);

  // Another offer on the same connection renegotiates it: no new line, no gap.
  await page.evaluate(async () => {
    const { pc } = window.media;
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
    const sdp = await (await fetch("/offer", { method: "POST", body: pc.localDescription.sdp })).text();
    await pc.setRemoteDescription({ type: "answer", sdp });
  });
  await hearsTheTone();
  assert.equal((await post("/events")).match(/WebUp|WebDown/g).length, 3);

  await page.evaluate(() => window.media.pc.close());
  await until("the end of the media", () => post("/events"), (told) => told.match(/WebUp|WebDown/g).length === 4);
});
