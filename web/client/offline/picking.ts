/** Files from an input or from what was dropped. The one place that asks the browser for them. */

import type { Picked } from "./folder";

/** Of a folder's input each file knows its path; of several files only its name. */
export function filesOfInput(input: HTMLInputElement): Picked[] {
  return [...(input.files ?? [])].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Chromium's way to a dropped folder; the older one of all browsers is closed there to pages that are files. */
interface HandledItem {
  getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
}

/** Everything below the folders and files that were dropped. */
export async function filesOfDrop(transfer: DataTransfer): Promise<Picked[]> {
  // The list is emptied once this function waits for the first time, so that every item is asked before.
  const asked = [...transfer.items].map(walkItem);
  return (await Promise.all(asked)).flat();
}

function walkItem(item: DataTransferItem): Promise<Picked[]> {
  const handle = (item as HandledItem).getAsFileSystemHandle?.bind(item);
  if (handle !== undefined) return handle().then((one) => (one === null ? [] : ofHandle(one, "")));
  const entry = item.webkitGetAsEntry();
  return entry === null ? Promise.resolve([]) : ofEntry(entry);
}

async function ofHandle(handle: FileSystemHandle, above: string): Promise<Picked[]> {
  const path = `${above}${handle.name}`;
  if (handle.kind === "file")
    return [{ path, file: await (handle as FileSystemFileHandle).getFile() }];
  const found: Picked[] = [];
  for await (const inner of (handle as FileSystemDirectoryHandle).values())
    found.push(...(await ofHandle(inner, `${path}/`)));
  return found;
}

async function ofEntry(entry: FileSystemEntry): Promise<Picked[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Picked[] = [];
  for (let some = await batch(reader); some.length > 0; some = await batch(reader))
    for (const one of some) found.push(...(await ofEntry(one)));
  return found;
}

/** The browser gives a folder in parts, an empty one at the end. */
function batch(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });
}
