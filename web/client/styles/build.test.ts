/** What the build leaves of Bootstrap, and where the dark theme holds. */

import postcss from "postcss";
import { describe, expect, it } from "vitest";
import { darkOnScreens, isNamed, onlyNamed } from "../../../vite.styles.ts";

const NAMED = new Set(["btn", "btn-primary"]);
const BOOTSTRAP = { from: "/x/node_modules/bootstrap/dist/css/bootstrap.css" };

const plain = (css: string): string =>
  css
    .replace(/\s*([{}])\s*/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

describe("of Bootstrap", () => {
  it("stays what somebody names, and what has no class", () => {
    expect(isNamed("a:hover", NAMED)).toBe(true);
    expect(isNamed(".btn.btn-primary", NAMED)).toBe(true);
    expect(isNamed(".btn-group > .btn", NAMED)).toBe(false);
    expect(isNamed(".btn:not(.btn-group)", NAMED)).toBe(true);
  });

  it("goes what nobody can use, with the variables that only it read", async () => {
    const css = `:root { --bs-a: 1; --bs-b: var(--bs-a); --bs-c: 2 }
      .btn, .card { width: var(--bs-c) } .card { height: var(--bs-b) }
      @media print { .card { color: red } }`;
    const { css: built } = await postcss([onlyNamed(NAMED)]).process(css, BOOTSTRAP);
    expect(plain(built)).toBe(plain(":root { --bs-c: 2 } .btn { width: var(--bs-c) }"));
  });

  it("our own sheets are left as they are", async () => {
    const { css } = await postcss([onlyNamed(NAMED)]).process(".card{}a{b:c}", {
      from: "/x/a.css",
    });
    expect(css).toContain("a{b:c}");
  });
});

describe("the dark theme", () => {
  it("holds by choice and by the device, on screens", async () => {
    const css = `[data-bs-theme="dark"] .a, .b { color: white }`;
    const { css: built } = await postcss([darkOnScreens]).process(css, { from: undefined });
    expect(plain(built)).toBe(
      plain(`.b { color: white }
        @media screen { [data-bs-theme="dark"] .a { color: white } }
        @media screen and (prefers-color-scheme: dark) {
          :root:where(:not([data-bs-theme])) .a { color: white }
        }`),
    );
  });
});
