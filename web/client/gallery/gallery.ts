/** For tests: every example of the room's components, shown in the room one at a time. No part of the product. */

import { setCatalogue } from "../i18n";
import { CONFIG, writtenActs } from "../room/examples";
import { Room } from "../room/room/room";
import type { RoomState } from "../room/state";

type Examples = Readonly<Record<string, RoomState>>;

const FOUND = import.meta.glob<{ EXAMPLES: Examples; LISTS?: Examples }>(
  ["../room/*/*.examples.ts", "!../room/tile/*"],
  { eager: true },
);

/** `stage/nine`: the component's folder and the example's name. */
const STATES = new Map(
  Object.entries(FOUND).flatMap(([path, { EXAMPLES, LISTS }]) =>
    Object.entries({ ...EXAMPLES, ...LISTS }).map(([name, state]): [string, RoomState] => [
      `${path.split("/").at(-2) ?? ""}/${name}`,
      state,
    ]),
  ),
);

/** Acts that do nothing; Lit, which asks every value whether it is a directive, is told no. */
function idleActs(): ReturnType<typeof writtenActs> {
  return new Proxy(writtenActs(), {
    get: (acts, name): unknown =>
      name === "_$litDirective$" ? undefined : Reflect.get(acts, name),
  });
}

function frame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** What the tests call. */
const gallery = {
  names: [...STATES.keys()].sort(),
  /** The words of a language, for what is shown from now on. */
  words: setCatalogue,
  async show(name: string): Promise<void> {
    const state = STATES.get(name);
    if (state === undefined) throw new Error(`no example ${name}`);
    const room = Object.assign(new Room(), { room: state, acts: idleActs(), config: CONFIG });
    document.getElementById("place")?.replaceChildren(room);
    await room.updateComplete;
    await document.fonts.ready;
    // The stage is measured in one frame and arranged anew before the next.
    await frame();
    await frame();
  },
};

Object.assign(window, { gallery });
