import { BlockList, isIPv6, type Socket } from 'node:net';
import type { Remote } from './connection.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True for an address of this machine that no other can send from. */
export function isLoopback(address: string): boolean {
  return address !== '' && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** True for this machine, by address or by the one name that every machine has for itself. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || isLoopback(host);
}

/** True for what stands for all addresses of a machine: one can listen there, and nobody can be dialled there. */
export function isAnywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Who is at the other end of a socket. One that is gone already has no address: it is not taken for local. */
export function remoteOf(socket: Socket, transport: Remote['transport']): Remote {
  const host = plainAddress(socket.remoteAddress ?? '');
  return {
    host,
    port: socket.remotePort ?? 0,
    transport,
    // Told without node:tls, which takes 5 ms to load: most programs never need it.
    encrypted: 'encrypted' in socket,
    local: transport === 'unix' || isLoopback(host),
  };
}

/** An IPv4 address without the prefix of a dual-stack socket. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
