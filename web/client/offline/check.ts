/**
 * Checks a bag whole: the sealed record (form, chain, every byte, signature) and the bag around it. Every fault is
 * collected. The same as `bridge/verification.py` and `storage/bag/checking.py`, in the reader's own browser.
 */

import { recordingOf, type Recording } from "../player/recording";
import type { Manifest } from "../wire/web";
import { hashesOf, infoOf } from "./bagtext";
import { chainFaults } from "./chain";
import { againstDeclared, DAMAGE } from "./damage";
import type { Bag } from "./folder";
import { sameFrames } from "./forms";
import { sha256 } from "./hash";
import { playedPath } from "./pieces";
import { NotCanonical, scanned } from "./raw";
import { checkedSignature, type Signed } from "./signature";

/** One thing that is not as it should be; words as in `bridge.verification.Fault`. */
export interface Fault {
  readonly path: string;
  readonly algorithm: "sha256" | "size" | "chain" | "presence" | "form" | "signature" | "frames";
  readonly expected: string;
  readonly found: string;
}

/** `manifest`, `recording` null: it cannot be read, so nothing can be played. `whole`: the bag was checked too, not only the record. */
export interface Checked {
  readonly manifest: Manifest | null;
  readonly recording: Recording | null;
  readonly manifestSha256: string;
  readonly signed: Signed;
  readonly whole: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly Fault[];
  /** Found exactly as the export declared it (`damage.json`): the recording was damaged then already. */
  readonly declared: readonly Fault[];
}

export type Told = (doneBytes: number, allBytes: number) => void;

/** What a file has to be, and who says so. */
interface Wanted {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number | null;
}

const HASHES = "manifest-sha256.txt";
const TAG_HASHES = "tagmanifest-sha256.txt";
const INFO = "bag-info.txt";

export async function checked(bag: Bag, told: Told): Promise<Checked> {
  const faults: Fault[] = [];
  const bytes = (await bag.files.get(bag.manifest)?.arrayBuffer()) ?? new ArrayBuffer(0);
  const manifest = await sealedManifest(bag.manifest, bytes, faults);
  const recording = manifest === null ? null : playable(bag.manifest, manifest, faults);
  const signed = await signature(bag, bytes, faults);
  const read = await checkAll(bag, manifest, faults, told);
  const damage = await bag.files.get(DAMAGE)?.text();
  const sorted = againstDeclared(faults, manifest?.recording ?? "", damage);
  return {
    manifest,
    recording,
    manifestSha256: await sha256(bytes),
    signed,
    whole: bag.whole,
    files: read.files,
    bytes: read.bytes,
    ...sorted,
  };
}

/** Every file that the record and the bag's lists name, and what nobody names. */
async function checkAll(
  bag: Bag,
  manifest: Manifest | null,
  faults: Fault[],
  told: Told,
): Promise<{ files: number; bytes: number }> {
  const wanted = [
    ...(manifest === null ? [] : sealedFiles(bag, manifest)),
    ...(bag.whole ? await listedFiles(bag, faults) : []),
  ];
  const read = await checkFiles(bag, wanted, faults, told);
  if (bag.whole) faults.push(...(await strangers(bag, wanted)));
  if (manifest === null) return read;
  faults.push(...(await formFaults(bag, manifest, faults)));
  if (bag.whole) faults.push(...strays(bag, manifest, faults));
  return read;
}

// ── the sealed record ────────────────────────────────────────────────────────────────────────────────────────────

async function sealedManifest(
  path: string,
  bytes: ArrayBuffer,
  faults: Fault[],
): Promise<Manifest | null> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const broken = await chainFaults(text, scanned(text));
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.format !== 1) throw new TypeError(`form ${manifest.format}`);
    for (const key of broken)
      faults.push({
        path: key,
        algorithm: "chain",
        expected: "continues the chain",
        found: "does not",
      });
    return manifest;
  } catch (error) {
    if (!(
      error instanceof NotCanonical ||
      error instanceof TypeError ||
      error instanceof SyntaxError
    ))
      throw error;
    faults.push({ path, algorithm: "form", expected: "a manifest", found: error.message });
    return null;
  }
}

/** A manifest that hangs together but tells of nothing that can be played is a fault too. */
function playable(path: string, manifest: Manifest, faults: Fault[]): Recording | null {
  try {
    return recordingOf(manifest);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    faults.push({ path, algorithm: "form", expected: "a manifest", found: error.message });
    return null;
  }
}

function sealedFiles(bag: Bag, manifest: Manifest): Wanted[] {
  const folder = bag.manifest.slice(0, -"manifest.json".length);
  const journal = { path: `${folder}journal.jsonl`, sha256: manifest.journal_sha256, bytes: null };
  const segments = manifest.tracks.flatMap((track) => track.segments);
  return [
    journal,
    ...segments.map((one) => ({ path: `data/${one.key}`, sha256: one.sha256, bytes: one.bytes })),
  ];
}

