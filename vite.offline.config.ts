import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { STYLE_STEPS } from "./vite.styles.ts";

/** What ends a script element, or hides its end, wherever it stands in the code (HTML, 13.2.5.4 and below). */
const ENDS_SCRIPT = /<\/(?=script)/gi;
const HIDES_END = /<script/i;

/** The one chunk, written into the page's template; a page that is opened from a file may load nothing beside itself. */
function onePage(): Plugin {
  return {
    name: "one-page",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle);
      const [chunk] = chunks;
      if (chunk?.type !== "chunk" || chunks.length > 1)
        throw new Error(`not one file: ${chunks.map((one) => one.fileName).join(", ")}`);
      const code = chunk.code.replace(ENDS_SCRIPT, "<\\/");
      if (HIDES_END.test(code)) throw new Error("the code holds the beginning of a script element");
      const hash = createHash("sha256").update(code).digest("base64");
      const source = readFileSync("web/client/offline/page.html", "utf-8")
        .replace("SCRIPT-HASH", `sha256-${hash}`)
        .replace("SCRIPT", () => code);
      Reflect.deleteProperty(bundle, chunk.fileName);
      this.emitFile({ type: "asset", fileName: "index.html", source });
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [onePage()],
  css: { postcss: STYLE_STEPS },
  build: {
    outDir: "web/static/build/offline",
    emptyOutDir: true,
    target: ["chrome120", "firefox128", "safari17"],
    // Everything inside: the page's own content policy lets nothing else in.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "web/client/offline/offline.ts", checks: { bundlerTimings: false } },
  },
});
