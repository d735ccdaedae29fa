/** A port of a host. */
export interface HostAddress {
  host: string;
  port: number;
  /** Encrypted or not; unless said, whatever is not on this machine is. */
  tls?: boolean | undefined;
}

/** A Unix socket. */
export interface SocketAddress {
  path: string;
}

/** Where a service is. */
export type Address = HostAddress | SocketAddress;

/** As people write it: `HOST:PORT`, an IPv6 address in brackets; or the path of a Unix socket. */
export function formatAddress(address: Address): string {
  if ('path' in address) return address.path;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
