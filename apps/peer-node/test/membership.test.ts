import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { peerService } from '@sextant/protocol/peer';
import { registryService, type Contact } from '@sextant/protocol/registry';
import { makeCertificates } from '@sextant/service/certificates/certificates';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService, spawnServiceWith, type SpawnedService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';

const REGISTRY = new URL('../../contact-registry/src/main.ts', import.meta.url);
const PEER = new URL('../src/main.ts', import.meta.url);

type Peer = Client<typeof peerService>;

async function ask(peer: { host: string; port: number }): Promise<Peer> {
  return connect(peerService, peer, { client: 'test/1' });
}

async function seen(peer: Peer): Promise<string[]> {
  return (await peer.call('peer.list', {})).items.map(({ name }) => name);
}

async function allSee(peers: readonly Peer[], count: number): Promise<boolean> {
  const lists = await Promise.all(peers.map(seen));
  return lists.every((list) => list.length === count);
}

/** What is logged, as far as it is looked at. */
interface Entry {
  msg: string;
  folder: string;
  name?: string;
}

/** Whom a registry knows, once these are so many. */
async function known(registry: SpawnedService, count: number): Promise<Contact[]> {
  const client = await connect(registryService, registry, { client: 'test/1' });
  try {
    let contacts: Contact[] = [];
    await waitFor(`${count} to be registered`, async () => {
      contacts = (await client.call('registry.list', {})).items;
      return contacts.length === count;
    });
    return contacts;
  } finally {
    client.close();
  }
}

describe('peers of one process', () => {
  it('have each a name, a port, a key and log lines of their own, greet each other, and end together', async () => {
    await using home = await temporaryFolder();
    await using registry = await spawnService(REGISTRY, home.path);
    const lines: string[] = [];
    const flags = ['--registry', `127.0.0.1:${registry.port}`, '--count', '12', '--log-level', 'info'];
    const log = (line: string): unknown => lines.push(line);
    const service = await spawnServiceWith(PEER, home.path, { flags, log });
    const contacts = await known(registry, 12);
    const peers = await Promise.all(contacts.map(ask));
    await waitFor('every pair to be greeted', () => allSee(peers, 11).catch(() => false), 5000);
    const folders = Array.from({ length: 12 }, (_, at) => `_${at + 1}`);
    const keys = folders.map((folder) => readFileSync(join(home.path, 'peer-node', folder, 'key.pem'), 'utf8'));
    expect([new Set(keys).size, new Set(contacts.map(({ port }) => port)).size]).toEqual([12, 12]);
    const entries = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Entry);
    const registered = entries.filter(({ msg }) => msg === 'registered');
    expect(new Set(registered.map(({ folder }) => folder))).toEqual(new Set(folders));
    expect(new Set(registered.map(({ name }) => name))).toEqual(new Set(contacts.map(({ name }) => name)));
    await service[Symbol.asyncDispose]();
    expect(await known(registry, 0)).toEqual([]);
    // Node itself warns in plain words, such as where too many listen to one thing.
    expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
  });

  it('share no name, port or socket, and are not too many', async () => {
    await using home = await temporaryFolder();
    const start = (...flags: string[]): Promise<unknown> => spawnService(PEER, home.path, '--count', '2', ...flags);
    await expect(start('--port', '7000')).rejects.toThrow(
      '--port is for one peer: leave it out, or leave out --count.',
    );
    await expect(start('--name', 'ann')).rejects.toThrow('--name is for one peer');
    await expect(start('--socket', join(home.path, 'socket'))).rejects.toThrow('--socket is for one peer');
    await expect(start('--count', '201')).rejects.toThrow('count');
  });
});

