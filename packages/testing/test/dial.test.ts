import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type SecureContext } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { LIMITS } from '@sextant/protocol/limits';
import { certificateFiles, makeCertificates } from '@sextant/service/certificates/certificates';
import { loadCertificate } from '@sextant/service/certificates/load';
import type { Address } from '@sextant/wire/address';
import { dial, type DialOptions } from '@sextant/wire/dial';
import { startRig, temporaryFolder } from '../src/rig.ts';
import { createWorkshop, workshop } from './workshop.ts';

/** A home with an authority of its own and a certificate for these hosts. */
async function certified(hosts: string[]): Promise<AsyncDisposable & { ca: string; tls: SecureContext }> {
  const home = await temporaryFolder();
  await makeCertificates(home.path, hosts, { days: 1 });
  const ca = await readFile(certificateFiles(home.path).ca, 'utf8');
  const certificate = loadCertificate({ home: home.path });
  if (!certificate) throw new Error('no certificate was made');
  return { ca, tls: certificate.context, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}

async function tryTo(address: Address, options: DialOptions = {}): Promise<unknown> {
  return dial(address, LIMITS, options).then(
    (connection) => connection.destroy(),
    (error: unknown) => error,
  );
}

describe('dial', () => {
  it('speaks TLS to a service whose certificate is vouched for, by name and by address', async () => {
    await using home = await certified(['localhost', '127.0.0.1']);
    await using rig = await startRig(createWorkshop(), {}, { tls: home.tls });
    const { port } = rig.running;
    for (const host of ['localhost', '127.0.0.1']) {
      const client = await connect(workshop, { host, port, tls: true }, { client: 'test/1', ca: home.ca });
      expect(await client.call('work.echo', { text: host })).toMatchObject({ text: host });
      client.close();
    }
  });

  it('says what is wrong with a certificate', async () => {
    await using home = await certified(['elsewhere.test']);
    await using rig = await startRig(createWorkshop(), {}, { tls: home.tls });
    const address = { host: '127.0.0.1', port: rig.running.port, tls: true };
    expect(await tryTo(address)).toMatchObject({
      type: 'insecure_transport',
      retry: 'no',
      message: expect.stringContaining('--ca'),
    });
    expect(await tryTo(address, { ca: home.ca })).toMatchObject({
      type: 'insecure_transport',
      message: expect.stringContaining('another name'),
    });
  });

  it('says so when the other side speaks no TLS', async () => {
    await using rig = await startRig(createWorkshop());
    expect(await tryTo({ host: '127.0.0.1', port: rig.running.port, tls: true })).toMatchObject({
      message: expect.stringMatching(/does not speak TLS|was cut/),
    });
    const plain = createServer((socket) => socket.end('220 mail\r\n')).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as { port: number };
    expect(await tryTo({ host: '127.0.0.1', port, tls: true })).toMatchObject({ type: 'unsupported' });
    plain.close();
  });

  it('speaks no TLS below 1.2', async () => {
    await using home = await certified(['127.0.0.1']);
    const old = createTlsServer({ secureContext: home.tls, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as object);
    old.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const { port } = old.address() as { port: number };
    expect(await tryTo({ host: '127.0.0.1', port, tls: true }, { ca: home.ca })).toMatchObject({
      message: expect.stringContaining('Cannot connect to'),
    });
    old.close();
  });

  it('reaches a Unix socket, which is as good as this machine', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'workshop.sock');
    expect(await tryTo({ path })).toMatchObject({ message: `Cannot connect to ${path}: there is no such socket.` });
    await using rig = await startRig(createWorkshop(), {}, { socket: path });
    const auth = { type: 'token', token: rig.token } as const;
    const client = await connect(workshop, { path }, { client: 'test/1', auth });
    expect(client.hello.principal).toBe('local');
    client.close();
  });

  it('gives up when told to', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const signal = AbortSignal.timeout(50);
    expect(await tryTo({ host: '127.0.0.1', port, tls: true }, { signal })).toMatchObject({ type: 'unavailable' });
    expect(await tryTo({ host: '127.0.0.1', port }, { signal })).toMatchObject({ type: 'unavailable' });
    silent.close();
  });
});
