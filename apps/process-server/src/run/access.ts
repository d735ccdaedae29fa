import { ProtocolError } from '@sextant/protocol/errors';
import { OTHERS_SCOPE } from '@sextant/protocol/process';
import { allowsAll } from '@sextant/protocol/scope';
import type { Principal } from '@sextant/service/session/caller';
import type { RunFacts } from './facts.ts';

/** What of a run says whose it is. */
interface Owned {
  readonly id: string;
  readonly facts: Pick<RunFacts, 'name' | 'owner'>;
}

export function isOf(caller: Principal, { facts }: Owned): boolean {
  return facts.owner === caller.name;
}

export function mayTouch(caller: Principal, run: Owned): boolean {
  return isOf(caller, run) || allowsAll(caller.scopes, OTHERS_SCOPE);
}

/** @throws ProtocolError `forbidden` that says whose it is, and what scope is missing. */
export function needsTouch(caller: Principal, run: Owned): void {
  if (mayTouch(caller, run)) return;
  const { id, facts } = run;
  const { name, owner } = facts;
  throw new ProtocolError(
    'forbidden',
    `${JSON.stringify(name)} (${id}) belongs to ${JSON.stringify(owner)}, and ${JSON.stringify(caller.name)} lacks the scope "${OTHERS_SCOPE}" to touch it; whoever runs the service can make a token that has it.`,
    { scope: OTHERS_SCOPE, owner },
  );
}
