import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import { VERSION } from '@sextant/protocol/version';
import { formatAddress, type Address } from '@sextant/wire/address';
import { credentialsFor, homeOf, isHere, type Credentials, type TrustOptions } from './credentials.ts';
import { SELF } from './self.ts';

/** How to connect, and as whom. */
export interface ConnectAsOptions extends TrustOptions {
  /** Milliseconds of silence after which each side makes sure that the other is there; 0 leaves that to the network. */
  heartbeat?: number | undefined;
}

/** How this program names itself to services. */
const CLIENT_NAME = `sextant/${VERSION}`;

/**
 * Connects to a service, with the credentials that belong there. A service of another home on this machine is used
 * without any, where it lets strangers in.
 * @throws ProtocolError `unauthenticated` that says what to type where the service wants to know more.
 */
export async function connectAs<S extends Service>(
  service: S,
  address: Address,
  options: ConnectAsOptions,
  signal?: AbortSignal,
): Promise<Client<S>> {
  const credentials = { ...credentialsFor(address, options), heartbeat: options.heartbeat };
  try {
    const client = await greet(service, address, credentials, signal);
    return admitted(client, credentials, options);
  } catch (error) {
    if (!isErrorType(error, 'unauthenticated') || credentials.auth === undefined) throw error;
    if (credentials.implicit && service.anonymous.length > 0)
      return greet(service, address, { ca: credentials.ca }, signal);
    throw refused(service, address, credentials, error);
  }
}

/** Connects only to learn who is there, as a stranger where a stranger may ask. */
export function greetOnly<S extends Service>(
  service: S,
  address: Address,
  options: TrustOptions,
  signal: AbortSignal,
): Promise<Client<S>> {
  const { auth, ca } = credentialsFor(address, options);
  return greet(service, address, { ca, auth: isHere(address) ? undefined : auth }, signal);
}

function greet<S extends Service>(
  service: S,
  address: Address,
  { auth, ca, heartbeat }: Pick<Credentials, 'auth' | 'ca'> & { heartbeat?: number | undefined },
  signal: AbortSignal | undefined,
): Promise<Client<S>> {
  return connect(service, address, { client: CLIENT_NAME, auth, ca, heartbeat, signal });
}

/** Whoever may do nothing learns at once how to say who it is. */
function admitted<S extends Service>(client: Client<S>, { auth }: Credentials, options: TrustOptions): Client<S> {
  if (auth !== undefined || client.hello.scopes.length > 0) return client;
  client.close();
  const place = `${client.hello.service} at ${formatAddress(client.address)}`;
  const next = isHere(client.address)
    ? `there is no token in ${homeOf(options)}. If it was started with another home, name that with --home or SEXTANT_HOME.`
    : `name the file of your token with --token-file, or set SEXTANT_TOKEN. Whoever runs it makes one with: ${SELF} token create NAME --scope SCOPE`;
  throw new ProtocolError('unauthenticated', `${place} wants to know who asks: ${next}`);
}

function refused(service: Service, address: Address, credentials: Credentials, cause: ProtocolError): ProtocolError {
  const place = `${service.name} at ${formatAddress(address)}`;
  const { source, implicit } = credentials;
  const message = implicit
    ? `${place} does not know the token of ${source}: it was started with another home. Name that with --home or SEXTANT_HOME.`
    : `${place} does not take the token of ${source}: it has expired, was revoked, or was made for another home. Ask whoever runs it for a new one.`;
  return new ProtocolError('unauthenticated', message, {}, { cause });
}
