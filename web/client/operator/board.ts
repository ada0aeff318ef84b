/**
 * Puts the board of a freshly rendered page in the place of the old one, every few seconds.
 *
 * Nothing moves under a reader: what has the focus keeps it, what was unfolded stays so, a form is not replaced
 * while somebody is in it, a page nobody looks at is not asked for, and it can be held still (WCAG 2.2.2).
 */

/** Calls `page` for the whole page's text every `data-every` seconds; the returned function ends it. */
export function keepUpToDate(
  board: HTMLElement,
  pause: HTMLButtonElement,
  page: () => Promise<string>,
): () => void {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!isHeld(pause)));
  });
  const timer = setInterval(
    () => {
      if (!isHeld(pause) && document.visibilityState === "visible") void refresh(board, page);
    },
    Number(board.dataset["every"]) * 1000,
  );
  return () => {
    clearInterval(timer);
  };
}

function isHeld(pause: HTMLButtonElement): boolean {
  return pause.getAttribute("aria-pressed") === "true";
}

/** One time. What cannot be fetched is said; the old board stays. */
export async function refresh(board: HTMLElement, page: () => Promise<string>): Promise<void> {
  try {
    const fresh = new DOMParser()
      .parseFromString(await page(), "text/html")
      .querySelector<HTMLElement>("#board");
    if (fresh === null) throw new Error("no board in the page");
    replace(board, fresh);
    say(fresh.ownerDocument);
  } catch {
    const stale = board.querySelector<HTMLElement>("[data-board-stale]");
    if (stale !== null) stale.hidden = false;
  }
}

function replace(board: HTMLElement, fresh: HTMLElement): void {
  const focused = board.contains(document.activeElement) ? document.activeElement : null;
  if (focused?.closest("form") !== null && focused !== null) return;
  board.replaceChildren(...fresh.childNodes);
  if (focused !== null && focused.id !== "") document.getElementById(focused.id)?.focus();
}

/** The region that is read aloud stays the same element beside the board: it speaks only when it says something new. */
function say(fresh: Document): void {
  const old = document.querySelector("#board-said");
  const said = fresh.querySelector("#board-said");
  if (old === null || said === null) return;
  if (old.textContent.trim() !== said.textContent.trim()) old.replaceChildren(...said.childNodes);
}
