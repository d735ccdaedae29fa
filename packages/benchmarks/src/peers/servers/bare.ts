// The limit: peers of nothing but node:net, `node bare.ts REGISTRY_PORT NAME COUNT`. Each registers, dials those who were
// there before, and greets them. On the port that is printed, a line with a peer's number is answered with how many that
// one has met, and when the last.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Message {
  id?: number;
  method?: string;
  params?: { text: string };
  result?: { rev?: number; items?: { name: string; kind: string; port: number; rev: number }[] };
}

const [registryPort, prefix = '', count] = process.argv.slice(2);
const peers = Array.from({ length: Number(count) }, (_, at) => peer(`${prefix}-${at}`));

const askable = listen((socket) => reading(socket, (line) => send(socket, peers[Number(line)]?.() ?? {})));
askable.once('listening', () => process.stdout.write(`${portOf(askable)}\n`));

/** Starts one; what it returns tells how many it has met. */
function peer(name: string): () => object {
  const met = new Set<Socket>();
  let lastMetAt = 0;
  const meet = (socket: Socket): void => {
    met.add(socket);
    lastMetAt = Date.now();
  };
  const greet = (port: number): void => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    reading(socket, () => meet(socket));
    send(socket, { id: 1, method: 'peer.greet', params: { text: `Hello, I am ${name}.` } });
  };
  const server = listen((socket) => {
    reading(socket, (line) => {
      send(socket, { id: (JSON.parse(line) as Message).id, result: { text: `Hello, I am ${name}.` } });
      meet(socket);
    });
  });
  server.once('listening', () => register(name, portOf(server), greet));
  return () => ({ met: met.size, lastMetAt });
}

function register(name: string, port: number, greet: (port: number) => void): void {
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
}

function listen(take: (socket: Socket) => void): Server {
  return createServer({ noDelay: true }, take).listen({ host: '127.0.0.1', port: 0, backlog: 65_535 });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function reading(socket: Socket, take: (line: string) => void): void {
  socket.on('error', () => {});
  createInterface({ input: socket }).on('line', take);
}

function send(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
