/** The files in what was dropped, with their paths; folders are walked. */
export interface Found {
  file: File;
  path: string;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A folder's entries come in batches; an empty batch is the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return entries;
    entries.push(...batch);
  }
}

async function* walk(entry: FileSystemEntry): AsyncGenerator<Found> {
  if (entry.isFile) {
    yield { file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.replace(/^\//, "") };
  } else {
    for (const inner of await entriesOf(entry as FileSystemDirectoryEntry)) yield* walk(inner);
  }
}

export async function* filesIn(transfer: DataTransfer): AsyncGenerator<Found> {
  // The list is emptied as soon as the event is over: take the entries before waiting for anything.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const taken = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  for (const { entry, file } of taken) {
    if (entry) yield* walk(entry);
    else if (file) yield { file, path: file.name };
  }
}
