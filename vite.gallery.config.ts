import { defineConfig } from "vite";
import { STYLE_STEPS } from "./vite.styles.ts";

/** The room's examples as one script for tests; into a folder that is no part of the product. */
export default defineConfig({
  base: "./",
  publicDir: false,
  css: { postcss: STYLE_STEPS },
  build: {
    outDir: "build/gallery",
    emptyOutDir: true,
    target: ["chrome120", "firefox128", "safari17"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "web/client/gallery/gallery.ts",
      checks: { bundlerTimings: false },
      output: { entryFileNames: "gallery.js", codeSplitting: false },
    },
  },
});
