/** For tests: a component on the page, rendered. */

import type { LitElement } from "lit";

/** Sets the properties, puts the element on the page and waits for it. */
export async function mounted<Element_ extends LitElement>(
  element: Element_,
  properties: Partial<Element_>,
): Promise<Element_> {
  document.body.replaceChildren();
  Object.assign(element, properties);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

/** The part with this test id; throws when it is not there. */
export function part(root: ParentNode, id: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`no ${id}`);
  return found;
}

/** Controls nobody could name: neither text, nor label, nor title. */
export function nameless(root: ParentNode): Element[] {
  return [...root.querySelectorAll("button, a, select, input, textarea")].filter((control) => {
    const labelled = control.id !== "" && root.querySelector(`label[for="${control.id}"]`) !== null;
    const text = control.textContent.trim();
    const label = control.getAttribute("aria-label");
    return !labelled && text === "" && label === null && control.closest("label") === null;
  });
}
