/** Whether the server has a newer client than the one that runs here. */

import { get } from "../api";
import type { BuildView } from "../wire/web";

/** `mine`: the version this page was served with. Throws Refusal. */
export async function newerBuild(mine: string): Promise<boolean> {
  const answer = await get("/build.json");
  return ((await answer.json()) as BuildView).build !== mine;
}
