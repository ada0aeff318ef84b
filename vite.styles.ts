/**
 * What every style sheet goes through when it is built: of Bootstrap only what some page names stays, and the dark
 * theme holds on screens only, and also where the device asks for it and its owner has chosen none.
 */

import { globSync, readFileSync } from "node:fs";
import postcss, { type AtRule, type Plugin, type Root, type Rule } from "postcss";

const NAMED_IN = ["web/templates/*.html", "web/client/**/*.ts"];
const BOOTSTRAP = /[\\/]node_modules[\\/]bootstrap[\\/]/;
const EXCLUDED = /:not\([^)]*\)/g;
const CLASS = /\.(-?[_a-zA-Z][\w-]*)/g;
const VARIABLE = /--[\w-]+/g;
const DARK = /\[data-bs-theme=["']?dark["']?\]/;
/** As specific as the attribute it stands for. */
const UNDECIDED = ":root:where(:not([data-bs-theme]))";

/** Every word that could be the name of a class; a class is never put together from parts. */
function words(): ReadonlySet<string> {
  const text = globSync(NAMED_IN).map((path) => readFileSync(path, "utf-8"));
  return new Set(text.join(" ").match(/[\w-]+/g));
}

/** Whether an element of ours can match: each class that it must have is named somewhere. */
export function isNamed(selector: string, named: ReadonlySet<string>): boolean {
  const wanted = selector.replace(EXCLUDED, "").matchAll(CLASS);
  return [...wanted].every(([, name]) => name !== undefined && named.has(name));
}

/** Bootstrap without the rules and variables that nothing of ours can use. */
export function onlyNamed(named: ReadonlySet<string>): Plugin {
  return {
    postcssPlugin: "only-named",
    OnceExit(root) {
      root.walkRules((rule) => {
        if (!isBootstraps(rule)) return;
        const kept = rule.selectors.filter((selector) => isNamed(selector, named));
        if (kept.length === 0) rule.remove();
        else if (kept.length < rule.selectors.length) rule.selectors = kept;
      });
      while (dropUnread(root, named)) continue;
      dropEmpty(root);
    },
  };
}

/** Removes Bootstrap's variables and moves that nothing reads. Returns whether there were any. */
function dropUnread(root: Root, named: ReadonlySet<string>): boolean {
  const read = new Set<string>();
  root.walkDecls(({ value }) => {
    for (const name of value.match(VARIABLE) ?? []) read.add(name);
    for (const name of value.match(/[\w-]+/g) ?? []) read.add(name);
  });
  let found = false;
  root.walkDecls(/^--bs-/, (declaration) => {
    if (read.has(declaration.prop) || named.has(declaration.prop)) return;
    declaration.remove();
    found = true;
  });
  root.walkAtRules("keyframes", (moves) => {
    if (!read.has(moves.params)) moves.remove();
  });
  return found;
}

function dropEmpty(root: Root): void {
  const isEmpty = (node: Rule | AtRule): boolean => node.nodes?.length === 0;
  root.walkRules((rule) => {
    if (isEmpty(rule)) rule.remove();
  });
  root.walkAtRules((rule) => {
    if (isEmpty(rule)) rule.remove();
  });
}

function isBootstraps(rule: Rule): boolean {
  return BOOTSTRAP.test(rule.source?.input.file ?? "") && !isStep(rule);
}

function isStep(rule: Rule): boolean {
  return rule.parent?.type === "atrule" && (rule.parent as AtRule).name === "keyframes";
}

/** Paper is never dark; a screen is when the page says so, or when it says nothing and the device does. */
export const darkOnScreens: Plugin = {
  postcssPlugin: "dark-on-screens",
  OnceExit(root) {
    root.walkRules((rule) => {
      const dark = rule.selectors.filter((selector) => DARK.test(selector));
      if (dark.length === 0 || isDone(rule)) return;
      const others = rule.selectors.filter((selector) => !DARK.test(selector));
      const undecided = dark.map((selector) => selector.replace(DARK, UNDECIDED));
      const on = (params: string, selectors: string[]): AtRule =>
        postcss.atRule({ name: "media", params, nodes: [rule.clone({ selectors })] });
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- postcss names its constructors twice
      rule.after(on("screen and (prefers-color-scheme: dark)", undecided));
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- postcss names its constructors twice
      rule.after(on("screen", dark));
      if (others.length > 0) rule.selectors = others;
      else rule.remove();
    });
  },
};

function isDone(rule: Rule): boolean {
  return rule.parent?.type === "atrule" && (rule.parent as AtRule).params.startsWith("screen");
}

/** For `css.postcss` of a build. */
export const STYLE_STEPS = { plugins: [onlyNamed(words()), darkOnScreens] };
