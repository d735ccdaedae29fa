import type { Client } from '@sextant/client/client';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import { defaultHome } from '@sextant/service/run/home';
import type { Address } from '@sextant/wire/address';
import { parseAddress } from './arguments.ts';
import { connectAs, type ConnectAsOptions } from './connect.ts';
import { SELF } from './self.ts';

/** What every command may be given. */
export interface CommonOptions extends ConnectAsOptions {
  json?: boolean | undefined;
  host?: string | undefined;
}

/** How this program is called to ask the same service again. */
export function sayAsking({ host, home, tokenFile, ca }: CommonOptions): string {
  const said = { host, home: home === defaultHome() ? undefined : home, 'token-file': tokenFile, ca };
  const flags = Object.entries(said).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]));
  return [SELF, ...flags].join(' ');
}

/** Where a service is: as said by `--host`, else its usual port on this machine. */
export function addressOf(service: Service, options: CommonOptions): Address {
  if (options.host === undefined) return { host: '127.0.0.1', port: service.port };
  return parseAddress(options.host, service.port);
}

/** Connects to a service. Where none runs, the error says how to start it. */
export async function connectTo<S extends Service>(service: S, options: CommonOptions): Promise<Client<S>> {
  try {
    return await connectAs(service, addressOf(service, options), options);
  } catch (error) {
    if (!isErrorType(error, 'unavailable') || options.host !== undefined) throw error;
    throw new ProtocolError(
      'unavailable',
      `${error.message} Start it with: ${SELF} up ${service.name}`,
      {},
      { cause: error },
    );
  }
}

/** Connects to a service for as long as `use` takes. */
export async function withService<S extends Service, T>(
  service: S,
  options: CommonOptions,
  use: (client: Client<S>) => Promise<T>,
): Promise<T> {
  const client = await connectTo(service, options);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}
