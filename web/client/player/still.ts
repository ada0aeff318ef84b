/** A still picture of a tile, as a file of the reader's machine: it says itself what it shows. */

export interface StillCaption {
  readonly reception: string;
  readonly name: string;
  readonly point: string;
  /** By the office's wall clock, as people read it. */
  readonly moment: string;
  /** Place in the recording, `00:12:41`. */
  readonly place: string;
  readonly recording: string;
}

/** What no file system takes in a name. */
const UNFIT = /[\\/:*?"<>|\p{Cc}]+/gu;
const LONGEST_NAME = 150;

/** `Reception, name, 2026-11-22 14.05.09 (00.12.41).png` with what file systems take. */
export function stillName({ reception, name, moment, place }: StillCaption): string {
  const text = [reception, name, `${moment} (${place})`].join(", ");
  return `${text.replaceAll(":", ".").replace(UNFIT, "-").slice(-LONGEST_NAME).trim()}.png`;
}

/** Saves what the element shows now, its caption burnt in beneath. Nothing happens while it shows nothing. */
export async function saveStill(element: HTMLVideoElement, caption: StillCaption): Promise<void> {
  if (element.videoWidth === 0) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await drawn(element, caption));
  link.download = stillName(caption);
  link.click();
  URL.revokeObjectURL(link.href);
}

async function drawn(element: HTMLVideoElement, caption: StillCaption): Promise<Blob> {
  const width = element.videoWidth;
  const size = Math.max(11, Math.round(element.videoHeight / 26));
  const strip = Math.round(size * 4.4);
  const canvas = new OffscreenCanvas(width, element.videoHeight + strip);
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser draws no pictures");
  pen.drawImage(element, 0, 0);
  pen.fillStyle = "#000";
  pen.fillRect(0, element.videoHeight, width, strip);
  pen.fillStyle = "#fff";
  pen.font = `${size}px system-ui, sans-serif`;
  const lines = [
    `${caption.name} · ${caption.point}`,
    caption.reception,
    `${caption.moment} · ${caption.place} · ${caption.recording}`,
  ];
  lines.forEach((line, row) => {
    // the fourth argument squeezes a line that is longer than the picture is wide
    pen.fillText(line, size / 2, element.videoHeight + size * 1.3 * (row + 1), width - size);
  });
  return canvas.convertToBlob({ type: "image/png" });
}
