import { lines, type Dialect, type Writer } from './dialect.ts';
import { FIRST, NUMBER, Numbered } from './numbered.ts';
import type { Teller } from './teller.ts';

const CHANNEL = 'printer';

/** SET with an expiry; KEYS and MGET; a change is set and published. */
export const redisWords: Dialect = {
  counter: lines,
  register: new Numbered(set('node', 'peer-node')),
  change: change(),
  refusal: '-ERR',
  list,
  watch: { request: Buffer.from(command('SUBSCRIBE', CHANNEL)), counter: lines, first: 6, each: 7 },
};

function set(name: string, kind: string): string {
  return command('SET', `${name}-${NUMBER}`, contact(name, kind), 'EX', '3600');
}

/** Two commands, each of which is answered by a line. */
function change(): Writer {
  const both = new Numbered(set('printer', 'printer') + command('PUBLISH', CHANNEL, contact('printer', 'printer')));
  return { length: both.length, write: (...where) => both.write(...where), counts: 2 };
}

function contact(name: string, kind: string): string {
  return `{"name":"${name}-${NUMBER}","kind":"${kind}","host":"127.0.0.1","port":4001}`;
}

/** The names come first, then what they stand for: two lines each. */
async function list(teller: Teller, count: number): Promise<void> {
  const answerLines = 1 + 2 * count;
  const names = teller.more(answerLines);
  teller.send(command('KEYS', 'node-*'));
  await names;
  const values = teller.more(answerLines);
  teller.send(command('MGET', ...Array.from({ length: count }, (_, at) => `node-${FIRST + at}`)));
  await values;
}

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
