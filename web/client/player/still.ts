/** A still picture of a tile, as a file of the reader's machine. */

/** Saves what the element shows now under `name`. Nothing happens while it shows nothing. */
export async function saveStill(element: HTMLVideoElement, name: string): Promise<void> {
  if (element.videoWidth === 0) return;
  const canvas = new OffscreenCanvas(element.videoWidth, element.videoHeight);
  canvas.getContext("2d")?.drawImage(element, 0, 0);
  const address = URL.createObjectURL(await canvas.convertToBlob({ type: "image/png" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.png`;
  link.click();
  URL.revokeObjectURL(address);
}
