import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/browser';
import { PersistentClient } from '@sextant/client/persistent';
import { startFaultProxy } from '../src/fault-proxy.ts';
import { startRig } from '../src/rig.ts';
import { waitFor } from '../src/wait.ts';
import { createDiary, diary } from './diary.ts';
import { createWorkshop, workshop } from './workshop.ts';

const run = promisify(execFile);
const ROLLDOWN = fileURLToPath(new URL('../../../node_modules/.bin/rolldown', import.meta.url));

const urlOf = ({ host, port }: { host: string; port: number }) => `ws://${host}:${port}/ws`;

describe('connect from a page', () => {
  it('calls, and streams bytes both ways, exactly', async () => {
    await using rig = await startRig(createWorkshop());
    const auth = { type: 'token', token: rig.token } as const;
    const client = await connect(workshop, urlOf(rig.running), { client: 'page/1', auth });
    expect(client.hello.principal).toBe('local');
    const body = Buffer.alloc(1024 * 1024, 7);
    expect(await client.call('work.echo', { text: 'ä' }, { body })).toEqual({ text: 'ä', bodyBytes: body.length });
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 251));
    const stream = client.open('work.cat', {});
    const parts: Uint8Array[] = [];
    const reading = (async () => {
      for await (const { body } of stream) if (body) parts.push(body);
    })();
    expect(await stream.write('in', sent)).toBe(true);
    stream.end('in');
    await reading;
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
    client.close();
    await client.closed;
  });

  it('is held up by nothing that nobody reads', async () => {
    const app = createWorkshop();
    await using rig = await startRig(app);
    const client = await connect(workshop, urlOf(rig.running), { client: 'page/1' });
    const unread = client.open('work.count', { to: 20_000 });
    await waitFor('the unread one to be held', () => app.counted >= 1023);
    expect(await client.ping()).toBeGreaterThan(0);
    let last = 0;
    for await (const { item } of unread) last = item?.number ?? last;
    expect(last).toBe(20_000);
    client.close();
  });

  it('goes on with a stream over new connections', async () => {
    await using rig = await startRig(createDiary(2000));
    await using proxy = await startFaultProxy(rig.running, { down: { cutAfterBytes: 60_000 } });
    let losses = 0;
    const client = new PersistentClient((signal) => connect(diary, urlOf(proxy), { client: 'page/1', signal }), {
      lost: () => (losses += 1),
    });
    let last = 0;
    for await (const item of client.follow('diary.follow', {})) {
      if ('gap' in item || item.seq !== last + 1) throw new Error(`${JSON.stringify(item)} came after ${last}`);
      last = item.seq;
      if (last === 2000) break;
    }
    client.close();
    expect([last, losses > 1]).toEqual([2000, true]);
  });

  it('says so where no service answers, or another one', async () => {
    await expect(connect(workshop, 'ws://127.0.0.1:1/ws', { client: 'page/1' })).rejects.toMatchObject({
      type: 'unavailable',
      message: expect.stringContaining('Cannot connect to ws://127.0.0.1:1/ws'),
    });
    await using rig = await startRig(createWorkshop());
    const other = { ...workshop, name: 'kitchen' };
    await expect(connect(other, urlOf(rig.running), { client: 'page/1' })).rejects.toMatchObject({
      type: 'unsupported',
    });
  });
});

describe('the bundle of a page', () => {
  it.each(['browser', 'persistent'])('%s needs nothing that only Node has', async (entry) => {
    const source = fileURLToPath(import.meta.resolve(`@sextant/client/${entry}`));
    const { stdout, stderr } = await run(ROLLDOWN, [source, '--platform', 'browser', '--format', 'esm'], {
      maxBuffer: 16 * 1024 * 1024,
    });
    expect(stderr).not.toMatch(/warn|unresolved|external/i);
    expect(stdout.length).toBeGreaterThan(1000);
    expect(stdout).not.toMatch(/^import\b|\bBuffer\b|\bprocess\.|node:/m);
  });
});
