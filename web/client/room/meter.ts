/** How loud a microphone is right now, 0 … 1, for a meter. */

/** -60 dB is a quiet room, -10 dB somebody close to the microphone. */
const FLOOR_DB = -60;
const CEILING_DB = -10;
const EVERY_MS = 100;

/** A root mean square (0 … 1) as a place on the meter. */
export function place(rms: number): number {
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/** Calls `show` ten times a second until the returned function is called. */
export function watchLevel(track: MediaStreamTrack, show: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const sum = samples.reduce((total, sample) => total + sample * sample, 0);
    show(place(Math.sqrt(sum / samples.length)));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}
