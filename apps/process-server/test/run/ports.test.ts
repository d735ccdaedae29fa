import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePorts, listeningPorts } from '../../src/run/ports.ts';

describe('ports', () => {
  it('are those on which processes listen, of both families, and free when nobody does', async () => {
    const [one, other] = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '::1')];
    await Promise.all([one, other].map((server) => once(server, 'listening')));
    const ports = [one, other].map((server) => (server.address() as AddressInfo).port);
    const found = await listeningPorts([process.pid]);
    expect(found).toEqual(expect.arrayContaining(ports));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(await freePorts(ports)).toEqual([]);
    one.close();
    await once(one, 'close');
    expect(await freePorts(ports)).toEqual(ports.slice(0, 1));
    other.close();
  });

  it('are none of processes that are gone', async () => {
    expect(await listeningPorts([])).toEqual([]);
    expect(await listeningPorts([2 ** 22 + 1])).toEqual([]);
  });
});
