import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { LIMITS } from '@sextant/protocol/limits';
import type { Service } from '@sextant/protocol/method';
import { describeService } from '@sextant/protocol/openrpc';
import { allowsSome } from '@sextant/protocol/scope';
import { sessionMethods } from '@sextant/protocol/session';
import { VERSION } from '@sextant/protocol/version';
import type { App } from '@sextant/service/handler';
import { openRawSocket } from '../raw-socket.ts';
import { startRig } from '../rig.ts';

/** What every service must do whatever it serves; each app runs this with its own. */
export function serviceSuite<S extends Service>(create: () => Promise<App<S>>): void {
  describe('as any service', () => {
    it('says who it is and what it has', async () => {
      await using rig = await startRig(await create());
      const { hello } = rig.client;
      expect(hello.methods).toEqual(expect.arrayContaining(Object.keys(sessionMethods)));
      expect(hello.limits).toMatchObject({ line: LIMITS.line, inFlight: LIMITS.inFlight });
      expect(await rig.client.ping()).toBeGreaterThan(0);
    });

    it('has a handler for each of its methods', async () => {
      const app = await create();
      await using rig = await startRig(app);
      expect(rig.client.hello.methods).toEqual(expect.arrayContaining(Object.keys(app.service.methods)));
    });

    it('tells of itself by HTTP, and whether it can work', async () => {
      const app = await create();
      await using rig = await startRig(app);
      const at = `http://127.0.0.1:${rig.running.port}`;
      expect(await (await fetch(`${at}/healthz`)).json()).toEqual({ status: 'ok' });
      const ready = await fetch(`${at}/readyz`);
      const reasons = (await app.unready?.()) ?? [];
      expect(await ready.json()).toEqual(reasons.length === 0 ? { ready: true } : { ready: false, reasons });
      expect(ready.status).toBe(reasons.length === 0 ? 200 : 503);
      expect(await (await fetch(`${at}/openrpc.json`)).json()).toEqual(describeService(app.service, VERSION));
      expect(await (await fetch(at)).text()).toContain(`<title>${app.service.name}`);
      expect(await (await fetch(`${at}/metrics`)).text()).toContain(`service="${app.service.name}"`);
    });

    it('lets nobody do more without a token than it says', async () => {
      const app = await create();
      await using rig = await startRig(app);
      const anonymous = await connect(app.service, rig.running, { client: 'test/1' });
      expect(anonymous.hello).toMatchObject({ principal: 'anonymous', scopes: app.service.anonymous });
      using raw = await openRawSocket(rig.running);
      raw.write('{"jsonrpc":"2.0","id":0,"method":"rpc.discover"}\n');
      expect(await raw.next()).toMatchObject({ id: 0, result: { info: { title: app.service.name } } });
      for (const [name, method] of Object.entries(app.service.methods)) {
        if (allowsSome(app.service.anonymous, method.access)) continue;
        raw.write(`{"jsonrpc":"2.0","id":1,"method":"${name}"}\n`);
        expect(await raw.next()).toMatchObject({ id: 1, error: { data: { type: 'unauthenticated' } } });
      }
      anonymous.close();
    });

    it('refuses another version and names its own', async () => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running, rig.token);
      raw.write('{"jsonrpc":"2.0","id":1,"method":"rpc.hello","params":{"protocol":2,"client":"x"}}\n');
      expect(await raw.next()).toMatchObject({
        id: 1,
        error: { data: { type: 'unsupported_version', supported: [1] } },
      });
    });

    it.each([
      ['no JSON', '{nonsense\n', 'parse_error'],
      ['no object', ' [1]\n', 'parse_error'],
      ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d, 0x0a]), 'bad_utf8'],
      [
        'too deep',
        `{"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}\n`,
        'too_deep',
      ],
    ])('answers %s by name and goes on', async (_what, line, type) => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running, rig.token);
      raw.write(line);
      raw.write('{"jsonrpc":"2.0","id":7,"method":"rpc.ping"}\n');
      expect(await raw.next()).toMatchObject({ id: null, error: { data: { type } } });
      expect(await raw.next()).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
    });

    it.each([
      ['a line over the limit', `{"a":"${'x'.repeat(LIMITS.line)}"}\n`, 'line_too_long'],
      [
        'a body over the limit',
        `{"jsonrpc":"2.0","id":1,"method":"rpc.ping","body":${LIMITS.body + 1}}\n`,
        'body_too_large',
      ],
      ['a lying body', '{"jsonrpc":"2.0","id":1,"method":"rpc.ping","body":2}\nabcdef\n', 'bad_framing'],
      ['a negative body', '{"jsonrpc":"2.0","id":1,"method":"rpc.ping","body":-1}\n', 'bad_framing'],
    ])('answers %s and closes', async (_what, bytes, type) => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running, rig.token);
      raw.write(bytes);
      expect(await raw.next()).toMatchObject({ id: null, error: { data: { type } } });
      expect(await raw.next()).toMatchObject({ method: 'rpc.goaway', params: { reason: 'protocol_error' } });
      expect(await raw.next()).toBeUndefined();
      expect(await rig.client.ping()).toBeGreaterThan(0);
    });

    it('helps whoever speaks another protocol', async () => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running);
      raw.write('*1\r\n$4\r\nPING\r\n');
      expect(await raw.next()).toMatchObject({ id: null, error: { data: { type: 'bad_framing' } } });
      expect(await raw.next()).toBeUndefined();
    });

    it.each(['constructor', '__proto__', 'toString', 'nothing.here'])('has no method %s', async (method) => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running, rig.token);
      raw.write(`{"jsonrpc":"2.0","id":1,"method":"${method}"}\n`);
      expect(await raw.next()).toMatchObject({ id: 1, error: { code: -32601, data: { type: 'method_not_found' } } });
    });

    it('answers what came before the end, then ends', async () => {
      await using rig = await startRig(await create());
      using raw = await openRawSocket(rig.running, rig.token);
      raw.socket.end('\r\n{"jsonrpc":"2.0","id":"a","method":"rpc.ping","params":{}}\r\n');
      expect(await raw.next()).toEqual({ jsonrpc: '2.0', id: 'a', result: {} });
      expect(await raw.next()).toBeUndefined();
    });

    it('closes in time, and says so', async () => {
      const app = await create();
      const rig = await startRig(app);
      using raw = await openRawSocket(rig.running, rig.token);
      raw.write('{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}\n');
      await raw.next();
      await rig.running.close();
      expect(await raw.next()).toMatchObject({ method: 'rpc.goaway', params: { reason: 'shutdown' } });
      expect(await raw.next()).toBeUndefined();
      await rig.client.closed;
      await expect(connect(app.service, rig.running, { client: 'test/1' })).rejects.toMatchObject({
        type: 'unavailable',
      });
    });
  });
}
