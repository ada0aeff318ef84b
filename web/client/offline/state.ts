/** What the offline page shows beside the player, as one value, and the only way it changes. Pure. */

import type { Checked } from "./check";

export type OfflineTrouble = "none" | "several" | "unreadable" | "insecure";

export interface OfflineState {
  readonly lang: string;
  readonly step: "choose" | "checking" | "done";
  /** 0 … 1 */
  readonly progress: number;
  readonly checked: Checked | null;
  /** As the reader typed it. */
  readonly fingerprint: string;
  readonly trouble: OfflineTrouble | null;
}

export type OfflineInput =
  | { type: "lang"; lang: string }
  | { type: "chosen" }
  | { type: "progress"; progress: number }
  | { type: "checked"; checked: Checked }
  | { type: "fingerprint"; fingerprint: string }
  | { type: "trouble"; trouble: OfflineTrouble };

export function firstOfflineState(lang: string): OfflineState {
  return { lang, step: "choose", progress: 0, checked: null, fingerprint: "", trouble: null };
}

/** The state after `input`. What the reader typed outlasts another choice of folder. */
export function reduceOffline(state: OfflineState, input: OfflineInput): OfflineState {
  switch (input.type) {
    case "lang":
      return { ...state, lang: input.lang };
    case "chosen":
      return { ...state, step: "checking", progress: 0, checked: null, trouble: null };
    case "progress":
      return { ...state, progress: input.progress };
    case "checked":
      return { ...state, step: "done", checked: input.checked };
    case "fingerprint":
      return { ...state, fingerprint: input.fingerprint };
    case "trouble":
      return { ...state, step: "choose", trouble: input.trouble };
  }
}
