/** The agenda before, during, and without any case. */

import { inside, view } from "../examples";
import type { RoomState } from "../state";

const CASES = [1, 2, 3, 4].map((number) => ({ number, title: `Vụ việc ${number}` }));

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  before: inside(view("chair", { state: "planned", began_ms: null, case_began_ms: null })),
  "second of four": inside(view("chair", { cases: CASES, case_number: 2 })),
  empty: inside(view("chair", { cases: [] })),
};
