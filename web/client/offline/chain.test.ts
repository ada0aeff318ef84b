import { describe, expect, it } from "vitest";
import { chainFaults } from "./chain";
import golden from "./golden-manifest.json?raw";
import { NotCanonical, scanned } from "./raw";

const faultsOf = (text: string): Promise<string[]> => chainFaults(text, scanned(text));

describe("the chain, from the manifest's own text", () => {
  it("is the one that Python made, with numbers beyond 2^53 and odd names", async () => {
    expect(golden).toContain("9223372036854775807");
    expect(await faultsOf(golden)).toEqual([]);
  });

  it("would not hold over parsed numbers", async () => {
    expect(await faultsOf(JSON.stringify(JSON.parse(golden)))).not.toEqual([]);
  });

  it("finds a change of the last digit of any number in any segment", async () => {
    let tried = 0;
    for (const segment of golden.matchAll(/\{"number":.*?"link"/g))
      for (const number of segment[0].matchAll(/:-?\d+/g)) {
        const at = segment.index + number.index + number[0].length - 1;
        const digit = golden[at] === "7" ? "8" : "7";
        expect(await faultsOf(golden.slice(0, at) + digit + golden.slice(at + 1))).toHaveLength(1);
        tried += 1;
      }
    expect(tried).toBe(110);
  });

  it("names a segment that is missing, swapped or of another chain", async () => {
    const manifest = scanned(golden);
    if (manifest.kind !== "object") throw new Error("no manifest");
    const link = /"link":"([0-9a-f]{64})"/.exec(golden)?.[1] ?? "";
    const other = golden.replace(
      link,
      link.replace(/./, (first) => (first === "0" ? "1" : "0")),
    );
    expect(await faultsOf(other)).toEqual([
      "recordings/golden/t1/00001.webm",
      "recordings/golden/t1/00002.webm",
    ]);
    const head = golden.replace(/"chain_head":"./, '"chain_head":"x');
    expect(await faultsOf(head)).toEqual(["chain_head"]);
    const first = /\{"number":1,.*?\},/.exec(golden)?.[0] ?? "";
    expect(await faultsOf(golden.replace(first, ""))).toEqual(["recordings/golden/t1/00002.webm"]);
  });

  it("refuses what is no manifest", async () => {
    for (const text of ["[]", "{}", '{"tracks":1}', '{"tracks":[{"segments":[1]}]}'])
      await expect(faultsOf(text)).rejects.toThrow(NotCanonical);
  });
});
