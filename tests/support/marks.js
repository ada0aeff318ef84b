// Marks in a browser: the same pictures, tones and beeps as deploy/marks, painted on a canvas and published in
// place of camera, microphone and screen; and their readers. Added to every page of a test before its own scripts.
//
// Settings come from window.diemcauMark = { code, name, width, height, fps, offsetMs, pauses, ownDevices }; with ownDevices the
// browser publishes its own camera and microphone, and only the readers are here.
"use strict";

(() => {
  const COLUMNS = 20;
  const ROWS = 5;
  const TOP = 96 / 180;
  const ROW_HEIGHT = 16 / 180;
  const SYNC = [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0];
  const BYTES = 11;
  const BEEP_HZ = 3000;
  const BEEP_SECONDS = 0.06;
  const settings = () => ({
    code: 1,
    name: "",
    width: 320,
    height: 180,
    fps: 25,
    offsetMs: 0,
    ...window.diemcauMark,
  });
  const toneOf = (code) => 300 + 50 * (code % 40);
  const now = () => performance.timeOrigin + performance.now() + settings().offsetMs;

  // ── the code ────────────────────────────────────────────────────────────────────────────────────────────────

  function crc16(bytes) {
    let crc = 0xffff;
    for (const byte of bytes) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit++)
        crc = ((crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff) >>> 0;
    }
    return crc;
  }

  const bigEndian = (value, length) =>
    Array.from({ length }, (_, place) => Math.floor(value / 2 ** (8 * (length - 1 - place))) % 256);
  const fromBytes = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

  function packMark(code, frame, utcMs) {
    const body = [code & 0xff, ...bigEndian(frame % 65536, 2), ...bigEndian(Math.floor(utcMs), 6)];
    const bytes = [...body, ...bigEndian(crc16(body), 2)];
    return [
      ...SYNC,
      ...bytes.flatMap((byte) =>
        Array.from({ length: 8 }, (_, place) => (byte >> (7 - place)) & 1),
      ),
    ];
  }

  function unpackMark(bits) {
    if (SYNC.some((bit, place) => bits[place] !== bit)) return null;
    const bytes = Array.from({ length: BYTES }, (_, place) =>
      bits
        .slice(SYNC.length + 8 * place, SYNC.length + 8 * place + 8)
        .reduce((sum, bit) => sum * 2 + bit, 0),
    );
    if (crc16(bytes.slice(0, 9)) !== fromBytes(bytes.slice(9))) return null;
    return {
      code: bytes[0],
      frame: fromBytes(bytes.slice(1, 3)),
      utc_ms: fromBytes(bytes.slice(3, 9)),
    };
  }

  // ── painting ────────────────────────────────────────────────────────────────────────────────────────────────

  function paint(canvas, frame, what) {
    const { code, name } = settings();
    const at = now();
    const paper = canvas.getContext("2d", { alpha: false });
    const row = canvas.height * ROW_HEIGHT;
    const block = canvas.width / COLUMNS;
    paper.fillStyle = `hsl(${(code * 150) % 360} 75% 27%)`;
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.fillStyle = "white";
    paper.font = `${Math.round(row * 1.2)}px sans-serif`;
    paper.fillText(`${code} ${name} ${what}`, row / 2, row * 1.6);
    paper.fillText(new Date(at).toISOString().slice(11, 19), row / 2, row * 3.2);
    paper.fillStyle = "rgb(19 19 19)";
    paper.fillRect(0, row * 5, canvas.width, canvas.height);
    paper.fillStyle = "rgb(238 238 238)";
    paper.fillRect(Math.floor(((at % 1000) * COLUMNS) / 1000) * block, row * 5, block, row);
    packMark(code, frame, at).forEach((bit, place) => {
      const top = canvas.height * TOP + Math.floor(place / COLUMNS) * row;
      if (bit) paper.fillRect((place % COLUMNS) * block, top, block, row);
    });
  }

  // The browser is started so that timers of pages out of sight go on at their pace.
  const ticker = (perSecond, tick) => setInterval(tick, 1000 / perSecond);

  const made = {};

  function pictureTrack(what, width, height) {
    made[what] ??= (() => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const track = canvas.captureStream(0).getVideoTracks()[0];
      let frame = 0;
      ticker(settings().fps, () => {
        paint(canvas, frame++, what);
        track.requestFrame();
      });
      return { track };
    })();
    return made[what].track.clone();
  }

  function soundTrack() {
    made.sound ??= (() => {
      const context = new AudioContext({ sampleRate: 48000 });
      const out = context.createMediaStreamDestination();
      const tone = new OscillatorNode(context, { frequency: toneOf(settings().code) });
      const gain = new GainNode(context, { gain: 0.08 });
      tone.connect(gain).connect(out);
      tone.start();
      const track = out.stream.getAudioTracks()[0];
      if (settings().pauses) {
        // A second of tone, then three of silence.
        ticker(20, () => (gain.gain.value = now() % 4000 < 1000 ? 0.08 : 0));
        void context.resume();
        return { track };
      }
      let announced = 0;
      const beeps = () => {
        const second = Math.floor(now() / 1000) + 1;
        if (second === announced || context.state !== "running") return;
        announced = second;
        const when = context.currentTime + (second * 1000 - now()) / 1000;
        const beep = new OscillatorNode(context, { frequency: BEEP_HZ });
        beep.connect(new GainNode(context, { gain: 0.4 })).connect(out);
        beep.start(when);
        beep.stop(when + BEEP_SECONDS);
      };
      ticker(5, beeps);
      void context.resume();
      return { track };
    })();
    return made.sound.track.clone();
  }

  const devices = navigator.mediaDevices;
  if (devices && !settings().ownDevices) {
    devices.getUserMedia = async (wanted = {}) => {
      const { width, height } = settings();
      const tracks = [];
      if (wanted.audio) tracks.push(soundTrack());
      if (wanted.video) tracks.push(pictureTrack("camera", width, height));
      return new MediaStream(tracks);
    };
    devices.getDisplayMedia = async () => new MediaStream([pictureTrack("screen", 640, 360)]);
  }

  // ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────

  const MIDDLE = [0.3, 0.43, 0.57, 0.7];
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const glass = document.createElement("canvas");

  // The mark in the picture that a <video> shows now; null when it shows none.
  function readMark(video) {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width || !height) return null;
    glass.width = width;
    glass.height = height;
    const paper = glass.getContext("2d", { willReadFrequently: true });
    paper.drawImage(video, 0, 0);
    const { data } = paper.getImageData(0, 0, width, height);
    const green = (x, y) => data[4 * (Math.floor(y) * width + Math.floor(x)) + 1];
    const blocks = Array.from({ length: COLUMNS * ROWS }, (_, place) => {
      const left = place % COLUMNS;
      const top = TOP + Math.floor(place / COLUMNS) * ROW_HEIGHT;
      const samples = MIDDLE.flatMap((down) =>
        MIDDLE.map((across) =>
          green(((left + across) * width) / COLUMNS, (top + down * ROW_HEIGHT) * height),
        ),
      );
      return mean(samples);
    });
    const of = (bit) =>
      mean(blocks.slice(0, SYNC.length).filter((_, place) => SYNC[place] === bit));
    if (of(1) - of(0) < 40) return null;
    const middle = (of(0) + of(1)) / 2;
    return unpackMark(blocks.map((block) => (block > middle ? 1 : 0)));
  }

  // As readMark, of the next picture that comes, with the media time it belongs to.
  const nextMark = (video) =>
    new Promise((resolve) =>
      video.requestVideoFrameCallback((_, frame) =>
        resolve({ mark: readMark(video), mediaTime: frame.mediaTime, at: now() }),
      ),
    );

  function amplitudeOf(hz, samples, rate) {
    const factor = 2 * Math.cos((2 * Math.PI * hz) / rate);
    let before = 0;
    let last = 0;
    for (const sample of samples) [before, last] = [last, sample + factor * last - before];
    return (
      (2 * Math.sqrt(Math.max(0, before * before + last * last - factor * before * last))) /
      samples.length
    );
  }

  // How strong each participant's tone is in what an <audio> or <video> plays, listening `ms` milliseconds.
  async function hear(element, codes, ms = 300) {
    const stream = element.srcObject ?? element.captureStream();
    if (!stream.getAudioTracks().length) return {};
    const context = new AudioContext({ sampleRate: 48000 });
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(stream).connect(analyser);
    await context.resume();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    await context.close();
    return Object.fromEntries(
      codes.map((code) => [code, amplitudeOf(toneOf(code), samples, 48000)]),
    );
  }

  // Every element of the page, those that components keep in shadow trees too.
  const everything = (root = document) =>
    [...root.querySelectorAll("*")].flatMap((node) => [
      node,
      ...(node.shadowRoot ? everything(node.shadowRoot) : []),
    ]);
  // Seen by a person: large enough, within the window, and nothing of another tile on top of its middle.
  const isShown = (video) => {
    const { left, top, width, height } = video.getBoundingClientRect();
    if (width < 80 || height < 45) return false;
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    const tile = video.closest("article");
    return above === video || (tile !== null && tile.contains(above));
  };
  const videos = () =>
    everything().filter((node) => node instanceof HTMLVideoElement && isShown(node));
  const players = () =>
    everything().filter((node) => node instanceof HTMLMediaElement && !node.muted && !node.paused);

  window.marks = { packMark, unpackMark, readMark, nextMark, hear, videos, players, toneOf, now };
})();
