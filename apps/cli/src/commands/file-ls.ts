import { fileService, type FileEntry } from '@sextant/protocol/file';
import type { Client } from '@sextant/client/client';
import type { Command } from 'commander';
import { bytes, dim, print, printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { remoteFiles } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

export function addFileListCommand(file: Command): void {
  file
    .command('ls')
    .description('list a folder')
    .addArgument(completed('[path]', 'which folder', remoteFiles).default(''))
    .action(async (path: string, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      await withService(fileService, options, async (files) => {
        const count = await printEntries(entries(files, path), options.json === true);
        if (count === 0 && !options.json)
          say(`Nothing is in here. Put a file into it: ${SELF} file put FILE ${path && `${path}/`}`.trimEnd());
      });
    });
}

/** The entries of a folder, page by page, as they are asked for. */
async function* entries(files: Client<typeof fileService>, folder: string): AsyncGenerator<FileEntry> {
  const path = folder.replaceAll(/^\/+|\/+$/g, '');
  for (let next: string | undefined; ;) {
    const page = await files.call('file.list', { path, next });
    yield* page.items;
    if (page.next === undefined) return;
    next = page.next;
  }
}

/** Prints entries as they come: a folder may hold a million. */
async function printEntries(all: AsyncIterable<FileEntry>, json: boolean): Promise<number> {
  let count = 0;
  for await (const entry of all) {
    if (count++ === 0 && !json) print(dim(row('SIZE', 'CHANGED', 'NAME')));
    if (json) printJson(entry);
    else print(rowOf(entry));
  }
  return count;
}

function rowOf({ name, type, sizeBytes, modifiedAt }: FileEntry): string {
  return type === 'directory'
    ? row('-', minute(modifiedAt), `${name}/`)
    : row(bytes(sizeBytes), minute(modifiedAt), name);
}

function row(size: string, changed: string, name: string): string {
  return `${size.padStart(10)}  ${changed.padEnd(16)}  ${name}`;
}

/** 2026-11-20 15:11, where the reader is. */
function minute(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE').slice(0, 16);
}
