import { closeSync, constants, existsSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { judge, steered, type Places } from '../policy/judge.ts';
import type { Errand } from './errand.ts';
import { search, settle, type Program } from './program.ts';
import { badFolder, explain } from './reasons.ts';

/** A program that may be started. What it holds open is let go with `using`, once it is. */
export type Confined = Program & Disposable;

/** What of an errand says what is to be started. */
type Wanted = Pick<Errand, 'order' | 'cwd' | 'detached' | 'rules'>;

/**
 * Looks whether a program may be started, and makes sure that it is what was looked at that is: the file without a link,
 * and the folder itself, wherever its path leads by then.
 * @throws ProtocolError that says why it may not.
 */
export function confine({ order, cwd, detached, rules }: Wanted): Confined {
  const { args = [], env = {} } = order;
  // What kind of terminal it gets belongs to having one.
  const variables = Object.keys(env).filter((name) => !(order.tty && name === 'TERM'));
  if (!rules) {
    const refusal = steered(variables);
    if (refusal) throw refusal;
    return { ...settle(order, cwd), [Symbol.dispose]() {} };
  }
  const program = settle(order, cwd);
  const folder = openFolder(program);
  try {
    const file = realFile(program);
    const deed = { name: program.name, file, args, variables, folder: folder.path, detached };
    const refusal = judge(rules, deed, PLACES);
    if (refusal) throw refusal;
    return { ...program, file, isPinned: true, cwd: folder.cwd, [Symbol.dispose]: folder.close };
  } catch (error) {
    folder.close();
    throw error;
  }
}

const PLACES: Places = {
  path: realPath,
  program(name) {
    const { file } = search(name, '/', process.env['PATH']);
    return file === undefined ? undefined : realPath(file);
  },
};

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function realFile({ file, name }: Program): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    throw explain(error, name);
  }
}

const DESCRIPTORS = '/proc/self/fd';

/** Linux' own: a folder is opened only to be gone to, so it need not be one that may be listed. */
const O_PATH = 0o10000000;

interface Folder {
  /** Where it really is. */
  path: string;
  /** What leads to it, and nowhere else. */
  cwd: string;
  close(this: void): void;
}

function openFolder({ cwd, name: program }: Program): Folder {
  try {
    if (process.platform !== 'linux' || !existsSync(DESCRIPTORS)) return asItIs(realpathSync.native(cwd));
    const descriptor = openSync(cwd, O_PATH | constants.O_DIRECTORY);
    const path = `${DESCRIPTORS}/${descriptor}`;
    return { path: readlinkSync(path), cwd: path, close: () => closeSync(descriptor) };
  } catch (error) {
    throw badFolder(error, program);
  }
}

/** Where a descriptor cannot be gone to. */
function asItIs(path: string): Folder {
  return { path, cwd: path, close() {} };
}
