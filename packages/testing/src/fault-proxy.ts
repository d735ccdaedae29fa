import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { FaultLane, type Faults } from './fault-lane.ts';
import { Random } from './random.ts';

/** A network between a client and a service that misbehaves as told. `await using` ends it. */
export interface FaultProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What happens to bytes from now on, in each direction. */
  faults: { up?: Faults; down?: Faults };
  /** Connections at this moment. */
  readonly connections: number;
  /** Cuts every connection now. */
  cut(by: 'reset' | 'end'): void;
  /** Stops forwarding, and tells neither side. New connections are taken and hear nothing. */
  blackHole(): void;
  /** Goes on where the black hole began: nothing was lost, all of it is late. */
  heal(): void;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly lanes: readonly FaultLane[];
}

/** Listens on a free port of loopback in front of another port. */
export async function startFaultProxy(
  target: { host: string; port: number },
  faults: FaultProxy['faults'] = {},
  seed = 1,
): Promise<FaultProxy> {
  const random = new Random(seed);
  const links = new Set<Link>();
  let hole = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const link = join(near, target, proxy, random);
    links.add(link);
    near.once('close', () => links.delete(link));
    if (hole) for (const lane of link.lanes) lane.hold();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultProxy = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    faults,
    get connections() {
      return links.size;
    },
    cut: (by) => links.forEach((link) => cut(link, by)),
    blackHole() {
      hole = true;
      for (const { lanes } of links) for (const lane of lanes) lane.hold();
    },
    heal() {
      hole = false;
      for (const { lanes } of links) for (const lane of lanes) lane.release();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const link of links) cut(link, 'reset');
      await closed;
    },
  };
  return proxy;
}

function join(near: Socket, target: { host: string; port: number }, proxy: FaultProxy, random: Random): Link {
  const far = connect({ ...target, allowHalfOpen: true });
  const cutLink = (by: 'reset' | 'end'): void => cut(link, by);
  const lanes = [
    new FaultLane(near, far, () => proxy.faults.up ?? {}, random, cutLink),
    new FaultLane(far, near, () => proxy.faults.down ?? {}, random, cutLink),
  ];
  const link: Link = { near, far, lanes };
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.setNoDelay(true);
    // What one side meets, the other gets to know, as it would without us.
    socket.on('error', () => reset(other)).on('close', () => other.destroy());
  }
  return link;
}

function cut({ near, far }: Link, by: 'reset' | 'end'): void {
  for (const socket of [near, far]) {
    if (by === 'end') socket.end();
    else reset(socket);
  }
}

/** A socket that is being ended cannot be reset any more: its handle would stay for ever. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
