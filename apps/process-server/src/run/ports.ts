import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/** Milliseconds that ports are looked for at most: what is being ended must not wait for it. */
const MOST_MS = 200;

/** Descriptors looked at in one turn of the event loop, some 2 microseconds each. */
const PER_TURN = 512;

/** In the system's tables of TCP sockets: one that listens. */
const LISTENS = '0A';

/** TCP ports on which some of these processes listen, as far as the system tells and that is quick. On Linux only. */
export async function listeningPorts(pids: readonly number[]): Promise<number[]> {
  const until = performance.now() + MOST_MS;
  const ports = new Set<number>();
  for (const some of Map.groupBy(pids, networkOf).values()) {
    const sockets = await listeners(some[0]);
    if (sockets.size === 0) continue;
    for await (const inode of inodes(some, until)) {
      const port = sockets.get(inode);
      if (port !== undefined) ports.add(port);
    }
  }
  return [...ports].sort((a, b) => a - b);
}

/** Of these ports, those on which nobody listens now. */
export async function freePorts(ports: readonly number[]): Promise<number[]> {
  if (ports.length === 0) return [];
  const taken = new Set((await listeners('self')).values());
  return ports.filter((port) => !taken.has(port));
}

/** Which network of the machine a process has: a container has its own. */
function networkOf(pid: number): string {
  return link(`/proc/${pid}/ns/net`);
}

/** The ports on which anybody listens in the network of a process, by the sockets' inodes. */
async function listeners(pid: number | 'self' = 'self'): Promise<Map<string, number>> {
  const files = ['tcp', 'tcp6'].map((file) => readFile(`/proc/${pid}/net/${file}`, 'latin1').catch(() => ''));
  const lines = (await Promise.all(files)).flatMap((table) => table.split('\n').slice(1));
  const found = new Map<string, number>();
  for (const line of lines) {
    const fields = line.trim().split(/\s+/);
    const [, address = '', , state] = fields;
    if (state === LISTENS) found.set(fields[9] ?? '', Number.parseInt(address.slice(address.indexOf(':') + 1), 16));
  }
  return found;
}

/** The sockets that these processes have. */
async function* inodes(pids: readonly number[], until: number): AsyncGenerator<string> {
  let looked = 0;
  for (const pid of pids) {
    for (const descriptor of descriptors(pid)) {
      looked += 1;
      if (looked % PER_TURN === 0) await turn();
      if (performance.now() > until) return;
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) yield inode;
    }
  }
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
