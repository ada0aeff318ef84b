import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepUpToDate, refresh } from "./board";

const page = (text: string, said = "1 room"): string =>
  `<p id="board-said">${said}</p><button id="board-pause" hidden></button>
   <div id="board" data-every="10"><p data-board-stale hidden>stale</p>${text}</div>`;

let board: HTMLElement;
let pause: HTMLButtonElement;

beforeEach(() => {
  document.body.innerHTML = page(
    '<a id="one" href="/">one</a><form><button id="go">go</button></form>',
  );
  board = document.querySelector<HTMLElement>("#board")!;
  pause = document.querySelector<HTMLButtonElement>("#board-pause")!;
});

describe("the operator's board", () => {
  it("shows the new page and keeps the focus where it was", async () => {
    document.getElementById("one")!.focus();
    await refresh(board, () => Promise.resolve(page('<a id="one" href="/">two</a>', "2 rooms")));
    expect(board.textContent).toContain("two");
    expect(document.activeElement?.textContent).toBe("two");
    expect(document.querySelector("#board-said")?.textContent).toBe("2 rooms");
  });

  it("does not touch a region that says the same", async () => {
    const said = document.querySelector("#board-said")!.firstChild;
    await refresh(board, () => Promise.resolve(page("new")));
    expect(document.querySelector("#board-said")!.firstChild).toBe(said);
  });

  it("moves nothing while somebody is in a form", async () => {
    document.getElementById("go")!.focus();
    await refresh(board, () => Promise.resolve(page("new")));
    expect(board.textContent).toContain("one");
  });

  it("says when it cannot be fetched, and keeps what it has", async () => {
    await refresh(board, () => Promise.reject(new Error("away")));
    expect(board.querySelector<HTMLElement>("[data-board-stale]")?.hidden).toBe(false);
    expect(board.textContent).toContain("one");
    await refresh(board, () => Promise.resolve(page("new")));
    expect(board.querySelector<HTMLElement>("[data-board-stale]")?.hidden).toBe(true);
  });

  it("asks every ten seconds, and can be held still", () => {
    vi.useFakeTimers();
    const asked = vi.fn(() => Promise.resolve(page("new")));
    const end = keepUpToDate(board, pause, asked);
    expect(pause.hidden).toBe(false);
    vi.advanceTimersByTime(20_000);
    expect(asked).toHaveBeenCalledTimes(2);
    pause.click();
    vi.advanceTimersByTime(20_000);
    expect(asked).toHaveBeenCalledTimes(2);
    end();
    vi.useRealTimers();
  });
});
