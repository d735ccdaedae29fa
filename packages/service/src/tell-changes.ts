import type { History } from './history.ts';
import type { Call } from './session/call.ts';
import { unlessAborted } from './unless-aborted.ts';

/** How changes are told. */
interface Telling<Item extends object> {
  /**
   * Tells all there is, before which changes after `gone` cannot be told any more.
   * @returns the number of the last change that is in it.
   */
  all(gone: number | undefined): Promise<number>;
  change(item: Item & { seq: number }): Promise<void>;
}

/** Tells what happens after a change, or first all there is where that is not known any more, until the caller leaves. */
export async function tellChanges<Item extends object>(
  history: History<Item>,
  { signal }: Pick<Call, 'signal'>,
  since: number | undefined,
  tell: Telling<Item>,
): Promise<never> {
  for (let seen = since; ;) {
    signal.throwIfAborted();
    if (seen === undefined || !history.reachesBackTo(seen)) seen = await tell.all(seen);
    const next = history.at(seen + 1);
    if (next) await tell.change(next);
    else await unlessAborted(signal, () => history.changed());
    seen = next?.seq ?? seen;
  }
}
