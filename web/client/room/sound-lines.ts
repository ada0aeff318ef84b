/**
 * How sound survives a bad line: each packet once more in the next (RED, RFC 2198), and lost ones asked for again.
 *
 * Browsers send RED only to who prefers it, and offer NACK for pictures alone, though they speak it for sound as well:
 * it has to be written into their descriptions.
 */

interface Named {
  mimeType: string;
}

export function isRed({ mimeType }: Named): boolean {
  return mimeType.toLowerCase() === "audio/red";
}

/** RED before Opus, the rest as it was. */
export function redFirst<Codec extends Named>(codecs: readonly Codec[]): Codec[] {
  const order = ["audio/red", "audio/opus"];
  const place = ({ mimeType }: Codec): number => {
    const found = order.indexOf(mimeType.toLowerCase());
    return found < 0 ? order.length : found;
  };
  return [...codecs].sort((one, other) => place(one) - place(other));
}

/** The description with `nack` for each Opus in it. */
export function withSoundNacks(sdp: string): string {
  return sdp.replace(/^a=rtpmap:(\d+) opus\/48000\/2\r?$/gim, (line, payloadType: string) => {
    const asked = `a=rtcp-fb:${payloadType} nack`;
    const said = new RegExp(`^${asked}\\r?$`, "m").test(sdp);
    return said ? line : `${line.trimEnd()}\r\n${asked}${line.endsWith("\r") ? "\r" : ""}`;
  });
}

/** Makes and sets the local description; a browser that takes none but its very own gets that. */
export async function describe(connection: RTCPeerConnection): Promise<void> {
  const offered = connection.signalingState === "have-remote-offer";
  const own = await (offered ? connection.createAnswer() : connection.createOffer());
  try {
    await connection.setLocalDescription({ type: own.type, sdp: withSoundNacks(own.sdp ?? "") });
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
    await connection.setLocalDescription();
  }
}
