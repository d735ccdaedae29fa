import { readdirSync, statSync } from 'node:fs';
import { basename, delimiter } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import type { RunLimits } from '@sextant/protocol/process-schemas';
import { pathOf, search, type Program } from './program.ts';

/** The program of util-linux that sets limits and then becomes another program. */
const PRLIMIT = 'prlimit';

/**
 * The program with those of its limits that the system itself keeps.
 * @param path where its name is looked for.
 * @throws ProtocolError `unavailable` where they cannot be set.
 */
export function limited(program: Program, limits: RunLimits | undefined, path: string): Program {
  const flags = flagsOf(limits ?? {});
  if (flags.length === 0) return program;
  const file = findPrlimit();
  return { ...program, file, name: file, args: [...flags, '--', nameFor(program, path), ...program.args] };
}

/**
 * By what the system's own search finds a program: its name, which it then sees as its own, if that means the same there.
 * @throws ProtocolError `forbidden` for one that is to be a certain file and cannot be told its name: it would be another
 *   program by the name of the file.
 */
export function nameFor({ file, name, isPinned = false }: Omit<Program, 'args' | 'cwd'>, path: string): string {
  if (isPinned && basename(file) !== basename(name)) throw misnamed(file, name);
  const isSame = !isPinned && (name.includes('/') || !path.split(delimiter).includes(''));
  return isSame ? name : file;
}

function misnamed(file: string, name: string): ProtocolError {
  return new ProtocolError(
    'forbidden',
    `${JSON.stringify(name)} is ${file} by another name, which the policy of this service lets run neither in a terminal nor within openFiles, memoryBytes or processes. Leave those out, or ask who runs this service to allow the file itself ("programs").`,
    { policy: 'programs' },
  );
}

/** Threads that a user may start meanwhile besides. */
const SPARE = 64;

function flagsOf({ openFiles, memoryBytes, processes }: RunLimits): string[] {
  const flags: string[] = [];
  if (openFiles !== undefined) flags.push(`--nofile=${openFiles}`);
  if (memoryBytes !== undefined) flags.push(`--data=${memoryBytes}`);
  const uid = process.getuid?.() ?? 0;
  // The system counts all of a user, and none of root's: a stop for what grows faster than it is looked at.
  if (processes !== undefined && uid !== 0) flags.push(`--nproc=${tasksOf(uid) + 2 * processes + SPARE}`);
  return flags;
}

/** Threads of a user. */
function tasksOf(uid: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => {
    const tasks = statSync(`/proc/${pid}/task`, { throwIfNoEntry: false });
    // A folder has two links besides those of the folders in it.
    return tasks?.uid === uid ? sum + tasks.nlink - 2 : sum;
  }, 0);
}

function findPrlimit(): string {
  const { file, obstacle } = search(PRLIMIT, '/', pathOf({}));
  if (file !== undefined) return file;
  throw new ProtocolError(
    'unavailable',
    'Cannot set limits for a program: prlimit is not on the PATH of this service. Install util-linux there, or leave out openFiles, memoryBytes and processes.',
    { reason: obstacle, retry: 'no' },
  );
}
