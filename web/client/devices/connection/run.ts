/** The whole test: one path after the other, then the report. One at a time, so that no path takes another's room. */

import { post } from "../../api";
import { tryWebSocket } from "./echo";
import { PATHS, untried, type LinePath } from "./paths";
import { tryPath } from "./probe";
import type {
  LineProbeReply,
  LineTestKept,
  LineTestReport,
  LineTestStart,
  PathResult,
} from "../../wire/web";

/** `failed`: the test itself was not begun (too many at once, or the server does not answer). */
export type LineTestState =
  | { readonly stage: "idle" }
  | { readonly stage: "running"; readonly path: LinePath }
  | { readonly stage: "done"; readonly paths: readonly PathResult[]; readonly number: string }
  | { readonly stage: "failed" };

/** Tells `show` of each step. Never throws. */
export async function runLineTest(
  address: string,
  csrf: string,
  show: (state: LineTestState) => void,
): Promise<void> {
  try {
    show({ stage: "running", path: "websocket" });
    const start = (await (await post(address, csrf, {})).json()) as LineTestStart;
    const paths: PathResult[] = [];
    for (const path of PATHS) {
      show({ stage: "running", path });
      paths.push(await one(path, start, csrf));
    }
    show({ stage: "done", paths, number: await report({ run: start.run, paths }, csrf) });
  } catch {
    show({ stage: "failed" });
  }
}

/** What the server refuses (full, or the run too old) says nothing of the line. */
async function one(path: LinePath, start: LineTestStart, csrf: string): Promise<PathResult> {
  if (path === "websocket") return tryWebSocket(echoAddress(start.run), start.seconds);
  const exchange = async (sdp: string): Promise<string> => {
    const answer = await post("/line-test/probe", csrf, { run: start.run, sdp });
    return ((await answer.json()) as LineProbeReply).sdp;
  };
  return tryPath(path, start, exchange).catch(() => untried(path));
}

function echoAddress(run: string): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/line-test/echo?run=${encodeURIComponent(run)}`;
}

/** Without it the reader still sees what was measured. */
async function report(body: LineTestReport, csrf: string): Promise<string> {
  try {
    const kept = await post("/line-test/report", csrf, body);
    return ((await kept.json()) as LineTestKept).number;
  } catch {
    return "";
  }
}
