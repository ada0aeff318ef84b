/** SHA-256 by the browser itself. */

const encoder = new TextEncoder();

/** Hex, of bytes or of a text's UTF-8. */
export async function sha256(of: BufferSource | string): Promise<string> {
  const bytes = typeof of === "string" ? encoder.encode(of) : of;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
