import { lines, type Dialect } from './dialect.ts';
import { NUMBER, Numbered } from './numbered.ts';
import type { Teller } from './teller.ts';

/** Ours, and that of the bare server. */
export const jsonLines: Dialect = {
  counter: lines,
  register: new Numbered(registration('node', 'peer-node')),
  change: new Numbered(registration('printer', 'printer')),
  refusal: '"error"',
  list,
  watch: {
    request: Buffer.from(request(1, 'registry.watch', '{"kind":"printer"}')),
    counter: lines,
    first: 1,
    each: 1,
  },
};

/** The number of a registration is its id too. */
function registration(name: string, kind: string): string {
  const params = `{"kind":"${kind}","port":4001,"name":"${name}-${NUMBER}","ttlMs":3600000,"limit":0}`;
  return request(NUMBER, 'registry.register', params);
}

function request(id: string | number, method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}\n`;
}

async function list(teller: Teller): Promise<void> {
  for (let params: string | undefined = '{}'; params !== undefined;) {
    const page = teller.more(1);
    teller.send(request(1, 'registry.list', params));
    params = nextOf(await page);
  }
}

/** Where the next page begins is said at the end of a page. */
function nextOf(tail: Buffer): string | undefined {
  const [, next] = /("next":"[^"]+")\}\}\n$/.exec(tail.toString()) ?? [];
  return next && `{${next}}`;
}
