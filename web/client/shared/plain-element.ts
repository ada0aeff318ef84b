/** A Lit element that renders into the page itself: the pages' style sheet and labels by id reach into it. */

import { LitElement } from "lit";

export class PlainElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
