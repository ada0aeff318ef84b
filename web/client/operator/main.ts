/** Entry of the operator's pages: they are whole without it; it keeps them up to date. */

import { keepUpToDate } from "./board";

const board = document.querySelector<HTMLElement>("#board");
const pause = document.querySelector<HTMLButtonElement>("#board-pause");
if (board !== null && pause !== null) keepUpToDate(board, pause, () => fetchPage());

async function fetchPage(): Promise<string> {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}
