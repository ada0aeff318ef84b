/** What an export declared about files that were not as sealed any more: the same as `bridge/damage.py`. Pure. */

import type { Fault } from "./check";

export const DAMAGE = "damage.json";

interface Damage {
  readonly format: number;
  readonly recording: string;
  readonly faults: readonly Fault[];
}

export interface Sorted {
  readonly declared: readonly Fault[];
  readonly faults: readonly Fault[];
}

/** Without `text` nothing was declared. Declared paths are keys, found ones begin with `data/`. */
export function againstDeclared(
  found: readonly Fault[],
  recording: string,
  text: string | undefined,
): Sorted {
  if (text === undefined) return { declared: [], faults: found };
  const damage = parsed(text);
  if (damage?.recording !== recording || damage.faults.length === 0)
    return { declared: [], faults: [...found, untrue(`damage of ${recording}`, "something else")] };
  const declared = new Set(damage.faults.map((fault) => mark(fault, `data/${fault.path}`)));
  const marks = new Set(found.map((fault) => mark(fault, fault.path)));
  const lies = damage.faults
    .filter((fault) => !marks.has(mark(fault, `data/${fault.path}`)))
    .map((fault) => untrue(`${fault.path}: ${fault.algorithm} ${fault.found}`, "not so"));
  return {
    declared: found.filter((fault) => declared.has(mark(fault, fault.path))),
    faults: [...found.filter((fault) => !declared.has(mark(fault, fault.path))), ...lies],
  };
}

function parsed(text: string): Damage | null {
  try {
    const damage = JSON.parse(text) as Partial<Damage> | null;
    const whole = damage?.format === 1 && typeof damage.recording === "string";
    return whole && Array.isArray(damage.faults) ? (damage as Damage) : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function mark(fault: Fault, path: string): string {
  return JSON.stringify([path, fault.algorithm, fault.expected, fault.found]);
}

function untrue(expected: string, found: string): Fault {
  return { path: DAMAGE, algorithm: "form", expected, found };
}
