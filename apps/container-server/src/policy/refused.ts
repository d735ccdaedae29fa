import { ProtocolError } from '@sextant/protocol/errors';
import type { Rules } from './rules.ts';

/** What a policy does not allow: `what` is a sentence without its full stop, `member` that of the policy file. */
export function refused(member: keyof Rules, what: string): ProtocolError {
  return new ProtocolError(
    'forbidden',
    `${what}. Ask who runs this service to allow it in its policy file ("${member}").`,
    { policy: member },
  );
}
