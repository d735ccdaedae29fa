import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Client } from '@sextant/client/client';
import type { Change, UpdateItem } from '@sextant/protocol/container-update';
import type { ParamsInput, ResultOf } from '@sextant/protocol/method';
import type { Containers } from './app.ts';
import { docker } from './real-engine.ts';

type Update = Containers['methods']['container.update'];

/** An update, and what it told. */
export interface Updating {
  readonly items: UpdateItem[];
  changes(): Change[];
  steps(): string[];
  cancel(): void;
  readonly result: Promise<ResultOf<Update>>;
}

export function startUpdate(client: Client<Containers>, params: ParamsInput<Update>): Updating {
  const items: UpdateItem[] = [];
  const stream = client.open('container.update', params);
  const read = (async () => {
    for await (const { item } of stream) if (item) items.push(item);
  })();
  const result = (async () => {
    await read;
    return stream.result;
  })();
  result.catch(() => {});
  return {
    items,
    changes: () => items.flatMap((item) => ('changes' in item ? item.changes : [])),
    steps: () => items.flatMap((item) => ('step' in item ? [item.step] : [])),
    cancel: () => stream.cancel(),
    result,
  };
}

/** A name that no other image has. */
export function imageName(): string {
  return `sextant-test-${randomUUID().slice(0, 8)}:1`;
}

/** Makes an image from lines of a Dockerfile. `await using` removes it: it is to be declared before the containers. */
export async function builtImage(name: string, ...lines: string[]): Promise<{ name: string } & AsyncDisposable> {
  const program = spawn('docker', ['build', '--quiet', '--tag', name, '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  program.stdin.end(lines.join('\n'));
  const [code] = (await once(program, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`docker build ended with ${code}`);
  const id = await docker('image', 'inspect', '--format', '{{.Id}}', name);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await docker('rmi', '--force', id);
    },
  };
}

/** The containers whose name begins so: name, state and id. */
export async function containersOf(name: string): Promise<{ name: string; state: string; id: string }[]> {
  const format = '{{.Names}} {{.State}} {{.ID}}';
  const text = await docker('ps', '--all', '--no-trunc', '--filter', `name=^${name}`, '--format', format);
  return text.split('\n').flatMap((line) => {
    const [found = '', state = '', id = ''] = line.split(' ');
    return found === name || found.startsWith(`${name}-`) ? [{ name: found, state, id }] : [];
  });
}
