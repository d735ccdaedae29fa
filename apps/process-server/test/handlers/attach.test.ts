import { describe, expect, it } from '@jest/globals';
import type { Stream } from '@sextant/client/stream';
import { start } from '../rig.ts';

/** What a stream brings until it ends. */
async function read(stream: Stream<never> | AsyncIterable<{ item?: unknown; channel?: string; body?: Uint8Array }>) {
  const items: unknown[] = [];
  let stdout = '';
  for await (const { item, channel, body } of stream as AsyncIterable<{
    item?: unknown;
    channel?: string;
    body?: Uint8Array;
  }>) {
    if (item) items.push(item);
    if (body && channel === 'stdout') stdout += Buffer.from(body).toString();
  }
  return { items, stdout };
}

describe('process.attach', () => {
  it('goes on where it was left, and writes to the program', async () => {
    await using rig = await start();
    const program = { program: 'sh', args: ['-c', 'while read line; do echo "<$line>"; done; exit 3'] };
    const { id, pid } = await rig.client.call('process.start', { ...program, detached: true, stdin: true });
    const first = rig.client.open('process.attach', { target: id, since: 0, input: true });
    await first.write('stdin', Buffer.from('one\n'));
    let since = 0;
    for await (const { item, body } of first) {
      if (item && 'input' in item) expect(item).toEqual({ id, name: 'sh', pid, tty: false, input: true });
      since += body?.length ?? 0;
      if (body) break;
    }
    first.cancel();
    await first.result.catch(() => {});
    const second = rig.client.open('process.attach', { target: id, since, input: true });
    await second.write('stdin', Buffer.from('two\n'));
    second.end('stdin');
    expect(await read(second)).toMatchObject({ items: [{ id }, { since: 6 }], stdout: '<two>\n' });
    expect(await second.result).toMatchObject({ id, pid, exitCode: 3, signal: null, output: { from: 0, to: 12 } });
    const logs = rig.client.open('process.logs', { target: id });
    expect(await read(logs)).toEqual({ items: [{ since: 0 }], stdout: '<one>\n<two>\n' });
    expect(await logs.result).toMatchObject({ id, running: false });
  });
});
