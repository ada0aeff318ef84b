/** The signature of a manifest: `signature.json` beside it signs the manifest's exact bytes. */

import { sha256 } from "./hash";

/** `unknown`: this browser cannot check such a signature, which is not the same as a good one. */
export type Signed =
  | { state: "unsigned" }
  | { state: "holds"; key: string }
  | { state: "broken"; key: string }
  | { state: "unknown"; key: string; algorithm: string };

interface Parsed {
  algorithm: string;
  key: string;
  publicKey: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

interface Scheme {
  readonly imported: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams;
  readonly verified: AlgorithmIdentifier | EcdsaParams | RsaPssParams;
  /** The signature as WebCrypto takes it; null when it is of no such form. */
  readonly form: (signature: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null;
}

const asIs = (signature: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => signature;

function ecdsa(namedCurve: string, hash: string, width: number): Scheme {
  return {
    imported: { name: "ECDSA", namedCurve },
    verified: { name: "ECDSA", hash },
    form: (signature) => joinedNumbers(signature, width),
  };
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  ed25519: { imported: { name: "Ed25519" }, verified: { name: "Ed25519" }, form: asIs },
  "ecdsa-p256-sha256": ecdsa("P-256", "SHA-256", 32),
  "ecdsa-p384-sha384": ecdsa("P-384", "SHA-384", 48),
  "rsa-pss-sha256": {
    imported: { name: "RSA-PSS", hash: "SHA-256" },
    // The salt is as long as the hash (RFC 8017, 9.1).
    verified: { name: "RSA-PSS", saltLength: 32 },
    form: asIs,
  },
};

/** Checks it. `text` null: there is no signature. Throws SyntaxError or TypeError for a file that is none. */
export async function checkedSignature(
  text: string | null,
  manifest: BufferSource,
): Promise<Signed> {
  if (text === null) return { state: "unsigned" };
  const parsed = parsedSignature(text);
  const fingerprint = await sha256(parsed.publicKey);
  if (fingerprint !== parsed.key) return { state: "broken", key: fingerprint };
  const scheme = SCHEMES[parsed.algorithm];
  const key = scheme === undefined ? null : await imported(scheme, parsed.publicKey);
  if (scheme === undefined || key === null)
    return { state: "unknown", key: fingerprint, algorithm: parsed.algorithm };
  const form = scheme.form(parsed.signature);
  const holds = form !== null && (await crypto.subtle.verify(scheme.verified, key, form, manifest));
  return { state: holds ? "holds" : "broken", key: fingerprint };
}

/** The key, null when the browser does not know its kind. Throws for bytes that are no key of that kind. */
async function imported(
  scheme: Scheme,
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey("spki", publicKey, scheme.imported, false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    throw new TypeError("the public key cannot be read", { cause: error });
  }
}

function parsedSignature(text: string): Parsed {
  const found = JSON.parse(text) as Record<string, unknown>;
  if (found["format"] !== 1) throw new TypeError("a signature of another form");
  return {
    algorithm: String(found["algorithm"]),
    key: String(found["key"]),
    publicKey: bytesOf(found["public_key"]),
    signature: bytesOf(found["signature"]),
  };
}

function bytesOf(base64: unknown): Uint8Array<ArrayBuffer> {
  if (typeof base64 !== "string") throw new TypeError("a signature without its bytes");
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new TypeError("a signature that is not base64");
  }
}

/** ECDSA's two numbers, from DER (RFC 3279, 2.2.3) to one after the other as WebCrypto takes them; null: no such DER. */
export function joinedNumbers(
  der: Uint8Array<ArrayBuffer>,
  width: number,
): Uint8Array<ArrayBuffer> | null {
  const outer = elementAt(der, 0, 0x30);
  if (outer?.to !== der.length) return null;
  const first = elementAt(der, outer.from, 0x02);
  const second = first === null ? null : elementAt(der, first.to, 0x02);
  if (first === null || second?.to !== der.length) return null;
  const numbers = new Uint8Array(2 * width);
  for (const [{ from, to }, end] of [
    [first, width],
    [second, 2 * width],
  ] as const) {
    // A leading zero only says that the number is positive.
    const digits = der.subarray(der[from] === 0 ? from + 1 : from, to);
    if (digits.length > width) return null;
    numbers.set(digits, end - digits.length);
  }
  return numbers;
}

/** Where an element's content begins and ends; null when none of that tag is there. Lengths below 256 are all there are. */
function elementAt(der: Uint8Array, at: number, tag: number): { from: number; to: number } | null {
  const from = der[at + 1] === 0x81 ? at + 3 : at + 2;
  const to = from + (der[from - 1] ?? 0);
  return der[at] === tag && to <= der.length ? { from, to } : null;
}

/** A fingerprint as people type or paste it — `sha256:` before, colons, blanks, capitals — as hex. */
export function typedFingerprint(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/^sha-?256(\s*fingerprint)?\s*[:=]?\s*/, "")
    .replace(/[\s:-]/g, "");
}

/** Whether all of it is there. */
export function isFingerprint(hex: string): boolean {
  return /^[0-9a-f]{64}$/.test(hex);
}

/** In groups of four, as people compare them and as they were given it. */
export function shownFingerprint(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, "$1 ");
}