async function signature(bag: Bag, manifest: ArrayBuffer, faults: Fault[]): Promise<Signed> {
  const path = bag.manifest.replace(/manifest\.json$/, "signature.json");
  try {
    const signed = await checkedSignature((await bag.files.get(path)?.text()) ?? null, manifest);
    if (signed.state === "broken")
      faults.push({ path, algorithm: "signature", expected: signed.key, found: "does not hold" });
    return signed;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    faults.push({ path, algorithm: "form", expected: "a signature", found: error.message });
    return { state: "broken", key: "" };
  }
}

// ── the bag around it ────────────────────────────────────────────────────────────────────────────────────────────

async function listedFiles(bag: Bag, faults: Fault[]): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const list of [HASHES, TAG_HASHES]) {
    const file = bag.files.get(list);
    const hashes = file === undefined ? null : hashesOf(await file.text());
    if (file === undefined)
      faults.push({ path: list, algorithm: "presence", expected: "present", found: "missing" });
    else if (hashes === null)
      faults.push({ path: list, algorithm: "form", expected: "hashes and paths", found: "" });
    for (const [path, hash] of hashes ?? []) wanted.push({ path, sha256: hash, bytes: null });
  }
  return wanted;
}

/** Files that no list names, and the sum of the payload. */
async function strangers(bag: Bag, wanted: readonly Wanted[]): Promise<Fault[]> {
  const named = new Set([...wanted.map((one) => one.path), TAG_HASHES]);
  const faults = [...bag.files.keys()]
    .filter((path) => !named.has(path))
    .map((path): Fault => ({
      path,
      algorithm: "presence",
      expected: "not in the bag",
      found: "present",
    }));
  const payload = [...bag.files].filter(([path]) => path.startsWith("data/"));
  const octets = payload.reduce((sum, [, file]) => sum + file.size, 0);
  const said = infoOf((await bag.files.get(INFO)?.text()) ?? "", "Payload-Oxum");
  const found = `${octets}.${payload.length}`;
  if (said !== found) faults.push({ path: INFO, algorithm: "size", expected: said, found });
  return faults;
}

/** Files among the payload that neither the manifest names nor a form's comparison covers: nobody sealed them. */
function strays(bag: Bag, manifest: Manifest, before: readonly Fault[]): Fault[] {
  const segments = manifest.tracks.flatMap((track) => track.segments);
  const sealed = new Set([
    bag.manifest,
    bag.manifest.replace(/manifest\.json$/, "signature.json"),
    ...sealedFiles(bag, manifest).map((one) => one.path),
    ...segments.map(playedPath),
    ...before.map((fault) => fault.path),
  ]);
  return [...bag.files.keys()]
    .filter((path) => path.startsWith("data/") && !sealed.has(path))
    .map((path) => ({
      path,
      algorithm: "presence",
      expected: "not in the record",
      found: "present",
    }));
}

/** Of forms for browsers, which nobody signed: each shows the frames of its master. */
async function formFaults(
  bag: Bag,
  manifest: Manifest,
  before: readonly Fault[],
): Promise<Fault[]> {
  const known = new Set(before.map((fault) => fault.path));
  const faults: Fault[] = [];
  for (const segment of manifest.tracks.flatMap((track) => track.segments)) {
    const [path, sealed] = [playedPath(segment), `data/${segment.key}`];
    const [form, master] = [bag.files.get(path), bag.files.get(sealed)];
    if (path === sealed || known.has(path) || form === undefined || master === undefined) continue;
    if (!sameFrames(await bytesOf(master), await bytesOf(form)))
      faults.push({ path, algorithm: "frames", expected: `those of ${sealed}`, found: "others" });
  }
  return faults;
}

/** Empty for a file that cannot be read any more, of which the hash told. */
async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return new Uint8Array();
  }
}

// ── every byte ───────────────────────────────────────────────────────────────────────────────────────────────────

async function checkFiles(
  bag: Bag,
  wanted: readonly Wanted[],
  faults: Fault[],
  told: Told,
): Promise<{ files: number; bytes: number }> {
  const byPath = new Map<string, Wanted[]>();
  for (const one of wanted) byPath.set(one.path, [...(byPath.get(one.path) ?? []), one]);
  const sizes = [...byPath.keys()].map((path) => bag.files.get(path)?.size ?? 0);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let files = 0;
  let bytes = 0;
  for (const [path, rules] of byPath) {
    const file = bag.files.get(path);
    if (file === undefined) {
      faults.push({ path, algorithm: "presence", expected: "present", found: "missing" });
      continue;
    }
    faults.push(...(await fileFaults(file, rules)));
    files += 1;
    bytes += file.size;
    told(bytes, all);
  }
  return { files, bytes };
}

async function fileFaults(file: File, rules: readonly Wanted[]): Promise<Fault[]> {
  const found = await hashOf(file);
  const faults = new Map<string, Fault>();
  for (const { path, sha256: expected, bytes } of rules) {
    if (bytes !== null && bytes !== file.size)
      faults.set("size", {
        path,
        algorithm: "size",
        expected: String(bytes),
        found: String(file.size),
      });
    if (expected !== found) faults.set(expected, { path, algorithm: "sha256", expected, found });
  }
  return [...faults.values()];
}

/** A file that the browser may not or cannot read any more is a fault like any other, not the end of the check. */
async function hashOf(file: File): Promise<string> {
  try {
    return await sha256(await file.arrayBuffer());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return `unreadable: ${error.name}`;
  }
}
