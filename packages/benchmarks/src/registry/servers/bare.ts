// The limit: a registry of nothing but node:net and a Map. It answers all of a chunk in one piece, lists everybody in one
// line, and hands a change to all who watch as one buffer.
import { createServer, type AddressInfo, type Socket } from 'node:net';

interface Params {
  name: string;
  kind: string;
  port: number;
  ttlMs: number;
}

const contacts = new Map<string, { contact: object; expiresAt: number }>();
const watchers = new Map<string, Set<Socket>>();
let rev = 0;

setInterval(() => {
  const now = performance.now();
  for (const [name, { expiresAt }] of contacts) if (expiresAt <= now) contacts.delete(name);
}, 500);

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('utf8').on('error', () => {});
  socket.on('close', () => {
    for (const all of watchers.values()) all.delete(socket);
  });
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    let answers = '';
    for (const line of lines) {
      const { id, method, params } = JSON.parse(line) as { id: number; method: string; params: Params };
      answers += `${JSON.stringify({ jsonrpc: '2.0', id, result: answer(socket, method, params) })}\n`;
    }
    socket.write(answers);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

function answer(socket: Socket, method: string, params: Params): object {
  if (method === 'registry.register') return register(socket, params);
  if (method === 'registry.list') return { items: [...contacts.values()].map(({ contact }) => contact) };
  const all = watchers.get(params.kind) ?? new Set();
  watchers.set(params.kind, all.add(socket));
  return {};
}

function register(socket: Socket, { name, kind, port, ttlMs }: Params): object {
  rev += 1;
  const contact = { name, kind, host: socket.remoteAddress, port, rev, registeredAt: new Date().toISOString() };
  contacts.set(name, { contact, expiresAt: performance.now() + ttlMs });
  const all = watchers.get(kind);
  if (all) tell(all, contact);
  return { name, rev, ttlMs };
}

function tell(all: ReadonlySet<Socket>, contact: object): void {
  const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: 'rpc.data', params: { item: contact } })}\n`);
  for (const socket of all) socket.write(line);
}
