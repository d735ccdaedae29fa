import { connect } from 'node:net';
import { setInterval as every } from 'node:timers/promises';
import { crowdOptions, report } from '../../src/crowd.ts';
import { quantile } from '../../src/figure.ts';

/** One client that behaves: a ping now and then. When told anything, reports how long they took since it last did. */
const { host, port, everyMs } = crowdOptions() as { host: string; port: number; everyMs: number };

const started = new Map<number, number>();
let took: number[] = [];
let lost = 0;
let text = '';

const socket = connect({ host, port, noDelay: true });
socket.setEncoding('utf8').on('data', (chunk: string) => {
  text += chunk;
  const lines = text.split('\n');
  text = lines.pop() ?? '';
  for (const line of lines) answered((JSON.parse(line) as { id?: number }).id);
});
socket.on('error', () => {}).on('close', () => (lost += 1));
process.on('message', () => {
  // Those that are still waited for count as long as they have waited.
  const waiting = [...started.values()].map((since) => performance.now() - since);
  const all = [...took, ...waiting];
  took = [];
  report({ count: all.length, p50: quantile(all, 0.5), p99: quantile(all, 0.99), longest: Math.max(...all), lost });
});
socket.once('connect', () => report({}));

let id = 0;
for await (const _ of every(everyMs)) {
  id += 1;
  started.set(id, performance.now());
  socket.write(`{"jsonrpc":"2.0","id":${id},"method":"rpc.ping"}\n`);
}

function answered(id: number | undefined): void {
  const since = id === undefined ? undefined : started.get(id);
  if (id === undefined || since === undefined) return;
  started.delete(id);
  took.push(performance.now() - since);
}
