/** The chain of a manifest, from its own text (`bridge/manifest.py`): link = sha256 of [link before, segment without link]. */

import { sha256 } from "./hash";
import { NotCanonical, type Raw, type RawArray, type RawObject } from "./raw";

/** The link before the first segment, as JSON. */
const GENESIS = `"${"0".repeat(64)}"`;

/** Keys of the segments at which the chain does not hold, and `chain_head`. Throws NotCanonical for another shape. */
export async function chainFaults(text: string, manifest: Raw): Promise<string[]> {
  const faults: string[] = [];
  let previous = GENESIS;
  for (const segment of segmentsOf(manifest)) {
    const link = member(segment, "link");
    const before = text.slice(segment.from, link.from);
    const after = text.slice(link.to, segment.to);
    const expected = await sha256(`[${previous},${before}""${after}]`);
    previous = text.slice(link.from, link.to);
    const key = member(segment, "key");
    if (previous !== `"${expected}"`)
      faults.push(JSON.parse(text.slice(key.from, key.to)) as string);
  }
  const head = member(manifest, "chain_head");
  if (text.slice(head.from, head.to) !== previous) faults.push("chain_head");
  return faults;
}

function segmentsOf(manifest: Raw): RawObject[] {
  return array(member(manifest, "tracks"))
    .items.flatMap((track) => array(member(track, "segments")).items)
    .map(object);
}

function member(of: Raw, name: string): Raw {
  const found = object(of).members.get(name);
  if (found === undefined) throw new NotCanonical(of.from);
  return found;
}

function object(raw: Raw): RawObject {
  if (raw.kind !== "object") throw new NotCanonical(raw.from);
  return raw;
}

function array(raw: Raw): RawArray {
  if (raw.kind !== "array") throw new NotCanonical(raw.from);
  return raw;
}
