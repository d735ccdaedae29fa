import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A request as it came. */
interface Asked {
  id: number;
  method: string;
  params: Record<string, unknown>;
  key?: string;
}

/** What a script can do about a request. */
interface Say {
  item(item: object): Say;
  result(result: object): void;
  error(type: string, retry: string, more?: object): void;
  /** Cuts the connection once what was said has left. */
  cut(): void;
  /** The same, and whoever comes again meets another life of the service. */
  restart(): void;
}

/** What is done about each method. */
export type Script = Readonly<Record<string, (asked: Asked, say: Say) => void>>;

/**
 * Something that greets as a service does and answers the rest by script: for what no real service does when it is told to.
 * `hello`: what it says of itself besides.
 */
export async function startScripted(
  service: string,
  script: Script,
  hello: object = {},
): Promise<AsyncDisposable & { host: string; port: number; asked: string[]; goaway(): void }> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  let instance = randomUUID();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    const write = (message: object): void =>
      void (socket.destroyed || socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`));
    createInterface({ input: socket }).on('line', (line) => {
      const request = JSON.parse(line) as Asked;
      asked.push(request.method);
      const say = speaker(socket, write, request.id, () => (instance = randomUUID()));
      if (request.method === 'rpc.hello') say.result({ ...helloOf(service, instance), ...hello });
      else script[request.method]?.(request, say);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    asked,
    goaway() {
      for (const socket of sockets)
        socket.write('{"jsonrpc":"2.0","method":"rpc.goaway","params":{"reason":"shutdown","graceMs":8000}}\n');
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function speaker(socket: Socket, write: (message: object) => void, id: number, renew: () => void): Say {
  const say: Say = {
    item(item) {
      write({ method: 'rpc.data', params: { id, item } });
      return say;
    },
    result: (result) => write({ id, result }),
    error: (type, retry, more) => write({ id, error: { code: 1, message: type, data: { type, retry, ...more } } }),
    cut: () => void socket.end(() => socket.destroy()),
    restart() {
      renew();
      say.cut();
    },
  };
  return say;
}

function helloOf(service: string, instance: string): object {
  const known = { protocol: 1, version: '1', principal: 'anonymous', scopes: ['*'], limits: {}, methods: [] };
  return { ...known, service, instance };
}
