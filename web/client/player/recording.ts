/**
 * A sealed recording as the player thinks of it: everything in ms on the recording's own clock. Pure.
 *
 * A person may have been connected several times; the seat is what stays, so there is one tile per seat.
 */

import type { Source } from "../wire/signaling";
import type { Manifest, ManifestTrack } from "../wire/web";
import { asRecorded, byStart, speechOf, type Speech } from "./speech";

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** One stored file of one track. */
export interface Piece extends Span {
  readonly number: number;
}

/** A span with nothing to show or hear. `gap`: it should have been there; `silence`: closed on purpose. */
export interface Hole extends Span {
  readonly kind: "gap" | "silence";
  readonly reason: string;
}

export interface PlayTrack extends Span {
  readonly id: string;
  readonly participant: string;
  readonly seat: string;
  readonly source: Source;
  readonly pieces: readonly Piece[];
  readonly holes: readonly Hole[];
}

export interface PlaySeat {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly point: string;
  readonly there: readonly Span[];
  readonly spoke: readonly Span[];
  /** Of several who speak, one leads. */
  readonly led: readonly Span[];
}

export interface Mark {
  readonly atMs: number;
  readonly kind: string;
  readonly name: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A mark beside the connection it came from. */
export type RawMark = Mark & { readonly participant: string | null };

export interface Recording {
  readonly id: string;
  readonly title: string;
  readonly durationMs: number;
  /** Wall clock of media time 0, ms since 1970 UTC. */
  readonly beganMs: number;
  readonly seats: readonly PlaySeat[];
  readonly tracks: readonly PlayTrack[];
  readonly marks: readonly Mark[];
  /** When the reception was paused. */
  readonly pauses: readonly Span[];
}

const ms = (ns: number): number => ns / 1e6;

/** The player's view of a manifest. */
export function recordingOf(manifest: Manifest): Recording {
  const durationMs = ms(manifest.duration_ns);
  const marks = manifest.events.map((event) => ({
    atMs: ms(event.at_ns),
    kind: event.kind,
    participant: event.participant,
    name: manifest.participants.find((one) => one.id === event.participant)?.name ?? "",
    detail: detailOf(event.detail),
  }));
  const pauses = pausesOf(marks, durationMs);
  const tracks = manifest.tracks.map((track) => trackOf(track, manifest));
  return {
    id: manifest.recording,
    title: manifest.title,
    durationMs,
    beganMs: ms(manifest.began.utc_ns),
    seats: seatsOf(manifest, speechOf(marks, durationMs)).map((seat) =>
      asRecorded(seat, tracks, pauses),
    ),
    tracks,
    marks: marks.filter((mark) => mark.kind !== "SpeakersMoved"),
    pauses,
  };
}

function detailOf(text: string): Record<string, unknown> {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === "object" && detail !== null ? (detail as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function trackOf(track: ManifestTrack, manifest: Manifest): PlayTrack {
  const holes: Hole[] = [
    ...track.gaps.map((gap): Hole => ({ ...spanOf(gap), kind: "gap", reason: gap.reason })),
    ...track.silences.map((one): Hole => ({ ...spanOf(one), kind: "silence", reason: one.reason })),
  ];
  return {
    id: track.id,
    participant: track.participant,
    seat: manifest.participants.find((one) => one.id === track.participant)?.seat ?? "",
    source: track.source,
    ...spanOf(track),
    pieces: track.segments
      .map((segment) => ({ ...spanOf(segment), number: segment.number }))
      .sort(byStart),
    holes: holes.sort(byStart),
  };
}

function spanOf(part: { start_ns: number; end_ns: number }): Span {
  return { startMs: ms(part.start_ns), endMs: ms(part.end_ns) };
}

function seatsOf(manifest: Manifest, { spoke, led }: Speech): PlaySeat[] {
  const seats = new Map<string, PlaySeat>();
  for (const person of manifest.participants) {
    const before = seats.get(person.seat);
    const there = { startMs: ms(person.joined_ns), endMs: ms(person.left_ns) };
    seats.set(person.seat, {
      id: person.seat,
      name: person.name,
      role: person.role,
      point: person.point_name,
      there: [...(before?.there ?? []), there].sort(byStart),
      spoke: [...(before?.spoke ?? []), ...(spoke.get(person.id) ?? [])].sort(byStart),
      led: [...(before?.led ?? []), ...(led.get(person.id) ?? [])].sort(byStart),
    });
  }
  return [...seats.values()];
}

function pausesOf(marks: readonly Mark[], durationMs: number): Span[] {
  const pauses: Span[] = [];
  let since: number | null = null;
  for (const mark of marks) {
    if (mark.kind === "ReceptionInterrupted") since ??= mark.atMs;
    if (mark.kind === "ReceptionResumed" && since !== null) {
      pauses.push({ startMs: since, endMs: mark.atMs });
      since = null;
    }
  }
  if (since !== null) pauses.push({ startMs: since, endMs: durationMs });
  return pauses;
}
