import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A network of its own, with loopback and two addresses that are not. `await using` removes it. */
export interface Namespace extends AsyncDisposable {
  /** What a command begins with to be run in it. */
  readonly under: readonly string[];
  /** Where a service in it can listen as if for others ... */
  readonly host: string;
  /** ... and where others can come from. */
  readonly peers: readonly string[];
  /** Runs something in it to its end. */
  run(...command: string[]): Promise<string>;
}

/** @throws Error where this user may make none. */
export async function openNamespace(): Promise<Namespace> {
  const name = `sextant-${randomUUID().slice(0, 8)}`;
  const under = ['ip', 'netns', 'exec', name];
  const inside = async (...command: string[]): Promise<string> => {
    const [program = '', ...words] = [...under, ...command];
    return (await run(program, words)).stdout;
  };
  await run('ip', ['netns', 'add', name]);
  const peers = ['10.77.0.2', '10.77.0.3'];
  await inside('ip', 'link', 'set', 'lo', 'up');
  for (const address of ['10.77.0.1', ...peers]) await inside('ip', 'address', 'add', `${address}/32`, 'dev', 'lo');
  return {
    under,
    host: '10.77.0.1',
    peers,
    run: inside,
    async [Symbol.asyncDispose]() {
      await run('ip', ['netns', 'delete', name]);
    },
  };
}
