/** A picture and a sound that nobody's camera or microphone made: a canvas that never rests, and a quiet tone. */

const FRAMES_A_SECOND = 15;
const TILE = 16;

export interface Synthetic {
  readonly tracks: readonly MediaStreamTrack[];
  close(): void;
}

export function synthetic(width = 640, height = 360): Synthetic {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const drawing = canvas.getContext("2d");
  const timer = setInterval(() => {
    if (drawing !== null) scatter(drawing, width, height);
  }, 1000 / FRAMES_A_SECOND);
  const picture = canvas.captureStream(FRAMES_A_SECOND);
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  return {
    tracks: [...out.stream.getTracks(), ...picture.getTracks()],
    close(): void {
      clearInterval(timer);
      for (const track of [...out.stream.getTracks(), ...picture.getTracks()]) track.stop();
      void context.close();
    },
  };
}

/** Tiles of new colours at new places: what compresses badly shows what the line carries. */
function scatter(drawing: CanvasRenderingContext2D, width: number, height: number): void {
  for (let count = 0; count < 240; count += 1) {
    drawing.fillStyle = `hsl(${String(Math.random() * 360)} 80% ${String(20 + Math.random() * 60)}%)`;
    drawing.fillRect(Math.random() * width, Math.random() * height, TILE, TILE);
  }
}
