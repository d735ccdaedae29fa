import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { introduce, prove } from '@sextant/client/auth';
import { connect } from '@sextant/client/connect';
import { identityFrom, loadIdentity } from '@sextant/client/identity';
import { ProtocolError } from '@sextant/protocol/errors';
import { Tokens } from '@sextant/service/identity/tokens';
import { startRig, temporaryFolder } from '../src/rig.ts';
import { createWorkshop, workshop } from './workshop.ts';

const afar = { host: '192.0.2.1', port: 1, transport: 'tcp', encrypted: false, local: false } as const;
const token = { type: 'token', token: 'secret' } as const;

describe('introduce', () => {
  it.each([
    ['this machine', { ...afar, local: true }],
    ['TLS', { ...afar, encrypted: true }],
  ])('shows a token over %s', (_what, remote) => {
    expect(introduce(token, { remote })).toEqual(token);
  });

  it('shows nothing to a network', async () => {
    await using folder = await temporaryFolder();
    const identity = await loadIdentity(join(folder.path, 'key.pem'));
    for (const credentials of [token, identity]) {
      expect(() => introduce(credentials, { remote: afar })).toThrow(
        expect.objectContaining({ type: 'insecure_transport', retry: 'no' }),
      );
    }
    expect(introduce(undefined, { remote: afar })).toBeUndefined();
  });
});

describe('an identity', () => {
  it('is made once, for its user only, and is the same again', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'new', 'key.pem');
    const both = await Promise.all([loadIdentity(file), loadIdentity(file)]);
    const again = await loadIdentity(file);
    expect(new Set([...both, again].map(({ key }) => key)).size).toBe(1);
    expect(again.key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(identityFrom(await readFile(file, 'utf8')).key).toBe(again.key);
    await writeFile(file, 'nonsense');
    await expect(loadIdentity(file)).rejects.toThrow();
  });

  it('is known to a service that admits its key, by signing what the service asks', async () => {
    await using rig = await startRig(createWorkshop());
    const identity = await loadIdentity(join(rig.home, 'ann.pem'));
    const greet = () => connect(workshop, rig.running, { client: 'test/1', auth: identity });
    const unknown = await greet();
    expect(unknown.hello.principal).not.toBe('ann');
    unknown.close();
    await new Tokens(rig.home).create({ name: 'ann', scopes: ['work:use'], key: identity.key });
    const client = await greet();
    expect(client.hello).toMatchObject({ principal: 'ann', scopes: ['work:use'] });
    client.close();
  });

  it('signs nothing for another service', async () => {
    await using folder = await temporaryFolder();
    const identity = await loadIdentity(join(folder.path, 'key.pem'));
    const asked = { challenge: 'abc', service: 'bank', instance: 'x' };
    await expect(
      prove(identity, 'workshop', new ProtocolError('unauthenticated', 'sign', asked)),
    ).rejects.toMatchObject({ type: 'unauthenticated' });
  });
});
