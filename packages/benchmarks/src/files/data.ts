import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paced, type Pace } from '../area.ts';
import { makeFolder, MEMORY } from '../programs/folder.ts';

const MIB = 1024 * 1024;

/** The content of every large file, again and again; random, so that nobody makes it smaller on its way. */
export const BLOCK: Buffer = randomBytes(MIB);

/** Connections that share a gigabyte in the measures of several. */
export const CONNECTIONS = 4;

/** Files of a tree, and what each has: as in a folder of sources. */
const TREE_FILES = 10_000;
const TREE_FILE_BYTES = 4096;
const TREE_FOLDERS = 100;

/** What is served and sent, in memory and not on a disk; disposing removes it, and all that was put beside it. */
export interface Data extends AsyncDisposable {
  /** Holds `served` and `taken`. */
  readonly folder: string;
  /** Where the files are. */
  readonly served: string;
  /** An empty folder, for what is received. */
  readonly taken: string;
  readonly big: Sized;
  /** A share of what several connections do together. */
  readonly part: Sized;
  /** Below `tree`: the paths of small files, relative to `served`. */
  readonly tree: readonly string[];
}

/** A file in `served`. */
export interface Sized {
  readonly name: string;
  readonly bytes: number;
}

export async function makeData(pace: Pace): Promise<Data> {
  const made = await makeFolder(MEMORY);
  const folder = made.path;
  const [served, taken] = [join(folder, 'served'), join(folder, 'taken')];
  await Promise.all([mkdir(served), mkdir(taken)]);
  const blocks = paced(1024, pace);
  return {
    folder,
    served,
    taken,
    big: await makeFile(served, 'big', blocks),
    part: await makeFile(served, 'part', Math.ceil(blocks / CONNECTIONS)),
    tree: await makeTree(served, paced(TREE_FILES, pace)),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

/**
 * Has memory ready for files of so many bytes: a virtual machine may have given back what was freed, and is slow to get it
 * again, which is no part of what is measured.
 */
export async function readyMemory({ folder }: Data, bytes: number): Promise<void> {
  await makeFile(folder, 'memory', Math.ceil(bytes / MIB));
  await rm(join(folder, 'memory'));
}

async function makeFile(folder: string, name: string, blocks: number): Promise<Sized> {
  await using file = await open(join(folder, name), 'w');
  for (let block = 0; block < blocks; block += 1) await file.write(BLOCK);
  return { name, bytes: blocks * MIB };
}

async function makeTree(folder: string, count: number): Promise<string[]> {
  const folders = Math.min(count, TREE_FOLDERS);
  const paths = Array.from(
    { length: count },
    (_, at) => `tree/${numbered(Math.floor((at * folders) / count))}/${numbered(at)}`,
  );
  for (let at = 0; at < folders; at += 1) await mkdir(join(folder, 'tree', numbered(at)), { recursive: true });
  const content = BLOCK.subarray(0, TREE_FILE_BYTES);
  for (const path of paths) await writeFile(join(folder, path), content);
  return paths;
}

/** All of one length, so that all answers are. */
function numbered(value: number): string {
  return String(value).padStart(5, '0');
}
