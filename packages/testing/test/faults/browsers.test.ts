import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, oneof, option, record, webAuthority, webUrl } from 'fast-check';
import { printFigure, sized } from '../../src/figure.ts';
import { seedOfRun } from '../../src/random.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingPrograms } from '../../src/missing.ts';
import { spawnWorkshop, type WorkshopProcess } from '../workshop-process.ts';
import { request } from '../http.ts';
import { openPage } from '../chromium.ts';

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const FOREIGN = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.nip.io',
  'evil.example#localhost',
  'evil@localhost',
  '0.0.0.0',
];

describe('C22, C23: names and pages of others', () => {
  it('get nothing, whatever they are', async () => {
    await using workshop = await spawnWorkshop();
    const pairs = sized(2000, 10_000);
    let asked = 0;
    const port = `:${workshop.port}`;
    const hosts = oneof(
      constantFrom(...OWN_NAMES, ...FOREIGN).map((name) => name + port),
      constantFrom(...OWN_NAMES, ...FOREIGN, ''),
      webAuthority({ withPort: true }),
    );
    const origins = oneof(
      constantFrom(...OWN_NAMES.map((name) => `http://${name}${port}`), 'null', 'file://', 'http://localhost', ''),
      webUrl(),
    );
    const pair = record({
      host: hosts,
      origin: option(origins, { nil: undefined }),
      path: constantFrom('/ws', '/rpc', '/'),
    });
    await assert(
      asyncProperty(pair, async ({ host, origin, path }) => {
        asked += 1;
        const status = await statusOf(workshop, path, host, origin);
        if (!isOwnName(host)) expect([400, 421]).toContain(status);
        else if (origin !== undefined && !isOwnPage(origin, host)) expect(status).toBe(403);
        else expect([101, 200]).toContain(status);
      }),
      { seed: seedOfRun(), numRuns: pairs },
    );
    printFigure({
      figure: 'C22',
      what: `of ${asked} pairs of Host and Origin that passed wrongly`,
      value: 0,
      unit: '',
      limit: 0,
    });
  }, 120_000);

  function statusOf(
    { port }: WorkshopProcess,
    path: string,
    host: string,
    origin: string | undefined,
  ): Promise<number> {
    const upgrade =
      path === '/ws'
        ? 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
        : '';
    const ping = '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}';
    const post =
      path === '/rpc' ? `Content-Type: application/json\r\nContent-Length: ${ping.length}\r\n\r\n${ping}` : '\r\n';
    const from = origin === undefined ? '' : `Origin: ${origin}\r\n`;
    const head = `${path === '/rpc' ? 'POST' : 'GET'} ${path} HTTP/1.1\r\nHost: ${host}\r\n${from}${upgrade}${post}`;
    return request(port, head);
  }

  function isOwnName(host: string): boolean {
    return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
  }

  function isOwnPage(origin: string, host: string): boolean {
    return URL.parse(origin)?.origin === URL.parse(`http://${host}`)?.origin;
  }

  it.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['plain text', 'text/plain'],
  ])('%s cannot ask for anything, wherever it is from', async (_name, type) => {
    await using workshop = await spawnWorkshop();
    const ping = '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}';
    const head = `POST /rpc HTTP/1.1\r\nHost: localhost:${workshop.port}\r\nContent-Type: ${type}\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`;
    expect(await request(workshop.port, head)).toBe(415);
  });
});

describeUnless(await missingPrograms('chromium'))('C23: a page of another origin in Chromium', () => {
  it('reaches nothing by fetch, form or WebSocket', async () => {
    await using workshop = await spawnWorkshop();
    await using elsewhere = await servePage();
    await using page = await openPage(`http://localhost:${elsewhere.port}/`);
    const tried = await page.evaluate(async (port: number) => {
      const ping = '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}';
      const at = `http://127.0.0.1:${port}/rpc`;
      const json = { 'Content-Type': 'application/json' };
      const fetched = (options: RequestInit) =>
        fetch(at, { method: 'POST', body: ping, ...options }).then(
          (answer) => `${answer.type} ${answer.status}`,
          () => 'failed',
        );
      const socket = (protocols?: string) =>
        new Promise<string>((resolve) => {
          const webSocket = new WebSocket(`ws://127.0.0.1:${port}/ws`, protocols);
          webSocket.addEventListener('open', () => resolve('open'));
          webSocket.addEventListener('error', () => resolve('failed'));
        });
      return [
        await fetched({ headers: json }),
        await fetched({}),
        await fetched({ mode: 'no-cors' }),
        await socket(),
        await socket('sextant.v1'),
      ];
    }, workshop.port);
    // A page learns nothing, not even the status.
    expect(tried).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
    const metrics = await fetch(`http://127.0.0.1:${workshop.port}/metrics`).then((answer) => answer.text());
    expect(metrics).toMatch(/sextant_refused_total\{[^}]*reason="origin"[^}]*\} [1-9]/);
    expect(metrics).not.toMatch(/sextant_requests_total\{[^}]*rpc\.ping/);
  }, 60_000);
});

/** A page somewhere else on this machine. */
async function servePage(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<p>elsewhere'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
