import { describe, expect, it } from '@jest/globals';
import { startRig } from '../src/rig.ts';
import { createWorkshop } from './workshop.ts';

const start = () => startRig(createWorkshop());

/** Posts a request and returns the status and the message that answers it. */
async function post(port: number, message: object | string, headers: object = {}): Promise<[number, unknown]> {
  const response = await fetch(`http://127.0.0.1:${port}/rpc`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
  });
  const text = await response.text();
  return [response.status, text === '' ? undefined : JSON.parse(text)];
}

describe('a posted request', () => {
  it('is answered, however long it takes', async () => {
    await using rig = await start();
    const [status, answer] = await post(rig.running.port, { method: 'work.wait', params: { ms: 1500 } });
    expect([status, answer]).toEqual([200, { jsonrpc: '2.0', id: 1, result: { stopped: false } }]);
  });

  it('is answered without its items', async () => {
    await using rig = await start();
    const [status, answer] = await post(rig.running.port, { method: 'work.count', params: { to: 1000 } });
    expect([status, answer]).toEqual([200, { jsonrpc: '2.0', id: 1, result: { sent: 1000 } }]);
  });

  it.each([
    ['work.nothing', {}, 404, 'method_not_found'],
    ['work.wait', { ms: 'x' }, 400, 'invalid_params'],
    ['work.cat', {}, 501, 'unsupported'],
    ['work.fail', {}, 500, 'internal'],
  ])('%s %j is answered with %i', async (method, params, status, type) => {
    await using rig = await start();
    expect(await post(rig.running.port, { method, params })).toEqual([
      status,
      expect.objectContaining({ id: 1, error: expect.objectContaining({ data: expect.objectContaining({ type }) }) }),
    ]);
  });

  it.each([
    ['no JSON', '{', 400, 'parse_error'],
    ['a body', '{"jsonrpc":"2.0","id":1,"method":"work.echo","body":3}', 501, 'unsupported'],
    ['too long', `{"a":"${'x'.repeat(70_000)}"}`, 413, 'line_too_long'],
  ])('that is %s is refused', async (_what, message, status, type) => {
    await using rig = await start();
    const [told, answer] = await post(rig.running.port, message);
    expect([told, answer]).toMatchObject([status, { id: null, error: { data: { type } } }]);
  });

  it('without an id has no answer', async () => {
    await using rig = await start();
    expect(await post(rig.running.port, '{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":1}}')).toEqual([
      204,
      undefined,
    ]);
  });

  it('says who asks by its header', async () => {
    await using rig = await start();
    const hello = { method: 'rpc.hello', params: { protocol: 1, client: 'test/1' } };
    const right = await post(rig.running.port, hello, { Authorization: `Bearer ${rig.token}` });
    expect(right).toMatchObject([200, { result: { principal: 'local' } }]);
    const wrong = await post(rig.running.port, hello, { Authorization: 'Bearer nothing' });
    expect(wrong).toMatchObject([401, { error: { data: { type: 'unauthenticated' } } }]);
    const basic = await post(rig.running.port, hello, { Authorization: 'Basic bTp4' });
    expect(basic).toMatchObject([401, { error: { data: { type: 'unauthenticated' } } }]);
  });

  it('ends with whoever posted it', async () => {
    await using rig = await start();
    const over = new AbortController();
    const posted = fetch(`http://127.0.0.1:${rig.running.port}/rpc`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"work.wait","params":{"ms":20000}}',
      signal: over.signal,
    });
    setTimeout(() => over.abort(), 200);
    await expect(posted).rejects.toThrow();
    const live = async (): Promise<number> => (await rig.client.call('work.figures', {})).live;
    for (let tries = 0; (await live()) > 0 && tries < 100; tries += 1) await new Promise((r) => setTimeout(r, 10));
    expect(await live()).toBe(0);
  });
});
