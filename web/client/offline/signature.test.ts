import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "./hash";
import { checkedSignature, joinedNumbers, typedFingerprint } from "./signature";

const MANIFEST = new TextEncoder().encode('{"format":1}');
const KINDS = [
  ["ed25519", { name: "Ed25519" }, { name: "Ed25519" }],
  ["ecdsa-p256-sha256", { name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  ["ecdsa-p384-sha384", { name: "ECDSA", namedCurve: "P-384" }, { name: "ECDSA", hash: "SHA-384" }],
  [
    "rsa-pss-sha256",
    {
      name: "RSA-PSS",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    { name: "RSA-PSS", saltLength: 32 },
  ],
] as const;

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Two numbers side by side, as DER (what Python's cryptography gives). */
function der(numbers: Uint8Array): Uint8Array {
  const half = numbers.length / 2;
  const parts = [numbers.subarray(0, half), numbers.subarray(half)].map((number) => {
    const from = number.findIndex((byte) => byte !== 0);
    const digits = [...number.subarray(from)];
    const positive = (digits[0] ?? 0) > 127 ? [0, ...digits] : digits;
    return [2, positive.length, ...positive];
  });
  const body = parts.flat();
  const length = body.length > 127 ? [0x81, body.length] : [body.length];
  return new Uint8Array([0x30, ...length, ...body]);
}

interface Made {
  algorithm: string;
  key: string;
  text: (change?: Record<string, unknown>) => string;
}

async function made([algorithm, kind, way]: (typeof KINDS)[number]): Promise<Made> {
  const pair = (await crypto.subtle.generateKey(kind, true, ["sign", "verify"])) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const raw = new Uint8Array(await crypto.subtle.sign(way, pair.privateKey, MANIFEST));
  const signature = algorithm.startsWith("ecdsa") ? der(raw) : raw;
  const key = await sha256(spki);
  const whole = {
    format: 1,
    algorithm,
    key,
    signature: base64(signature),
    public_key: base64(spki),
    certificates: [],
  };
  return { algorithm, key, text: (change = {}) => JSON.stringify({ ...whole, ...change }) };
}

describe("the signature of a manifest", () => {
  const signatures: Made[] = [];
  beforeAll(async () => {
    for (const kind of KINDS) signatures.push(await made(kind));
  });

  it("holds in every kind, and over these bytes alone", async () => {
    for (const { key, text } of signatures) {
      expect(await checkedSignature(text(), MANIFEST)).toEqual({ state: "holds", key });
      const other = new TextEncoder().encode('{"format":2}');
      expect(await checkedSignature(text(), other)).toEqual({ state: "broken", key });
    }
  });

  it("of another key, or with a fingerprint that is not the key's, does not hold", async () => {
    const again = await made(KINDS[0]);
    const own = JSON.parse(again.text()) as Record<string, string>;
    for (const one of [{ public_key: own["public_key"] }, { key: "0".repeat(64) }])
      expect(await checkedSignature(signatures[0]!.text(one), MANIFEST)).toMatchObject({
        state: "broken",
      });
    const swapped = signatures[0]!.text({ signature: own["signature"] });
    expect(await checkedSignature(swapped, MANIFEST)).toMatchObject({ state: "broken" });
  });

  it("that this browser does not know is never taken for good", async () => {
    const text = signatures[0]!.text({ algorithm: "falcon-512" });
    expect(await checkedSignature(text, MANIFEST)).toMatchObject({ state: "unknown" });
    const known = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (() =>
      Promise.reject(new DOMException("", "NotSupportedError"))) as typeof known;
    try {
      expect(await checkedSignature(signatures[0]!.text(), MANIFEST)).toEqual({
        state: "unknown",
        key: signatures[0]!.key,
        algorithm: "ed25519",
      });
    } finally {
      crypto.subtle.importKey = known;
    }
  });

  it("that is missing is said to be missing, and rubbish is an error", async () => {
    expect(await checkedSignature(null, MANIFEST)).toEqual({ state: "unsigned" });
    const rubbish = ["", "[]", "null", "{}", signatures[0]!.text({ signature: 3 })];
    for (const text of [...rubbish, signatures[0]!.text({ public_key: "*" })])
      await expect(checkedSignature(text, MANIFEST)).rejects.toThrow(Error);
  });

  it("in DER is two numbers or nothing", () => {
    const numbers = new Uint8Array(64).map((_, index) => (index * 5) % 256);
    expect(joinedNumbers(new Uint8Array(der(numbers)), 32)).toEqual(numbers);
    for (const bad of [[], [0x30], [0x30, 2, 2, 0], [0x30, 3, 2, 1, 1], [0x31, 0]])
      expect(joinedNumbers(new Uint8Array(bad), 32)).toBeNull();
  });

  it("is compared as people write it", () => {
    expect(typedFingerprint(" AB:cd 0f-")).toBe("abcd0f");
  });
});
