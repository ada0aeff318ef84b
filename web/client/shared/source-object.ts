/** A media element's stream in a template: Lit would set an object anew at each render, which starts the element anew. */

import { guard } from "lit/directives/guard.js";

export function sourceObject(stream: MediaStream | null): unknown {
  return guard([stream], () => stream);
}
