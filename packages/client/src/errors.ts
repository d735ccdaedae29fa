import { ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import type { Address } from '@sextant/wire/dial';

export function notGreeted(service: Service, { host, port }: Address): ProtocolError {
  return new ProtocolError(
    'unavailable',
    `${host}:${port} takes connections but does not greet: it is not ${service.name}, or it hangs or is stopping.`,
  );
}

export function oneWay(): ProtocolError {
  return new ProtocolError('method_not_found', 'This side asks; it answers nothing.');
}

/** Refused here, since the service could only close the connection: it reads no longer line. */
export function tooLong(method: string, max: number): ProtocolError {
  const message = `${method} would be longer than the ${max} bytes a request may have. Send large content as a file or as input.`;
  return new ProtocolError('line_too_long', message, { limit: 'line', max });
}