describe('peers', () => {
  it('that know only the registry find and greet each other, and those who come later', async () => {
    await using home = await temporaryFolder();
    await using registry = await spawnService(REGISTRY, home.path);
    const at = ['--registry', `127.0.0.1:${registry.port}`];
    await using ann = await spawnService(PEER, home.path, ...at, '--name', 'ann');
    const first = await ask(ann);
    await waitFor('ann to be registered', () =>
      seen(first).then(
        () => true,
        () => false,
      ),
    );
    await using bob = await spawnService(PEER, home.path, ...at, '--name', 'bob');
    const second = await ask(bob);
    await waitFor('both to see one', () => allSee([first, second], 1).catch(() => false));
    expect(await first.call('peer.list', {})).toMatchObject({
      self: { name: 'ann', host: '127.0.0.1', port: ann.port },
      items: [
        { name: 'bob', port: bob.port, direction: 'in', greeting: `Hello ann, I am bob at 127.0.0.1:${bob.port}.` },
      ],
    });
    expect(await second.call('peer.list', {})).toMatchObject({
      items: [{ name: 'ann', direction: 'out', greeting: `Hello bob, I am ann at 127.0.0.1:${ann.port}.` }],
    });
    for (const peer of [first, second]) peer.close();
  });

  it('are found where they listen', async () => {
    await using home = await temporaryFolder();
    await using registry = await spawnService(REGISTRY, home.path);
    const at = ['--registry', `127.0.0.1:${registry.port}`];
    await using ann = await spawnService(PEER, home.path, ...at, '--host', '127.0.0.2');
    await using bob = await spawnService(PEER, home.path, ...at);
    const peers = [await ask(ann), await ask(bob)];
    await waitFor('both to see one', () => allSee(peers, 1).catch(() => false));
    expect(await peers[0]?.call('peer.list', {})).toMatchObject({ self: { host: '127.0.0.2', port: ann.port } });
    for (const peer of peers) peer.close();
  });

  it('are found where the registry sees them, or where they say, if they listen on every address', async () => {
    await using home = await temporaryFolder();
    await makeCertificates(home.path, ['localhost', '127.0.0.1'], { days: 1 });
    await using registry = await spawnService(REGISTRY, home.path);
    const at = ['--registry', `127.0.0.1:${registry.port}`, '--host', '0.0.0.0'];
    await using ann = await spawnService(PEER, home.path, ...at);
    await using bob = await spawnService(PEER, home.path, ...at, '--advertise', 'localhost');
    const peers = await Promise.all([ann, bob].map(({ port }) => ask({ host: '127.0.0.1', port })));
    await waitFor('both to see one', () => allSee(peers, 1).catch(() => false));
    const hosts = await Promise.all(peers.map(async (peer) => (await peer.call('peer.list', {})).self.host));
    expect(hosts).toEqual(['127.0.0.1', 'localhost']);
    for (const peer of peers) peer.close();
  });

  it('do not press a registry that refuses them', async () => {
    await using home = await temporaryFolder();
    await using registry = await spawnService(REGISTRY, home.path);
    const flags = ['--registry', `127.0.0.1:${registry.port}`, '--name', 'ann', '--log-level', 'warn'];
    await using first = await spawnService(PEER, home.path, ...flags);
    let tries = 0;
    await using elsewhere = await temporaryFolder();
    await using second = await spawnServiceWith(PEER, elsewhere.path, {
      flags,
      log: (line) => (tries += line.includes('trying again') ? 1 : 0),
    });
    await sleep(4000);
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(20);
    expect([first, second].map(({ child }) => child.exitCode)).toEqual([null, null]);
  });

  it('outlive their registry, and register again with the next one', async () => {
    await using home = await temporaryFolder();
    const registry = await spawnService(REGISTRY, home.path);
    const at = ['--registry', `127.0.0.1:${registry.port}`];
    await using ann = await spawnService(PEER, home.path, ...at, '--name', 'ann');
    await using bob = await spawnService(PEER, home.path, ...at, '--name', 'bob');
    const peers = [await ask(ann), await ask(bob)];
    await waitFor('both to see one', () => allSee(peers, 1).catch(() => false));
    registry.child.kill('SIGKILL');
    await using again = await spawnService(REGISTRY, home.path, '--port', String(registry.port));
    expect(again.port).toBe(registry.port);
    await using cid = await spawnService(PEER, home.path, ...at, '--name', 'cid');
    peers.push(await ask(cid));
    await waitFor('all three to see two', () => allSee(peers, 2).catch(() => false), 10_000);
    for (const peer of peers) peer.close();
  });

  it('are 50, greet in every pair, and see at once that ten of them died', async () => {
    await using home = await temporaryFolder();
    await using registry = await spawnService(REGISTRY, home.path);
    const services = await Promise.all(
      Array.from({ length: 50 }, () => spawnService(PEER, home.path, '--registry', `127.0.0.1:${registry.port}`)),
    );
    await using all = new AsyncDisposableStack();
    for (const service of services) all.use(service);
    const peers = await Promise.all(services.map(ask));
    await waitFor('every pair to be greeted', () => allSee(peers, 49).catch(() => false), 5000);
    for (const { child } of services.slice(0, 10)) child.kill('SIGKILL');
    const left = peers.slice(10);
    await waitFor('the others to see 39', () => allSee(left, 39), 2000);
    for (const peer of peers) peer.close();
  }, 90_000);
});
