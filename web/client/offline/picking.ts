/** Files from an input or from what was dropped. The one place that asks the browser for them. */

import type { Picked } from "./folder";

/** Of a folder's input each file knows its path; of several files only its name. */
export function filesOfInput(input: HTMLInputElement): Picked[] {
  return [...(input.files ?? [])].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Everything below the folders and files that were dropped. */
export async function filesOfDrop(transfer: DataTransfer): Promise<Picked[]> {
  // The list is emptied once this function waits for the first time.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const found: Picked[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: Picked[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let some = await batch(reader); some.length > 0; some = await batch(reader))
    for (const one of some) await walk(one, found);
}

function batch(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });
}
