/** One soft tone, to be called by or to test loudspeakers with. */

const SECONDS = 0.9;
/** A quiet fifth: heard in a busy office, startling nobody. */
const PITCHES = [523.25, 784];

/** Plays it once. Resolves when it has ended; a browser that holds sound back plays nothing. */
export async function playTone(): Promise<void> {
  const context = new AudioContext();
  const volume = new GainNode(context, { gain: 0 });
  volume.connect(context.destination);
  const now = context.currentTime;
  volume.gain.linearRampToValueAtTime(0.15, now + 0.05);
  volume.gain.linearRampToValueAtTime(0, now + SECONDS);
  PITCHES.forEach((frequency, index) => {
    const voice = new OscillatorNode(context, { frequency });
    voice.connect(volume);
    voice.start(now + index * 0.2);
    voice.stop(now + SECONDS);
  });
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000 + 100));
  await context.close();
}
