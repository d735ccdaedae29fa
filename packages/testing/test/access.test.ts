import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { defineService, method } from '@sextant/protocol/method';
import type { App } from '@sextant/service/handler';
import { Tokens } from '@sextant/service/identity/tokens';
import { z } from 'zod';
import { startRig, type Rig } from '../src/rig.ts';

const room = z.strictObject({ room: z.string().optional() });
const nothing = z.object({});

/** A service whose methods are about things with names. */
const house = defineService({
  name: 'house',
  port: 0,
  anonymous: ['house:look'],
  methods: {
    'house.look': method({ summary: 'Looks.', access: 'house:look', params: room, result: nothing }),
    'house.enter': method({
      summary: 'Enters a room.',
      access: 'house:enter',
      object: 'room',
      audited: true,
      params: room,
      result: nothing,
    }),
    'house.leave': method({
      summary: 'Leaves.',
      access: 'house:enter',
      object: 'own',
      params: room,
      result: nothing,
    }),
    'house.sell': method({ summary: 'Sells all.', access: 'house:enter', params: room, result: nothing }),
  },
});

const start = (): Promise<Rig<typeof house>> => {
  const app: App<typeof house> = {
    service: house,
    handlers: {
      'house.look': () => ({}),
      'house.enter': () => ({}),
      'house.leave': () => ({}),
      'house.sell': () => ({}),
    },
  };
  return startRig(app);
};

async function enterAs(rig: Rig<typeof house>, scopes: string[], expiresAt?: string): Promise<Client<typeof house>> {
  const wish = { name: 'ann', scopes, ...(expiresAt !== undefined && { expiresAt }) };
  const { token = '' } = await new Tokens(rig.home).create(wish);
  return connect(house, rig.running, { client: 'test/1', auth: { type: 'token', token } });
}

/** What is refused, of all that could be asked. */
async function refusals(client: Client<typeof house>): Promise<string[]> {
  const asked: [keyof typeof house.methods, string | undefined][] = [
    ['house.look', undefined],
    ['house.enter', undefined],
    ['house.enter', 'hall'],
    ['house.enter', 'hall-2'],
    ['house.enter', 'cellar'],
    ['house.leave', undefined],
    ['house.sell', undefined],
  ];
  const refused: string[] = [];
  for (const [name, where] of asked) {
    const error = await client.call(name, { room: where }).then(
      () => undefined,
      (reason: { type: string }) => reason.type,
    );
    if (error !== undefined) refused.push(`${name} ${where ?? '-'}: ${error}`);
  }
  return refused;
}

describe('scopes', () => {
  it.each([
    [['*'], []],
    [['house:*'], []],
    [['house:enter', 'house:look'], []],
    [
      ['house:look', 'house:enter:hall'],
      ['house.enter -', 'house.enter hall-2', 'house.enter cellar', 'house.sell -'],
    ],
    [
      ['house:look', 'house:enter:hall*'],
      ['house.enter -', 'house.enter cellar', 'house.sell -'],
    ],
    [
      ['garden:*'],
      [
        'house.look -',
        'house.enter -',
        'house.enter hall',
        'house.enter hall-2',
        'house.enter cellar',
        'house.leave -',
        'house.sell -',
      ],
    ],
  ])('%j refuse %j', async (scopes, refused) => {
    await using rig = await start();
    const client = await enterAs(rig, scopes);
    expect(await refusals(client)).toEqual(refused.map((what) => `${what}: forbidden`));
    client.close();
  });

  it('of a stranger are those of the service, and it is asked who it is for more', async () => {
    await using rig = await start();
    const client = await connect(house, rig.running, { client: 'test/1' });
    expect(client.hello).toMatchObject({ principal: 'anonymous', scopes: ['house:look'] });
    expect(await refusals(client)).toHaveLength(6);
    await expect(client.call('house.enter', { room: 'hall' })).rejects.toMatchObject({
      type: 'unauthenticated',
      data: { scope: 'house:enter' },
    });
    client.close();
  });
});

describe('a token', () => {
  it.each([
    ['that is revoked', undefined],
    ['that expires', 1200],
  ])('%s ends its connections, and no others', async (_what, lifeMs) => {
    await using rig = await start();
    const expiresAt = lifeMs === undefined ? undefined : new Date(Date.now() + lifeMs).toISOString();
    const client = await enterAs(rig, ['house:look'], expiresAt);
    await client.call('house.look', {});
    const [entry] = await new Tokens(rig.home).list();
    if (lifeMs === undefined) await new Tokens(rig.home).revoke(entry?.id ?? '');
    await client.closed;
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });

  it('is said who it was let in by, and what was done with it, in the audit log', async () => {
    await using rig = await start();
    const client = await enterAs(rig, ['house:enter:hall']);
    await client.call('house.enter', { room: 'hall' });
    await client.call('house.enter', { room: 'cellar' }).catch(() => {});
    client.close();
    await connect(house, rig.running, { client: 'test/1', auth: { type: 'token', token: 'wrong' } }).catch(() => {});
    await sleep(50);
    const lines = readFileSync(join(rig.home, 'audit.log'), 'utf8').trim().split('\n');
    const [entry] = await new Tokens(rig.home).list();
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { event: 'authenticated', principal: 'local' },
      { event: 'authenticated', principal: 'ann', tokenId: entry?.id },
      { event: 'call', principal: 'ann', method: 'house.enter', object: 'hall', outcome: 'allowed' },
      { event: 'call', principal: 'ann', method: 'house.enter', outcome: 'ok' },
      { event: 'call', principal: 'ann', method: 'house.enter', object: 'cellar', outcome: 'forbidden' },
      { event: 'refused', principal: 'unknown', outcome: 'unauthenticated' },
    ]);
  });
});
