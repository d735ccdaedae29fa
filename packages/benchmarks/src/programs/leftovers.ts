import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

type Remove = () => Promise<unknown>;

/** What takes away each thing that a benchmark which is stopped in the middle would leave behind. */
const leftovers = new Set<Remove>();

let isStopped = false;

/** True once the benchmark is stopped: nothing new is to be begun. */
export function stopped(): boolean {
  return isStopped;
}

/** `remove` is called if the benchmark is stopped; not any more once what is returned was called. */
export function leave(remove: Remove): () => void {
  leftovers.add(remove);
  return () => leftovers.delete(remove);
}

/** A server under measurement is killed then. */
export function leaveProcess(child: ChildProcess): void {
  const ended = once(child, 'exit');
  const kept = leave(() => {
    child.kill('SIGKILL');
    return ended;
  });
  void ended.then(kept, kept);
}

/** The newest first: a server before the folder that it writes to. */
export async function removeLeftovers(): Promise<void> {
  isStopped = true;
  for (const remove of [...leftovers].toReversed()) await remove();
}
