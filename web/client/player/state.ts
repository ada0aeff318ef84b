/** What the player shows, as one value, and the only way it changes. Pure. */

import type { FeedState } from "./feed";
import type { Recording } from "./recording";
import type { VerificationReply } from "../wire/web";

export interface Trouble {
  code: string;
  params: Readonly<Record<string, string>>;
}

export interface PlayerState {
  readonly recording: Recording | null;
  readonly purposeNeeded: boolean;
  readonly positionMs: number;
  readonly running: boolean;
  readonly holding: boolean;
  readonly rate: number;
  readonly volume: number;
  /** The seat shown large, null for all equal. */
  readonly large: string | null;
  readonly feeds: Readonly<Record<string, FeedState>>;
  readonly verification: VerificationReply | "asking" | null;
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
  | { type: "large"; seat: string }
  | { type: "verification"; verification: VerificationReply | "asking" | null }
  | { type: "trouble"; trouble: Trouble | null };

export function firstState(purposeNeeded: boolean): PlayerState {
  return {
    recording: null,
    purposeNeeded,
    positionMs: 0,
    running: false,
    holding: false,
    rate: 1,
    volume: 1,
    large: null,
    feeds: {},
    verification: null,
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
  opened: (_, { recording }) => ({ recording, trouble: null }),
  purpose_given: () => ({ purposeNeeded: false, trouble: null }),
  ticked: (state, { positionMs, running, holding, feeds }) => ({
    positionMs,
    running,
    holding,
    feeds: sameStates(state.feeds, feeds) ? state.feeds : feeds,
  }),
  rate: (_, { rate }) => ({ rate }),
  volume: (_, { volume }) => ({ volume: Math.min(1, Math.max(0, volume)) }),
  large: (state, { seat }) => ({ large: state.large === seat ? null : seat }),
  verification: (_, { verification }) => ({ verification }),
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
