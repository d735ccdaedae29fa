import { ProtocolError } from '@sextant/protocol/errors';

/** The refusal of a place that an output has not come to. */
export function beyond(from: number, to: number): ProtocolError {
  return new ProtocolError(
    'invalid_params',
    `It has printed ${to} bytes so far: there is no byte ${from} to begin at. Leave since out, or take one from this run.`,
    { to },
  );
}
