/** What the first bytes of an Opus packet say (RFC 6716 § 3.1). Pure. */

/** A packet this short carries no sound: its sender is in discontinuous transmission. */
const PAUSE_BYTES = 2;
const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];

export function isPause(packet: Uint8Array): boolean {
  return packet.length > 0 && packet.length <= PAUSE_BYTES;
}

/** How long a packet lasts, 0 for one that does not say. */
export function opusMs(packet: Uint8Array): number {
  const first = packet[0];
  if (first === undefined) return 0;
  const config = first >> 3;
  const lengths = config < 12 ? SILK_MS : config < 16 ? HYBRID_MS : CELT_MS;
  const frames = [1, 2, 2, (packet[1] ?? 0) & 0x3f][first & 3] ?? 0;
  return (lengths[config % lengths.length] ?? 0) * frames;
}
