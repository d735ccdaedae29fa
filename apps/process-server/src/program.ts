import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import type { processService } from '@sextant/protocol/process';
import type { ParamsOf } from '@sextant/protocol/method';
import { badFolder, codeOf, knownReason, refusal, type Reason } from './reasons.ts';
import type { Program } from './spawn.ts';

/** What a client asks to run. */
export type Order = ParamsOf<(typeof processService.methods)['process.run']>;

/**
 * Finds what is asked for, as the system would, but tells what is wrong where the system says the same of many things.
 * @throws ProtocolError with the system's word for it in `reason`.
 */
export async function settle(order: Order, cwd: string): Promise<Program> {
  const { program, args = [], env = {} } = order;
  if (program === '' || [program, cwd, ...args, ...Object.values(env)].some((text) => text.includes('\0'))) {
    throw refusal('EINVAL', program);
  }
  await checkFolder(cwd);
  const file = await find(program, cwd, env['PATH'] ?? process.env['PATH'] ?? '/usr/bin:/bin');
  return { file, name: program, args, cwd, env };
}

async function checkFolder(cwd: string): Promise<void> {
  try {
    if (!(await stat(cwd)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    await access(cwd, constants.X_OK);
  } catch (error) {
    throw badFolder(error);
  }
}

/** Verdicts of a search that only say: not here. */
const ELSEWHERE: ReadonlySet<Reason> = new Set(['ENOENT', 'ENOTDIR']);

async function find(program: string, cwd: string, path: string): Promise<string> {
  if (program.includes('/')) {
    const file = resolve(cwd, program);
    const obstacle = await obstacleOf(file);
    if (obstacle) throw refusal(obstacle, program);
    return file;
  }
  let verdict: Reason = 'ENOENT';
  for (const folder of path.split(delimiter).filter((folder) => folder !== '')) {
    const file = resolve(cwd, folder, program);
    const obstacle = await obstacleOf(file);
    if (!obstacle) return file;
    if (!ELSEWHERE.has(obstacle)) verdict = obstacle;
  }
  throw refusal(verdict, program);
}

/** The system's word for what keeps a file from being executed, if anything does. */
async function obstacleOf(file: string): Promise<Reason | undefined> {
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) return 'EISDIR';
    if (!stats.isFile()) return 'EACCES';
    await access(file, constants.X_OK);
    return (await isExecutable(file)) ? undefined : 'ENOEXEC';
  } catch (error) {
    const reason = knownReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** What programs begin with on Linux: ELF's mark, or the line that names an interpreter. */
const BEGINNINGS = ['\u007fELF', '#!'];

/** The system's own search would hand a file without such a beginning to a shell; nobody asked for one. */
async function isExecutable(file: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const beginning = buffer.toString('latin1', 0, bytesRead);
    return BEGINNINGS.some((known) => beginning.startsWith(known));
  } catch (error) {
    // One that may be executed and not be read is for the system to judge.
    if (codeOf(error) === 'EACCES') return true;
    throw error;
  }
}
