import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a service that misbehaves once so many bytes went through one of its connections. */
export interface Proxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections it was asked for. */
  readonly connections: number;
  /** True once it misbehaved. */
  readonly tripped: boolean;
}

/** `cut` ends both sides, `stall` passes nothing on any more, `flip` changes one byte. */
export type Fault = 'cut' | 'stall' | 'flip';

/** Passes bytes on to a service; the fault happens once, to what the client sends or to what it gets. */
export async function openProxy(
  to: { host: string; port: number },
  fault: { kind: Fault; side: 'up' | 'down'; afterBytes: number },
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const state = { connections: 0, tripped: false };
  const server = createServer((near) => {
    state.connections += 1;
    const far = connect({ host: to.host, port: to.port });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    pass(near, far, fault.side === 'up');
    pass(far, near, fault.side === 'down');
  });
  const pass = (from: Socket, into: Socket, faulty: boolean): void => {
    let bytes = 0;
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (faulty && !state.tripped && bytes > fault.afterBytes) {
        state.tripped = true;
        if (fault.kind === 'flip') chunk[chunk.length - 1] = (chunk.at(-1) ?? 0) ^ 1;
        else if (fault.kind === 'cut') return [from, into].forEach((socket) => socket.destroy());
        else return void from.removeAllListeners('data').pause();
      }
      if (!into.write(chunk)) from.pause();
    });
    into.on('drain', () => from.resume());
    from.on('end', () => into.end());
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return state.connections;
    },
    get tripped() {
      return state.tripped;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
