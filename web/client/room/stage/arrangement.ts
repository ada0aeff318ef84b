/** Which tiles there are and which is large. Pure; the order is the room's and never changes while people speak. */

import type { ParticipantView, RoomView, Source } from "../../wire/signaling";
import type { Layout } from "../state";
import { floorHolder, screenOwner } from "../view";

export interface Placed {
  key: string;
  who: ParticipantView;
  source: Source;
  main: boolean;
}

/** A shared screen is large in every layout; else who has the floor, in the floor layout. */
export function arrangeTiles(room: RoomView, layout: Layout): Placed[] {
  const screen = screenOwner(room);
  const holder = layout === "floor" && screen === null ? floorHolder(room) : null;
  const tiles = room.participants.map((who): Placed => ({
    key: who.id,
    who,
    source: "camera",
    main: who.id === holder?.id,
  }));
  if (screen === null) return tiles;
  return [{ key: `${screen.id}/screen`, who: screen, source: "screen", main: true }, ...tiles];
}

/** Columns for so many equal tiles. */
export function columnsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}
