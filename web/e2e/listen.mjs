// What a browser's softphone hears.

/** Before the page loads: keeps its peer connections, so that a test can listen in. */
export function wiretap(context) {
  return context.addInitScript(() => {
    const Real = window.RTCPeerConnection;
    window.peers = [];
    window.RTCPeerConnection = class extends Real {
      constructor(...args) {
        super(...args);
        window.peers.push(this);
      }
    };
  });
}

/** Root mean square and strongest frequency of what comes out of the loudspeaker for so long. */
export function hear(page, ms) {
  return page.evaluate(async (forMs) => {
    const peer = window.peers.filter((p) => p.connectionState === "connected").at(-1);
    const track = peer?.getReceivers()[0]?.track;
    if (!track) return { rms: 0, hz: 0, peers: window.peers.map((p) => p.connectionState) };
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const bins = new Float32Array(analyser.frequencyBinCount);
    let sum = 0;
    let count = 0;
    const tones = {};
    await new Promise((done) => setTimeout(done, 200));
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      await new Promise((done) => setTimeout(done, 50));
      analyser.getFloatTimeDomainData(samples);
      for (const v of samples) sum += v * v;
      count += samples.length;
      analyser.getFloatFrequencyData(bins);
      let loudest = 0;
      bins.forEach((v, i) => v > bins[loudest] && (loudest = i));
      const hz = Math.round((loudest * context.sampleRate) / analyser.fftSize);
      tones[hz] = (tones[hz] ?? 0) + 1;
    }
    await context.close();
    const hz = Number(Object.entries(tones).sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0);
    return { rms: Math.sqrt(sum / count), hz };
  }, ms);
}

/** Both sides of a recording as the browser decodes it: length in seconds, root mean square of each channel. */
export function decode(page, url) {
  return page.evaluate(async (from) => {
    const bytes = await (await fetch(from)).arrayBuffer();
    const sound = await new OfflineAudioContext(2, 8000, 8000).decodeAudioData(bytes);
    const rms = (channel) => Math.sqrt(sound.getChannelData(channel).reduce((sum, v) => sum + v * v, 0) / sound.length);
    return { seconds: sound.duration, channels: sound.numberOfChannels, left: rms(0), right: rms(1) };
  }, url);
}
