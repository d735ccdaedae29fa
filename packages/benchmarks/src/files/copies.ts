import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Readings } from '../area.ts';
import { CONNECTIONS, readyMemory, type Data } from './data.ts';
import { MEASURES, rateOf, speedOf } from './load.ts';

const run = promisify(execFile);

/** The command that copies one place, here or there, to another. */
export type Copy = (from: string, to: string) => string[];

/** What a program measures that is client and server in one: it is started for each copy, and keeps what it gets. */
export async function measureCopies(data: Data, remote: string, copy: Copy): Promise<Readings> {
  const { served, taken, big, part, tree } = data;
  const copied = async (from: string, to: string): Promise<void> => {
    const [command = '', ...args] = copy(from, to);
    await run(command, args);
  };
  const several = (from: string, to: string): Promise<unknown> =>
    Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => copied(from, `${to}-${at}`)));
  const cleared = async (folder: string): Promise<void> => {
    await rm(join(folder, 'got'), { recursive: true, force: true });
    for (let at = 0; at < CONNECTIONS; at += 1) await rm(join(folder, `got-${at}`), { force: true });
    await readyMemory(data, big.bytes);
  };
  await cleared(taken);
  const down = await speedOf(big.bytes, () => copied(`${remote}/${big.name}`, join(taken, 'got')));
  await cleared(taken);
  const downShared = await speedOf(part.bytes * CONNECTIONS, () =>
    several(`${remote}/${part.name}`, join(taken, 'got')),
  );
  await cleared(taken);
  const up = await speedOf(big.bytes, () => copied(join(served, big.name), `${remote}/got`));
  await cleared(served);
  const upShared = await speedOf(part.bytes * CONNECTIONS, () => several(join(served, part.name), `${remote}/got`));
  await cleared(served);
  const treeRate = await rateOf(tree.length, () => copied(`${remote}/tree`, join(taken, 'got')));
  return {
    [MEASURES.down]: { value: down },
    [MEASURES.downShared]: { value: downShared },
    [MEASURES.up]: { value: up },
    [MEASURES.upShared]: { value: upShared },
    [MEASURES.tree]: { value: treeRate },
  };
}
