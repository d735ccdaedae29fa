import { dlopen } from 'node:ffi';
import { createRequire } from 'node:module';

/** The native part of node-pty. */
interface Native {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    exited: (exitCode: number, signal: number) => void,
  ): { fd: number; pid: number };
  resize(fd: number, columns: number, rows: number): void;
}

const require = createRequire(import.meta.url);

const { requireBinary } = require('@lydell/node-pty/requireBinary.js') as { requireBinary: (file: string) => Native };

/**
 * Without the rest of node-pty, which drops what is not read 200 milliseconds after the end, and stands still with its
 * whole process where a program does not read.
 */
export const pty = requireBinary('pty.node');

/** The program between, where a system needs one. */
export const HELPER = process.platform === 'darwin' ? helper() : '';

function helper(): string {
  const name = '@lydell/node-pty';
  return createRequire(require.resolve(name)).resolve(`${name}-darwin-${process.arch}/spawn-helper`);
}

/** Of fcntl: the command that sets what holds for a descriptor, and that it is closed where a program is started. */
const [F_SETFD, FD_CLOEXEC] = [2, 1];

/** Of the system's library, which Node has loaded. */
const system = dlopen(null, { fcntl: { arguments: ['i32', 'i32', 'i32'], return: 'i32' } }).functions;

/** Keeps a descriptor from programs started later; on macOS none gets what it is not given. */
export function keep(fd: number): void {
  if (process.platform === 'darwin') return;
  if (system.fcntl(fd, F_SETFD, FD_CLOEXEC) === -1) throw new Error('a terminal could not be kept from other programs');
}
