import { userInfo } from 'node:os';

/** The name of who is logged in, as far as it may be a nick. */
export function defaultNick(): string {
  const name = userName()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 32);
  return /[a-z0-9]/.test(name) ? name : 'guest';
}

/** Nicks to try one after the other where nobody chose one: a one-off message must not fail because one's chat is open. */
export function* nicksFrom(nick: string): Generator<string> {
  yield nick;
  for (let number = 2; number <= 9; number += 1) yield `${nick.slice(0, 30)}-${number}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in some containers.
    return '';
  }
}
