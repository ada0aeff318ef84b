/** Cameras, microphones and screens: opened with the house's limits, every failure named by what one can do about it. */

export type Fault = "denied" | "missing" | "busy" | "insecure" | "failed";
export type Opened = { track: MediaStreamTrack } | { fault: Fault };
export type Openable = "camera" | "microphone";

/** What a person can do differs by cause, so the browser's error names are folded into five. */
const FAULTS: Readonly<Record<string, Fault>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** 720p at 25: what a 1.5 Mb/s line carries well; 25 is the mains rhythm here, so lamps do not flicker. */
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 25, max: 30 },
};
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: { ideal: 1 },
};

/** The browser's error as something to do something about. */
export function faultOf(error: unknown): Fault {
  return (error instanceof DOMException ? FAULTS[error.name] : undefined) ?? "failed";
}

/** Opens a camera or microphone; a chosen one that is gone gives way to any. Never throws. */
export async function openDevice(kind: Openable, chosen?: string): Promise<Opened> {
  const opened = await ask(kind, chosen);
  const gone = "fault" in opened && opened.fault === "missing" && chosen !== undefined;
  return gone ? ask(kind) : opened;
}

async function ask(kind: Openable, chosen?: string): Promise<Opened> {
  const devices = mediaDevices();
  if (devices === null) return { fault: "insecure" };
  const wish = {
    ...(kind === "camera" ? CAMERA : MICROPHONE),
    ...(chosen && { deviceId: { exact: chosen } }),
  };
  try {
    const stream = await devices.getUserMedia(
      kind === "camera" ? { video: wish } : { audio: wish },
    );
    const track = stream.getTracks()[0];
    return track === undefined ? { fault: "failed" } : { track };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** Lets the person choose a screen or window. `denied` also when they changed their mind. */
export async function openScreen(): Promise<Opened> {
  const devices = mediaDevices();
  if (devices === null || !("getDisplayMedia" in devices)) return { fault: "insecure" };
  try {
    const stream = await devices.getDisplayMedia({
      video: { frameRate: { ideal: 10, max: 15 }, width: { max: 1920 }, height: { max: 1080 } },
      audio: false,
    });
    const track = stream.getVideoTracks()[0];
    if (track === undefined) return { fault: "failed" };
    // Letters matter more than movement: the encoder keeps resolution and gives up frames.
    track.contentHint = "detail";
    return { track };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** Whether this browser can share a screen at all; phones cannot. */
export function canShareScreen(): boolean {
  const devices = mediaDevices();
  return devices !== null && "getDisplayMedia" in devices;
}

/** One thing to choose. */
export interface Choice {
  id: string;
  label: string;
}

/** Cameras and microphones by name; names are empty until one was allowed. */
export async function choices(kind: Openable): Promise<Choice[]> {
  const wanted = kind === "camera" ? "videoinput" : "audioinput";
  const all =
    (await mediaDevices()
      ?.enumerateDevices()
      .catch(() => [])) ?? [];
  return all
    .filter((one) => one.kind === wanted && one.deviceId !== "")
    .map((one) => ({ id: one.deviceId, label: one.label }));
}

/** Undefined in browsers when the page came without TLS from another machine, whatever the DOM types say. */
function mediaDevices(): MediaDevices | null {
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices ?? null;
}
