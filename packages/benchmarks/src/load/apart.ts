import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Does something with a processor for the server and another for the load. Of two that wait for each other, the system may
 * put both on one, where they answer in a fifth of the time: which it is differs from run to run. Where `taskset` is
 * missing, or there is one processor only, it is as the system likes.
 */
export async function apart<T>(pid: number, work: () => Promise<T>): Promise<T> {
  const last = availableParallelism() - 1;
  const isApart = last > 0 && (await bind(pid, '1')) && (await bind(process.pid, '0'));
  try {
    return await work();
  } finally {
    if (isApart) for (const bound of [pid, process.pid]) await bind(bound, `0-${last}`);
  }
}

/** Lets all threads of a process run on these processors alone; false if that cannot be done. */
async function bind(pid: number, processors: string): Promise<boolean> {
  return run('taskset', ['--all-tasks', '--cpu-list', '--pid', processors, String(pid)]).then(
    () => true,
    () => false,
  );
}
