import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SERVICES } from '@sextant/protocol/services';
import { certificateFiles, makeCertificates } from '@sextant/service/certificates/certificates';
import { readLocalToken } from '@sextant/service/identity/local-token';
import jayson from 'jayson/promise/index.js';
import { readLines, requestLine } from '../src/exchange.ts';
import { temporaryFolder } from '../src/rig.ts';
import { spawnService, type SpawnedService } from '../src/spawn.ts';
import { describeUnless } from '../src/describe-unless.ts';
import { missingPrograms } from '../src/missing.ts';
import { openPage } from './chromium.ts';

const run = promisify(execFile);
const PING = requestLine(1, 'rpc.ping');
const PONG = { jsonrpc: '2.0', id: 1, result: {} };

const programs = ['nc', 'curl', 'openssl', 'python3', 'chromium'];
const missing = Object.fromEntries(
  await Promise.all(programs.map(async (program) => [program, await missingPrograms(program)] as const)),
);

/** Programs that nobody wrote for these services, all at the one port that each of them has. */
describe.each(SERVICES.map(({ name }) => [name]))('%s, on one port, is understood by', (name) => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>;
  let service: SpawnedService;
  let ca: string;

  beforeAll(async () => {
    home = await temporaryFolder();
    await makeCertificates(home.path, ['localhost', '127.0.0.1'], { days: 1 });
    ca = certificateFiles(home.path).ca;
    const main = new URL(`../../../apps/${name}/src/main.ts`, import.meta.url);
    service = await spawnService(main, home.path);
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  const shell = async (script: string, ...words: string[]): Promise<string> =>
    (await run('sh', ['-c', script, '127.0.0.1', String(service.port), ...words], { timeout: 15_000 })).stdout;

  describeUnless(missing['nc'])('nc', () => {
    it('which ends its side and still is answered', async () => {
      const said = await shell(
        `printf '%s\\n%s\\n' '${PING.trim()}' '${requestLine(2, 'rpc.discover').trim()}' | nc -N "$0" "$1"`,
      );
      const lines = readLines(Buffer.from(said));
      expect(lines).toMatchObject([PONG, { id: 2 }]);
    });
  });

  describeUnless(missing['curl'])('curl', () => {
    it('over HTTP and HTTPS', async () => {
      for (const url of [`http://127.0.0.1:${service.port}`, `https://127.0.0.1:${service.port}`]) {
        const curl = (path: string, ...words: string[]) =>
          run('curl', ['--silent', '--fail', '--max-time', '10', '--cacert', ca, ...words, url + path]).then(
            ({ stdout }) => stdout,
          );
        expect(JSON.parse(await curl('/rpc', '--json', PING))).toEqual(PONG);
        await curl('/healthz');
        expect(JSON.parse(await curl('/openrpc.json'))).toMatchObject({ openrpc: expect.stringMatching(/^1\.3/) });
        await expect(curl('/nothing')).rejects.toMatchObject({ code: 22 });
      }
    });
  });

  describeUnless(missing['openssl'])('openssl s_client', () => {
    it('over TLS', async () => {
      const script = `(printf '%s\\n' '${PING.trim()}'; sleep 0.5) | openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile '${ca}' -connect "$0:$1" 2>/dev/null`;
      expect(readLines(Buffer.from(await shell(script)))).toEqual([PONG]);
    });
  });

  describeUnless(missing['python3'])('forty lines of Python', () => {
    const program = fileURLToPath(new URL('clients/client.py', import.meta.url));
    it('over TCP and TLS, with a token and without', async () => {
      const token = readLocalToken(home.path) ?? '';
      for (const words of [[], [ca, ''], [ca, token]]) {
        const { stdout } = await run('python3', [program, 'localhost', String(service.port), ...words]);
        const principal = words[1] ? 'local' : 'anonymous';
        expect(JSON.parse(stdout)).toEqual({ service: name, principal, unknown: 'method_not_found' });
      }
    });
  });

  it('jayson, a library for JSON-RPC', async () => {
    const client = jayson.Client.tcp({ host: '127.0.0.1', port: service.port });
    expect(await client.request('rpc.ping', {})).toMatchObject({ result: {} });
    expect(await client.request('no.such', {})).toMatchObject({ error: { code: -32_601 } });
  });

  describeUnless(missing['chromium'])('Chromium', () => {
    it('over HTTP and a WebSocket of its own page', async () => {
      await using page = await openPage(`http://127.0.0.1:${service.port}/`);
      expect(await page.title()).toContain(name);
      const answer = await page.evaluate(
        ([url = '', ping = '']: string[]) =>
          new Promise<string>((resolve, reject) => {
            const webSocket = new WebSocket(url, 'sextant.v1');
            webSocket.addEventListener('open', () => webSocket.send(ping));
            webSocket.addEventListener('message', ({ data }) => resolve(String(data)));
            webSocket.addEventListener('error', () => reject(new Error('no WebSocket')));
          }),
        [`ws://127.0.0.1:${service.port}/ws`, PING],
      );
      expect(JSON.parse(answer)).toEqual(PONG);
    }, 60_000);
  });
});
