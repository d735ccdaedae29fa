import { ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import type { Goaway } from '@sextant/protocol/session';
import { formatAddress, type Address } from '@sextant/wire/address';

export function notGreeted(service: Service, address: Address): ProtocolError {
  return new ProtocolError(
    'unavailable',
    `${formatAddress(address)} takes connections but does not greet: it is not ${service.name}, or it hangs or is stopping.`,
  );
}

export function oneWay(): ProtocolError {
  return new ProtocolError('method_not_found', 'This side asks; it answers nothing.');
}

/** What the service would refuse without a word of whose request it was. */
export function halfPair(method: string): ProtocolError {
  return new ProtocolError('bad_utf8', `A text in the params of ${method} contains half of a surrogate pair.`);
}

/** Refused here, since the service could only close the connection: it reads no longer line. */
export function tooLong(method: string, max: number): ProtocolError {
  const message = `${method} would be longer than the ${max} bytes a request may have. Send large content as a file or as input.`;
  return new ProtocolError('line_too_long', message, { limit: 'line', max });
}

/** `place`: which service, and where. What was asked over a connection that is over may have happened. */
export function lost(place: string, how: string, cause?: Error): ProtocolError {
  // The system's own words would mean nothing to people.
  const why = cause instanceof ProtocolError ? `: ${cause.message}` : '.';
  return new ProtocolError('unavailable', `The connection to ${place} ${how}${why}`, { retry: 'unknown' }, { cause });
}

export function goingAway(place: string, { reason, retryAfterMs }: Goaway): ProtocolError {
  return new ProtocolError('unavailable', `${place} is about to end this connection (${reason}); connect again.`, {
    goaway: reason,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What is asked on a connection that takes nothing more has certainly not happened. */
export function refused(ending: ProtocolError): ProtocolError {
  return new ProtocolError('unavailable', ending.message, { ...ending.data, retry: 'safe' });
}
