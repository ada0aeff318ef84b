/** From what somebody chose or dropped to a bag: which file is what. Pure but for hashing files that came without a folder. */

import type { Manifest } from "../wire/web";
import { hashesOf } from "./bagtext";
import { sha256 } from "./hash";

export interface Picked {
  /** With `/` between its parts; only a name when the browser told no folder. */
  readonly path: string;
  readonly file: File;
}

/** `files` by their path from the bag's root. `whole`: the bag's own manifests are there, not only the record in it. */
export interface Bag {
  readonly files: ReadonlyMap<string, File>;
  readonly manifest: string;
  readonly whole: boolean;
}

export type NoBag = "none" | "several";

const MANIFEST = "manifest.json";
const HASHES = "manifest-sha256.txt";
/** What lies in the record's own folder under a name of its own. */
const RECORD = new Set([MANIFEST, "journal.jsonl", "signature.json"]);
/** `…/data/recordings/ID/manifest.json`; `data/recordings/` is missing when only the record's folder was chosen. */
const PLACE = /^(.*?)(?:data\/)?(?:recordings\/)?([^/]+\/)manifest\.json$/;

/** The one bag among the files. */
export async function bagOf(picked: readonly Picked[]): Promise<Bag | NoBag> {
  const placed = picked.some((one) => one.path.includes("/")) ? picked : await placedByHash(picked);
  const manifests = placed.filter((one) => one.path.endsWith(`/${MANIFEST}`));
  if (manifests.length > 1) return "several";
  const match = PLACE.exec(manifests[0]?.path ?? "");
  const [whole, root, folder] = match ?? [];
  if (whole === undefined || root === undefined || folder === undefined) return "none";
  const above = whole.slice(0, -(folder.length + MANIFEST.length));
  const files = new Map(
    placed
      .filter((one) => one.path.startsWith(root))
      .map((one) => [pathInBag(one.path, root, above), one.file]),
  );
  return { files, manifest: `data/recordings/${folder}${MANIFEST}`, whole: files.has(HASHES) };
}

/** `above`: the folder that the record's own folder lies in, however much of the bag was chosen. */
function pathInBag(path: string, root: string, above: string): string {
  return path.startsWith(above) && path.slice(above.length).includes("/")
    ? `data/recordings/${path.slice(above.length)}`
    : path.slice(root.length);
}

/** Files chosen one by one come without a folder: what each is, its hash says, by the lists that came with them. */
async function placedByHash(picked: readonly Picked[]): Promise<Picked[]> {
  const named = (name: string): File | undefined => picked.find((one) => one.path === name)?.file;
  const sealed = named(MANIFEST);
  if (sealed === undefined) return [];
  const manifest = JSON.parse(await sealed.text()) as Manifest;
  const folder = `data/recordings/${manifest.recording}/`;
  const hashes = named(HASHES);
  const own = hashes === undefined ? null : hashesOf(await hashes.text());
  const paths = pathsByHash(own ?? sealedHashes(manifest, folder));
  const placed: Picked[] = [];
  for (const { path, file } of picked) {
    const known = paths.get(await sha256(await file.arrayBuffer()));
    const inside = RECORD.has(path) ? `${folder}${path}` : path;
    for (const one of known ?? [inside]) placed.push({ path: `bag/${one}`, file });
  }
  return placed;
}

function pathsByHash(hashes: Iterable<[string, string]>): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const [path, hash] of hashes) paths.set(hash, [...(paths.get(hash) ?? []), path]);
  return paths;
}

function sealedHashes(manifest: Manifest, folder: string): [string, string][] {
  const segments = manifest.tracks.flatMap((track) => track.segments);
  return [
    [`${folder}journal.jsonl`, manifest.journal_sha256],
    ...segments.map((one): [string, string] => [`data/${one.key}`, one.sha256]),
  ];
}
