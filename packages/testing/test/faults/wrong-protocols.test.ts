import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { printFigure, sized } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { seeded } from '../../src/random.ts';
import { upgradeRequest, webSocketFrame } from '../../src/websocket-bytes.ts';
import { spawnEverywhere, type Everywhere } from '../everywhere.ts';
import { spawnWorkshop, type WorkshopProcess } from '../workshop-process.ts';

/** What others say first. */
const OPENINGS: [name: string, opening: string | Buffer][] = [
  ['SMTP', 'EHLO me\r\n'],
  ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/0.9', 'GET /\r\n'],
  ['HTTP without a host', 'GET / HTTP/1.1\r\n\r\n'],
  ['Redis, inline', 'PING\r\n'],
  ['Redis', '*1\r\n$4\r\nPING\r\n'],
  ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
  ['TLS alert', Buffer.from('15030100020228', 'hex')],
  ['SMB', Buffer.from('000000a4ff534d4272', 'hex')],
  ['MQTT', Buffer.from('100c00044d5154540402003c0000', 'hex')],
  ['PostgreSQL', Buffer.from('0000000804d2162f', 'hex')],
  ['gRPC', Buffer.from('505249202a20485454502f322e300d0a0d0a534d0d0a0d0a000000040000000000', 'hex')],
  ['SOCKS', Buffer.from('050100', 'hex')],
  ['RDP', Buffer.from('030000130ee000000000000100080003000000', 'hex')],
  ['a proxy header', 'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n'],
  ['NUL', Buffer.alloc(64)],
  ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}]\n'],
];

const TLS_ALERT = String.fromCharCode(0x15, 3);

/** Says something, and returns what is answered until the other side ends; it must, once we have. */
function say(at: { host: string; port: number }, bytes: string | Uint8Array, withinMs = 5000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ ...at, allowHalfOpen: true });
    const deadline = setTimeout(() => {
      reject(new Error(`still open after ${withinMs} ms`));
      socket.destroy();
    }, withinMs);
    socket
      .setEncoding('latin1')
      .on('data', (text: string) => (answer += text))
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(deadline);
        resolve(answer);
      })
      .end(bytes);
  });
}

describe('C31: what speaks another protocol', () => {
  let everywhere: Everywhere;
  let plain: WorkshopProcess;
  beforeAll(async () => {
    everywhere = await spawnEverywhere({ log: () => {} });
    plain = await spawnWorkshop({ log: () => {} });
  });
  afterAll(async () => {
    await everywhere[Symbol.asyncDispose]();
    await plain[Symbol.asyncDispose]();
  });

  it.each(OPENINGS)('%s gets one line of help, an HTTP answer, or nothing', async (_name, opening) => {
    for (const at of [everywhere.at, plain]) {
      const answer = await say(at, opening);
      // A TLS alert is an answer too, where there is TLS.
      const isAlert = answer.startsWith(TLS_ALERT);
      if (!isAlert) expect(answer).toMatch(/^(|\{.*\}\n|HTTP\/1\.1 4\d\d [^]*)$/);
      expect(answer.split('\n').filter((line) => line.startsWith('{')).length).toBeLessThanOrEqual(1);
    }
  });

  it('in any of thousands of ways ends only its own connection', async () => {
    const client = await everywhere.client();
    const base = await footprint(everywhere.pid);
    const openings = sized(3000, 30_000);
    await seeded(async (random) => {
      const begin = [
        () => Buffer.from(random.bytes(1 + random.below(200))),
        () => Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), random.bytes(random.below(300))]),
        () =>
          Buffer.concat([
            Buffer.from('GET /ws HTTP/1.1\r\n'),
            random.bytes(random.below(100)),
            Buffer.from('\r\n\r\n'),
          ]),
        () =>
          Buffer.concat([Buffer.from(upgradeRequest('127.0.0.1', everywhere.port)), random.bytes(random.below(200))]),
        () =>
          Buffer.concat([
            Buffer.from(upgradeRequest('127.0.0.1', everywhere.port)),
            webSocketFrame(random.bytes(random.below(100)), random.below(16), random.chance(0.5)),
          ]),
        () =>
          Buffer.concat([
            Buffer.from('POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n'),
            random.bytes(9),
          ]),
        () => Buffer.concat([Buffer.from(' {"jsonrpc"'), random.bytes(random.below(200))]),
      ];
      for (let said = 0; said < openings; said += 30) {
        await Promise.all(Array.from({ length: 30 }, () => say(everywhere.at, random.pick(begin)(), 15_000)));
      }
    });
    expect(await client.ping()).toBeGreaterThan(0);
    await backAtBase(everywhere.pid, base, 15_000);
    printFigure({ figure: 'C31', what: `exits in ${openings} hostile openings`, value: 0, unit: '', limit: 0 });
  }, 120_000);
});
