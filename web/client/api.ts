/** Requests to the pages' own server. Every refusal comes out as one `Refusal`, whatever went wrong underneath. */

import type { Params } from "./i18n";
import type { WebProblem } from "./wire/web";

/** Not `code` of the server: the request itself got nowhere. */
export const LINE_DOWN = "line_down";

/** What we ask for is answered in a second; a line that swallows packets would keep a browser waiting for minutes. */
const ANSWER_MS = 10_000;

/** A request that was refused, or that nobody answered (`line_down`). */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly params: Params = {},
  ) {
    super(code);
    this.name = "Refusal";
  }
}

/** `GET`, the answer as bytes or JSON by the caller's choice. Throws Refusal. */
export async function get(address: string, signal?: AbortSignal): Promise<Response> {
  return checked(fetch(address, { credentials: "same-origin", ...(signal && { signal }) }));
}

/** `POST` of JSON with the page's CSRF token. Throws Refusal, `line_down` also when no answer comes. */
export async function post(
  address: string,
  csrf: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return checked(
    fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    }),
  );
}

async function checked(pending: Promise<Response>): Promise<Response> {
  const answer = await pending.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(LINE_DOWN);
  });
  if (answer.ok) return answer;
  throw await refusalOf(answer);
}

async function refusalOf(answer: Response): Promise<Refusal> {
  try {
    const problem = (await answer.json()) as Partial<WebProblem>;
    return new Refusal(problem.code ?? "internal", problem.params ?? {});
  } catch {
    return new Refusal(answer.status >= 500 ? LINE_DOWN : "internal");
  }
}
