/** What the player shows, as one value, and the only way it changes. Pure. */

import type { Params } from "../i18n";
import type { FeedState } from "./feed";
import type { Recording } from "./recording";
import { shown, stepsOf, type Showing, type Step } from "./steps";
import type { VerificationView } from "../wire/web";

export interface Trouble {
  code: string;
  params: Params;
}

export interface PlayerState {
  readonly recording: Recording | null;
  /** Everything that happened, and what of it the reader wants listed. */
  readonly steps: readonly Step[];
  readonly listed: readonly Step[];
  readonly showing: Showing;
  readonly purposeNeeded: boolean;
  readonly positionMs: number;
  readonly running: boolean;
  readonly holding: boolean;
  readonly rate: number;
  readonly volume: number;
  /** What the volume was before the sound was switched off, null while it is on. */
  readonly muted: number | null;
  /** The tile shown large, null for all equal. */
  readonly large: string | null;
  readonly feeds: Readonly<Record<string, FeedState>>;
  readonly verification: VerificationView | null;
  readonly keys: boolean;
  readonly trouble: Trouble | null;
}

export type Input =
  | { type: "opened"; recording: Recording }
  | { type: "purpose_given" }
  | {
      type: "ticked";
      positionMs: number;
      running: boolean;
      holding: boolean;
      feeds: Readonly<Record<string, FeedState>>;
    }
  | { type: "rate"; rate: number }
  | { type: "volume"; volume: number }
  | { type: "mute" }
  | { type: "large"; tile: string | null }
  | { type: "showing"; showing: Showing }
  | { type: "verifying" }
  | { type: "verification"; verification: VerificationView }
  | { type: "verification_unknown" }
  | { type: "keys"; open: boolean }
  | { type: "trouble"; trouble: Trouble | null };

export function firstState(purposeNeeded: boolean): PlayerState {
  return {
    recording: null,
    steps: [],
    listed: [],
    showing: "main",
    purposeNeeded,
    positionMs: 0,
    running: false,
    holding: false,
    rate: 1,
    volume: 1,
    muted: null,
    large: null,
    feeds: {},
    verification: null,
    keys: false,
    trouble: null,
  };
}

type Rules = {
  [Type in Input["type"]]: (
    state: PlayerState,
    input: Extract<Input, { type: Type }>,
  ) => Partial<PlayerState>;
};

const RULES: Rules = {
  opened: (state, { recording }) => {
    const steps = stepsOf(recording);
    return { recording, steps, listed: shown(steps, state.showing), trouble: null };
  },
  purpose_given: () => ({ purposeNeeded: false, trouble: null }),
  ticked: (state, { positionMs, running, holding, feeds }) => ({
    positionMs,
    running,
    holding,
    feeds: sameStates(state.feeds, feeds) ? state.feeds : feeds,
  }),
  rate: (_, { rate }) => ({ rate }),
  volume: (_, { volume }) => ({ volume: Math.min(1, Math.max(0, volume)), muted: null }),
  mute: (state) =>
    state.muted === null
      ? { volume: 0, muted: state.volume }
      : { volume: state.muted, muted: null },
  large: (state, { tile }) => ({ large: state.large === tile ? null : tile }),
  showing: (state, { showing }) => ({ showing, listed: shown(state.steps, showing) }),
  verifying: (state) => ({
    trouble: null,
    verification: {
      running: true,
      checked: 0,
      total: 0,
      failed: "",
      last: state.verification?.last ?? null,
    },
  }),
  verification: (_, { verification }) => ({ verification }),
  // Nobody answers: what is known stays, and one may ask again.
  verification_unknown: ({ verification }) => ({
    verification: verification && { ...verification, running: false },
  }),
  keys: (_, { open }) => ({ keys: open }),
  trouble: (_, { trouble }) => ({ trouble }),
};

/** The state after `input`. Pure. */
export function reduce(state: PlayerState, input: Input): PlayerState {
  const rule = RULES[input.type] as (state: PlayerState, input: Input) => Partial<PlayerState>;
  return { ...state, ...rule(state, input) };
}

type States = PlayerState["feeds"];

function sameStates(one: States, other: States): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
