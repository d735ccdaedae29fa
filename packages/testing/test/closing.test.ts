import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openRawSocket } from '../src/raw-socket.ts';
import { startRig, temporaryFolder } from '../src/rig.ts';
import { createWorkshop } from './workshop.ts';

describe('a service that closes', () => {
  it('does not wait for the rest of an HTTP request', async () => {
    const rig = await startRig(createWorkshop());
    const socket = connect(rig.running.port, '127.0.0.1');
    socket.on('error', () => {}).write('GET / HTT');
    await sleep(50);
    const begin = performance.now();
    await rig[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('a connection that is cut while it is streamed to', () => {
  it.each(['tcp', 'websocket'])('over %s stops what streams, and nothing else', async (transport) => {
    const app = createWorkshop();
    await using rig = await startRig(app);
    const ask = '{"jsonrpc":"2.0","id":1,"method":"work.count","params":{"to":1000000000}}';
    if (transport === 'tcp') {
      using raw = await openRawSocket(rig.running);
      raw.write(`${ask}\n`);
      await raw.next();
    } else {
      const socket = new WebSocket(`ws://127.0.0.1:${rig.running.port}/ws`, 'sextant.v1');
      await once(socket, 'open');
      socket.send(ask);
      await once(socket, 'message');
      socket.close();
    }
    await sleep(300);
    const { counted } = app;
    expect(await rig.client.ping()).toBeLessThan(5000);
    await sleep(100);
    expect(app.counted).toBe(counted);
  });
});

describe('a Unix socket', () => {
  it('is for its user only, and replaces what a killed service left, and nothing else', async () => {
    await using home = await temporaryFolder();
    const socket = join(home.path, 'socket');
    {
      await using rig = await startRig(createWorkshop(), {}, { socket });
      expect(lstatSync(socket).mode & 0o777).toBe(0o600);
      const raw = connect(socket);
      raw.write('{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}\n');
      expect(String(await once(raw, 'data'))).toContain('"result":{}');
      raw.destroy();
      await expect(startRig(createWorkshop(), {}, { socket })).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(rig.running.port).toBeGreaterThan(0);
    }
    const file = join(home.path, 'file');
    writeFileSync(file, 'precious');
    await expect(startRig(createWorkshop(), {}, { socket: file })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});
