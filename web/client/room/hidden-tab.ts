/** Whether this page can be seen at all: another tab is in front, or the window is put away. */

/** Calls `show` now and at each change. */
export function watchHidden(show: (hidden: boolean) => void): void {
  document.addEventListener("visibilitychange", () => {
    show(document.hidden);
  });
  if (document.hidden) show(true);
}
