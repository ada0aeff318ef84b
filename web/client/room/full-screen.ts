/** The whole page over the whole screen, where the browser has that (no iPhone does). */

export function canFillScreen(): boolean {
  return document.fullscreenEnabled;
}

export function fillsScreen(): boolean {
  return document.fullscreenElement !== null;
}

/** A browser that refuses stays as it is; its own key (F11) does the same. */
export async function toggleFullScreen(): Promise<void> {
  if (!canFillScreen()) return;
  const asked = fillsScreen()
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  await asked.catch(() => undefined);
}
