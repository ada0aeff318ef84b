import { describe, expect, it } from "vitest";
import { checked, type Checked } from "./check";
import { bagOf, type Picked } from "./folder";
import golden from "./golden-manifest.json?raw";
import { sha256 } from "./hash";

const RECORD = "data/recordings/golden/";

/** A bag around a manifest of no segments; `change` replaces files (null: missing). */
async function bag(
  change: Readonly<Record<string, string | null>> = {},
  extra: Readonly<Record<string, string>> = {},
): Promise<Picked[]> {
  const manifest = golden
    .replace(/"segments":\[\{.*?\}\]/g, '"segments":[]')
    .replace(/"chain_head":"\w+"/, `"chain_head":"${"0".repeat(64)}"`)
    .replace("b".repeat(64), await sha256("journal\n"));
  const files: Record<string, string> = {
    [`${RECORD}manifest.json`]: manifest,
    [`${RECORD}journal.jsonl`]: "journal\n",
    ...extra,
  };
  const octets = Object.values(files).reduce((sum, text) => sum + new Blob([text]).size, 0);
  const list = async (of: Record<string, string>): Promise<string> => {
    const lines = Object.entries(of).map(
      async ([path, text]) => `${await sha256(text)}  ${path}\n`,
    );
    return (await Promise.all(lines)).join("");
  };
  const tags: Record<string, string> = {
    "bagit.txt": "BagIt-Version: 1.0\n",
    "bag-info.txt": `Payload-Oxum: ${octets}.${Object.keys(files).length}\n`,
    "manifest-sha256.txt": await list(files),
  };
  const whole: Record<string, string | null> = {
    ...files,
    ...tags,
    "tagmanifest-sha256.txt": await list(tags),
    ...change,
  };
  return Object.entries(whole)
    .filter(([, text]) => text !== null)
    .map(([path, text]) => ({ path: `my bag/${path}`, file: new File([text ?? ""], path) }));
}

async function check(picked: readonly Picked[]): Promise<Checked> {
  const found = await bagOf(picked);
  if (typeof found === "string") throw new Error(found);
  return checked(found, () => undefined);
}

const told = (result: Checked): string[] =>
  result.faults.map((fault) => `${fault.path} ${fault.algorithm}`).sort();

describe("a bag in the browser", () => {
  it("that is whole has no fault", async () => {
    const result = await check(await bag());
    expect(told(result)).toEqual([]);
    expect([result.files, result.whole, result.signed.state]).toEqual([5, true, "unsigned"]);
    expect(result.recording?.seats[0]?.name).toContain("Nguyễn");
  });

  it("tells every fault there is", async () => {
    const result = await check(
      await bag({
        [`${RECORD}journal.jsonl`]: "another\n",
        [`${RECORD}manifest.json.old`]: "x",
        "data/extra": "x",
        "note.txt": "",
        "bagit.txt": "BagIt-Version: 9\n",
      }),
    );
    expect(told(result)).toEqual([
      "bag-info.txt size",
      "bagit.txt sha256",
      "data/extra presence",
      "data/recordings/golden/journal.jsonl sha256",
      "data/recordings/golden/manifest.json.old presence",
      "note.txt presence",
    ]);
  });

  it("with a file that its lists name and nobody sealed is at fault", async () => {
    const path = `${RECORD}t/00001.mp4`;
    expect(told(await check(await bag({}, { [path]: "beside no master" })))).toEqual([
      `${path} presence`,
    ]);
  });

  it("without its lists or with rubbish for them is at fault", async () => {
    expect(told(await check(await bag({ "tagmanifest-sha256.txt": null })))).toContain(
      "tagmanifest-sha256.txt presence",
    );
    expect(told(await check(await bag({ "manifest-sha256.txt": "rubbish\n" })))).toContain(
      "manifest-sha256.txt form",
    );
  });

  it("with a manifest that is none plays nothing and says so", async () => {
    for (const text of ["{", "{}", golden.replace('"format":1', '"format":2'), `${golden} `]) {
      const result = await check(await bag({ [`${RECORD}manifest.json`]: text }));
      expect(result.recording).toBeNull();
      expect(told(result)).toContain(`${RECORD}manifest.json form`);
    }
  });

  it("with a signature that is none is at fault", async () => {
    const result = await check(await bag({ [`${RECORD}signature.json`]: "{}" }));
    expect(told(result)).toContain(`${RECORD}signature.json form`);
    expect(result.signed.state).toBe("broken");
  });
});

describe("what was chosen", () => {
  it("may be the bag, its payload, or the record alone", async () => {
    const whole = await bag();
    for (const depth of [1, 2, 3]) {
      const inner = whole
        .filter((one) => one.path.split("/").length > depth + 1)
        .map(({ path, file }) => ({ path: path.split("/").slice(depth).join("/"), file }));
      const result = await check(inner);
      expect([result.whole, told(result)]).toEqual([false, []]);
    }
  });

  it("may come without folders, and finds its place by its hash", async () => {
    const flat = (await bag()).map(({ path, file }) => ({
      path: path.split("/").at(-1) ?? "",
      file,
    }));
    const result = await check(flat);
    expect([result.whole, told(result)]).toEqual([true, []]);
  });

  it("may be something else, or too much", async () => {
    expect(await bagOf([])).toBe("none");
    expect(await bagOf([{ path: "a/b.txt", file: new File([], "b.txt") }])).toBe("none");
    const two = [await bag(), await bag()].flatMap((one, at) =>
      one.map(({ path, file }) => ({ path: `${at}/${path}`, file })),
    );
    expect(await bagOf(two)).toBe("several");
  });
});
