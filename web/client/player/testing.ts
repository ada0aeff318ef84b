/** For tests and examples: the small recording, and acts that only write down what was asked. */

import type { ControlActs } from "./controls/controls";
import { MANIFEST } from "./examples";
import { recordingOf } from "./recording";
import { stepsOf } from "./steps";

export const RECORDING = recordingOf(MANIFEST);
export const STEPS = stepsOf(RECORDING);

export function writtenActs(): ControlActs & { readonly done: string[] } {
  const done: string[] = [];
  const write =
    (name: string) =>
    (...given: unknown[]): void => {
      done.push([name, ...given.filter((one) => typeof one !== "object")].join(" "));
    };
  return {
    done,
    toggle: write("toggle"),
    jump: write("jump"),
    setRate: write("rate"),
    setVolume: write("volume"),
    skipEmpty: write("skip"),
    step: write("step"),
    faster: write("faster"),
    mute: write("mute"),
    enlarge: write("enlarge"),
    still: write("still"),
    keys: write("keys"),
  };
}
