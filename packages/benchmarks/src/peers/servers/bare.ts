// The limit: a peer of nothing but node:net, `node bare.ts REGISTRY_PORT NAME`. It registers, dials those who were there
// before, greets them, and tells whoever asks with an empty line how many it has met, and when it met the last.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Message {
  id?: number;
  method?: string;
  params?: { text: string };
  result?: { rev?: number; items?: { name: string; kind: string; port: number; rev: number }[] };
}

const [registryPort, name = ''] = process.argv.slice(2);
const met = new Set<Socket>();
let lastMetAt = 0;

const server = createServer({ noDelay: true }, (socket) => {
  reading(socket, (line) => {
    if (line === '') return send(socket, { met: met.size, lastMetAt });
    send(socket, { id: (JSON.parse(line) as Message).id, result: { text: `Hello, I am ${name}.` } });
    meet(socket);
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const registry = connect({ host: '127.0.0.1', port: Number(registryPort), noDelay: true });
  let rev = 0;
  reading(registry, (line) => {
    const { result } = JSON.parse(line) as Message;
    rev ||= result?.rev ?? 0;
    for (const other of result?.items ?? []) if (other.rev < rev) greet(other.port);
  });
  const params = { kind: 'peer-node', port, name, ttlMs: 30_000 };
  send(registry, { id: 1, method: 'registry.register', params });
  send(registry, { id: 2, method: 'registry.list', params: {} });
  process.stdout.write(`${port}\n`);
});

function greet(port: number): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  reading(socket, () => meet(socket));
  send(socket, { id: 1, method: 'peer.greet', params: { text: `Hello, I am ${name}.` } });
}

function meet(socket: Socket): void {
  met.add(socket);
  lastMetAt = Date.now();
}

function reading(socket: Socket, take: (line: string) => void): void {
  socket.on('error', () => {});
  createInterface({ input: socket }).on('line', take);
}

function send(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
