import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { crowdOptions, report } from '../../src/crowd.ts';
import { requestLine, typeOf, type Line } from '../../src/exchange.ts';

/** Clients that try one token after the other, or one again and again. Reports what they were told, and how often. */
const { host, port, count, ms, from, tls, ca, token } = crowdOptions() as {
  host: string;
  port: number;
  count: number;
  ms: number;
  /** The address they come from. */
  from?: string;
  tls: boolean;
  ca?: string;
  /** The right one. */
  token?: string;
};

const told: Record<string, number> = { accepted: 0, unauthenticated: 0, rate_limited: 0, retryAfterMs: 0 };
let over = false;

report({});
process.once('message', () => {
  for (let guesser = 0; guesser < count; guesser += 1) guess(guesser);
  setTimeout(() => {
    over = true;
    report(told);
  }, ms);
});

/** One try a connection; the next one as soon as it is answered. */
function guess(number: number): void {
  if (over) return;
  const to = { host, port, ...(from !== undefined && { localAddress: from }) };
  const socket = tls ? connectTls({ ...to, ...(ca !== undefined && { ca }) }) : connect(to);
  const tried = token ?? `stx_guess${number}${'x'.repeat(30)}${Math.random()}`;
  socket.write(requestLine(1, 'rpc.hello', { protocol: 1, client: 'guess/1', auth: { type: 'token', token: tried } }));
  socket.once('data', (chunk: Buffer) => {
    note(JSON.parse(chunk.toString().split('\n', 1)[0] ?? '{}') as Line);
    socket.destroy();
  });
  // Not at once: a refused connection costs the guesser something too.
  socket.on('error', () => {}).on('close', () => setTimeout(() => guess(number + count), 20));
}

function note(answer: Line): void {
  const how = answer['result'] ? 'accepted' : String(typeOf(answer));
  told[how] = (told[how] ?? 0) + 1;
  const { retryAfterMs = 0 } = (answer as { error?: { data?: { retryAfterMs?: number } } }).error?.data ?? {};
  told['retryAfterMs'] = Math.max(told['retryAfterMs'] ?? 0, retryAfterMs);
}
