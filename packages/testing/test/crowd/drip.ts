import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { crowdOptions, report } from '../../src/crowd.ts';
import { OPCODE, upgradeRequest, webSocketFrame } from '../../src/websocket-bytes.ts';

/** Clients that say what they say byte by byte, and never come to an end. Reports when all of them are gone, and when. */
const { host, port, count, everyMs } = crowdOptions() as {
  host: string;
  port: number;
  /** Clients of each kind. */
  count: number;
  everyMs: number;
};

const KINDS: Readonly<Record<string, () => Promise<{ first?: Buffer; drip: Buffer }>>> = {
  silence: async () => ({ drip: Buffer.alloc(0) }),
  line: async () => ({ drip: Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(1000)}`) }),
  blanks: async () => ({ drip: Buffer.alloc(1000, '\n') }),
  tls: async () => ({ drip: await clientHello() }),
  header: async () => ({ drip: Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Y: ${'x'.repeat(1000)}`) }),
  post: async () => ({
    first: Buffer.from(
      'POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n',
    ),
    drip: Buffer.alloc(999, ' '),
  }),
  upgrade: async () => ({ drip: Buffer.from(upgradeRequest(host, port)).subarray(0, -4) }),
  fragments: async () => ({
    first: Buffer.from(upgradeRequest(host, port)),
    drip: Buffer.concat([
      webSocketFrame(Buffer.from('{'), OPCODE.text, false),
      ...Array.from({ length: 200 }, () => webSocketFrame(Buffer.from(' '), OPCODE.continuation, false)),
    ]),
  }),
};

const longest: Record<string, number> = {};
let open = 0;

report({});
process.once('message', () => void begin());

async function begin(): Promise<void> {
  for (const [kind, what] of Object.entries(KINDS)) {
    const { first, drip } = await what();
    for (let client = 0; client < count; client += 1) start(kind, first, drip);
  }
}

function start(kind: string, first: Buffer | undefined, drip: Buffer): void {
  const socket = connect({ host, port, allowHalfOpen: true });
  const since = performance.now();
  let at = 0;
  const drops = setInterval(() => {
    if (at < drip.length) socket.write(drip.subarray(at, (at += 1)));
  }, everyMs);
  open += 1;
  if (first) socket.write(first);
  socket
    .resume()
    .on('error', () => {})
    // Told that it is over: whoever goes on would only meet a reset.
    .on('end', () => socket.destroy())
    .on('close', () => {
      clearInterval(drops);
      longest[kind] = Math.max(longest[kind] ?? 0, performance.now() - since);
      open -= 1;
      if (open === 0) report(longest);
    });
}

/** The first bytes of a TLS handshake. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const pipe = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    connectTls({ socket: pipe }).on('error', () => {});
  });
}
