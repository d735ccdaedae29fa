import { FOREIGN_SCOPE, OTHERS_SCOPE } from '@sextant/protocol/container';
import { ProtocolError } from '@sextant/protocol/errors';
import { allowsAll } from '@sextant/protocol/scope';
import type { Principal } from '@sextant/service/session/caller';
import { isOurs, ownerOf } from './labels.ts';

/** Whose a container is. */
export interface Whose {
  /** It was not made here. */
  readonly isForeign: boolean;
  /** Undefined where nobody knows: it was made by other means, and perhaps handed over by its label. */
  readonly owner: string | undefined;
}

/** Labels are given once and for all. */
export function whose(labels: Readonly<Record<string, string>>): Whose {
  const isForeign = !isOurs(labels);
  return { isForeign, owner: isForeign ? undefined : ownerOf(labels) };
}

/** True for whoever may touch containers that were not made here: only where that is written out. */
export function mayTouchForeign({ scopes }: Principal): boolean {
  return scopes.includes(FOREIGN_SCOPE);
}

export function mayTouch(caller: Principal, container: Whose): boolean {
  return missingScope(caller, container) === undefined;
}

/** @throws ProtocolError `forbidden` that says whose it is, and what scope is missing. */
export function needsTouch(caller: Principal, name: string, container: Whose): void {
  const scope = missingScope(caller, container);
  if (scope === undefined) return;
  throw new ProtocolError(
    'forbidden',
    `${JSON.stringify(name)} ${origin(container)}, and ${JSON.stringify(caller.name)} lacks the scope "${scope}" to touch it; ${REMEDY[scope]}.`,
    { scope, ...(container.owner !== undefined && { owner: container.owner }) },
  );
}

type Scope = typeof OTHERS_SCOPE | typeof FOREIGN_SCOPE;

const REMEDY: Readonly<Record<Scope, string>> = {
  [OTHERS_SCOPE]: 'whoever runs the service can make a token that has it',
  [FOREIGN_SCOPE]: 'whoever runs the service can make a token where it is written out, for "*" does not hold it',
};

function missingScope(caller: Principal, { isForeign, owner }: Whose): Scope | undefined {
  if (isForeign) return mayTouchForeign(caller) ? undefined : FOREIGN_SCOPE;
  return owner === caller.name || allowsAll(caller.scopes, OTHERS_SCOPE) ? undefined : OTHERS_SCOPE;
}

function origin({ isForeign, owner }: Whose): string {
  if (isForeign) return 'was not made by this service';
  return owner === undefined ? 'has no owner' : `belongs to ${JSON.stringify(owner)}`;
}
