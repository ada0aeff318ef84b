/** A small recording: three seats, one of whom came late, one muted for a while, one with a gap and a second connection. */

import type { Manifest, ManifestSegment, ManifestTrack } from "../wire/web";

const S = 1e9;
const BEGAN_UTC_NS = 1_795_000_000_000 * 1e6;

function segment(number: number, startS: number, endS: number): ManifestSegment {
  return {
    number,
    key: `t/${number}`,
    version: "",
    bytes: 1,
    sha256: "",
    container: "webm",
    codec: "vp8",
    width: 320,
    height: 180,
    frames: 1,
    start_ns: startS * S,
    end_ns: endS * S,
    arrival_start_ns: startS * S,
    arrival_end_ns: endS * S,
    start_utc_ns: BEGAN_UTC_NS + startS * S,
    end_utc_ns: BEGAN_UTC_NS + endS * S,
  };
}

function track(id: string, participant: string, change: Partial<ManifestTrack>): ManifestTrack {
  return {
    id,
    participant,
    source: "camera",
    codec: "vp8",
    part: 1,
    start_ns: 0,
    end_ns: 120 * S,
    segments: [segment(1, 0, 60), segment(2, 60, 120)],
    gaps: [],
    silences: [],
    ...change,
  };
}

const person = (
  id: string,
  seat: string,
  joinedS: number,
  leftS: number,
): Manifest["participants"][number] => ({
  id,
  seat,
  name: `Người ${seat}`,
  role: "citizen",
  point: seat,
  point_name: `Điểm cầu ${seat}`,
  level: "commune",
  people: [],
  joined_ns: joinedS * S,
  left_ns: leftS * S,
});

const event = (
  atS: number,
  kind: string,
  participant: string | null,
  detail: object = {},
): Manifest["events"][number] => ({
  at_ns: atS * S,
  kind,
  participant,
  detail: JSON.stringify(detail),
});

export const MANIFEST: Manifest = {
  format: 1,
  recording: "r",
  reception: "r",
  title: "Buổi tiếp",
  office: "Ban Tiếp công dân",
  agency: "a",
  began: { mono_ns: 0, utc_ns: BEGAN_UTC_NS },
  ended: { mono_ns: 0, utc_ns: 1_795_000_120_000 * 1e6 },
  duration_ns: 120 * S,
  parts: [],
  participants: [
    person("chair", "centre", 0, 120),
    person("late", "commune", 30, 120),
    person("first", "province", 0, 50),
    person("second", "province", 55, 120),
  ],
  tracks: [
    track("chair-camera", "chair", {
      gaps: [{ start_ns: 20 * S, end_ns: 22 * S, reason: "loss", packets: 9 }],
    }),
    track("chair-microphone", "chair", {
      source: "microphone",
      silences: [{ start_ns: 40 * S, end_ns: 70 * S, reason: "muted" }],
    }),
    track("late-camera", "late", { start_ns: 30 * S, segments: [segment(1, 30.2, 120)] }),
    track("first-camera", "first", { end_ns: 50 * S, segments: [segment(1, 0.1, 50)] }),
    track("second-camera", "second", { start_ns: 55 * S, segments: [segment(1, 55, 120)] }),
  ],
  events: [
    event(0, "ReceptionStarted", null),
    event(10, "SpeakersMoved", null, { participants: ["chair"], dominant: "chair" }),
    event(15, "SpeakersMoved", null, { participants: ["chair", "first"], dominant: "chair" }),
    event(17, "SpeakersMoved", null, { participants: ["first", "chair"], dominant: "first" }),
    event(18, "SpeakersMoved", null, { participants: [], dominant: "first" }),
    event(50, "SpeakersMoved", null, { participants: [], dominant: null }),
    event(80, "ReceptionInterrupted", null, { cause: "chair", reason: "" }),
    event(90, "ReceptionResumed", null),
    event(100, "SpeakersMoved", null, { participants: ["late"] }),
    event(120, "ReceptionClosed", null),
  ],
  software: "",
  sealed_utc_ns: BEGAN_UTC_NS + 125 * S,
  audit_head: "",
  journal_version: "",
  journal_sha256: "",
  chain_head: "",
};
