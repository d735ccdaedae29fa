import { describe, expect, it } from '@jest/globals';
import { bash, start, type Processes } from '../rig.ts';

async function logsOf(
  client: Processes,
  params: { target: string; since?: number; tail?: number; follow?: boolean },
): Promise<{ items: unknown[]; text: string; result: unknown }> {
  const stream = client.open('process.logs', params);
  const items: unknown[] = [];
  let text = '';
  for await (const { item, body } of stream) {
    if (item) items.push(item);
    text += Buffer.from(body ?? []).toString();
  }
  return { items, text, result: await stream.result };
}

describe('process.logs', () => {
  it('begins at a byte, or so many lines before the end', async () => {
    await using rig = await start();
    const { id } = await rig.client.call('process.start', {
      program: 'printf',
      args: ['eins\nzwei €\ndrei'],
      detached: true,
    });
    const all = await logsOf(rig.client, { target: id, follow: true });
    expect(all).toMatchObject({ items: [{ since: 0 }], text: 'eins\nzwei €\ndrei' });
    expect(all.result).toMatchObject({
      id,
      output: { from: 0, to: 18, digest: expect.stringMatching(/^blake3:[0-9a-f]{64}$/) },
    });
    expect(await logsOf(rig.client, { target: id, tail: 2 })).toMatchObject({
      items: [{ since: 5 }],
      text: 'zwei €\ndrei',
    });
    expect(await logsOf(rig.client, { target: id, tail: 100 })).toMatchObject({ items: [{ since: 0 }] });
    expect(await logsOf(rig.client, { target: id, tail: 2, since: 14 })).toMatchObject({ text: 'drei' });
    await expect(logsOf(rig.client, { target: id, since: 19 })).rejects.toMatchObject({
      type: 'invalid_params',
      data: { to: 18 },
    });
  });

  it('has what an attached program printed when that has ended', async () => {
    await using rig = await start();
    const [little, much] = [await bash(rig.client, 'echo hello'), await bash(rig.client, 'seq 1 50000')];
    expect(await logsOf(rig.client, { target: little.result.id })).toMatchObject({ text: 'hello\n' });
    const { text } = await logsOf(rig.client, { target: much.result.id });
    expect(text === much.stdout.toString()).toBe(true);
  });

  it('has nothing of a program that could not be started, and ends', async () => {
    await using rig = await start();
    await expect(rig.client.call('process.start', { program: 'no-such-program' })).rejects.toThrow();
    expect(await logsOf(rig.client, { target: 'no-such-program', follow: true })).toMatchObject({ text: '' });
  });

  it('tells what was cut', async () => {
    await using rig = await start();
    const args = ['-c', 'seq 1 100000'];
    const { id } = await rig.client.call('process.start', {
      program: 'bash',
      args,
      detached: true,
      keepBytes: 64 * 1024,
    });
    await rig.client.call('process.wait', { target: id });
    const { items, text, result } = await logsOf(rig.client, { target: id, since: 7, follow: true });
    const { from, to } = (result as { output: { from: number; to: number } }).output;
    expect(to).toBe(588_895);
    expect(to - from).toBeGreaterThanOrEqual(64 * 1024);
    expect(items.slice(1).every((item) => typeof item === 'object' && item !== null && 'gap' in item)).toBe(true);
    expect(text.endsWith('99999\n100000\n')).toBe(true);
    expect(await logsOf(rig.client, { target: id })).toMatchObject({ items: [{ since: from }] });
  });
});
