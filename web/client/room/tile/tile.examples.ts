/** Tiles in every state. */

import { person } from "../examples";
import type { TileFace } from "./tile";

const face = (change: Partial<TileFace>): TileFace => ({
  who: person("agency", "agency"),
  source: "camera",
  stream: null,
  mine: false,
  speaking: false,
  lostS: null,
  waiting: false,
  withheld: null,
  ...change,
});

export const EXAMPLES: Readonly<Record<string, TileFace>> = {
  coming: face({}),
  speaking: face({ who: person("agency", "agency", { microphone_open: true }), speaking: true }),
  "camera off": face({ who: person("agency", "agency", { camera_on: false }) }),
  "line lost": face({ who: person("agency", "agency", { state: "away" }) }),
  "my line lost": face({ mine: true, lostS: 7 }),
  "with the floor and a hand": face({
    who: person("citizen", "citizen", { floor: true, hand_raised: true }),
  }),
  waiting: face({ who: person("citizen", "citizen"), waiting: true }),
  "cannot be shown": face({ withheld: "AV1" }),
  screen: face({ source: "screen" }),
};
