import { existsSync, globSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { STYLE_STEPS } from "./vite.styles.ts";

/** Every island has one entry, web/client/<island>/main.ts; beside them the pages' style sheets, one for each direction. */
function entries(): Record<string, string> {
  const sheets = ["styles", "styles-rtl"]
    .map((name): [string, string] => [name, `web/client/${name}/main.css`])
    .filter(([, path]) => existsSync(path));
  const islands = globSync("web/client/*/main.ts").map((path): [string, string] => [
    basename(dirname(path)),
    path,
  ]);
  return Object.fromEntries<string>([...islands, ...sheets]);
}

/** Beside each file what goes over the line: the pages' server sends `FILE.gz` to whoever takes it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir = "" }, bundle) {
      for (const file of Object.values(bundle).filter((one) => /\.(js|css)$/.test(one.fileName)))
        writeFileSync(
          join(dir, `${file.fileName}.gz`),
          gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }),
        );
    },
  };
}

export default defineConfig({
  plugins: [compressed()],
  // Chunks find each other relative to themselves, so the pages may serve them from any path.
  base: "./",
  publicDir: false,
  css: { postcss: STYLE_STEPS },
  build: {
    outDir: "web/static/build",
    emptyOutDir: true,
    manifest: true,
    sourcemap: true,
    // Firefox ESR and Safari 17 are the oldest browsers of the offices.
    target: ["chrome120", "firefox128", "safari17"],
    // Data URLs would need holes in the pages' content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: entries(), checks: { bundlerTimings: false } },
  },
  test: {
    environment: "happy-dom",
    include: ["web/client/**/*.test.ts"],
    passWithNoTests: true,
  },
});
