import type { ItemOf } from '@sextant/protocol/method';
import type { registryService, WatchItem } from '@sextant/protocol/registry';
import type { Batch, Choice } from '@sextant/service/session/batch';
import type { Call } from '@sextant/service/session/call';
import type { Change } from './change.ts';
import type { Contacts } from './contacts.ts';
import { cutPage } from './page.ts';

export type WatchCall = Call<ItemOf<(typeof registryService.methods)['registry.watch']>>;

/** What is watched. */
export interface Watched {
  kind?: string | undefined;
  /** Go on after this revision. */
  since?: number | undefined;
}

/** How far somebody has been told who is there. */
interface Telling {
  /** Changes after this one come after it. */
  readonly rev: number;
  part: number;
  after: string | undefined;
}

/**
 * One who watches. It reads the changes at its own pace: while its connection is full it gets nothing, and afterwards goes
 * on where it was, or is told anew who is there. So it never costs the others more than its own buffer.
 */
export class Watcher {
  readonly #call: WatchCall;
  readonly #contacts: Contacts;
  readonly #kind: string | undefined;
  /** Of the changes, those that it wants. */
  readonly #choice: Choice<Change> | undefined;
  /** The number of the last change that it has been told or does not want. */
  #seen: number;
  /** There while it has not been told who is there. */
  #telling: Telling | undefined;
  #behind = true;

  constructor(call: WatchCall, contacts: Contacts, { kind, since }: Watched) {
    this.#call = call;
    this.#contacts = contacts;
    this.#kind = kind;
    this.#choice = kind === undefined ? undefined : { name: kind, takes: (change) => change.kind === kind };
    const { rev } = contacts.changes;
    // A number that was never given is from another life of the registry: what it led to then is of no use.
    const goesOn = since !== undefined && since <= rev;
    this.#seen = goesOn ? since : rev;
    if (!goesOn) this.#tellAnew();
  }

  /** Hands over new changes, if everything before them has been. */
  offer(batch: Batch<Change>): void {
    if (this.#behind) return;
    const { bytes, count } = batch.linesFor(this.#call.id, this.#choice);
    if (this.#seen >= batch.firstSeq || this.#call.allowance < count) return this.#tellEach(batch.after(this.#seen));
    this.#seen = batch.lastSeq;
    this.#call.sendLines([bytes], count);
    if (this.#call.congested) this.#waitForReader();
  }

  /** Tells what was not told yet, as far as the reader keeps up. */
  catchUp(): void {
    this.#behind = true;
    const { changes } = this.#contacts;
    while (this.#telling || changes.isGone(this.#seen)) {
      if (this.#call.congested) return this.#waitForReader();
      if (this.#telling) this.#tellPart(this.#telling);
      else this.#tellGap();
    }
    if (this.#call.congested) return this.#waitForReader();
    this.#behind = false;
    this.#tellEach(changes.since(this.#seen));
  }

  #tellEach(changes: Iterable<Change>): void {
    for (const change of changes) {
      this.#seen = change.seq;
      if (this.#choice?.takes(change) === false) continue;
      this.#call.sendJson(change.json);
      if (this.#call.congested) return this.#waitForReader();
    }
  }

  /** Up to the change before the newest: what it was told last has a greater number than what is gone. */
  #tellGap(): void {
    const { rev } = this.#contacts.changes;
    this.#tell({ gap: { from: this.#seen + 1, to: rev - 1 } });
    this.#tellAnew();
  }

  #tellAnew(): void {
    this.#telling = { rev: this.#contacts.changes.rev, part: 1, after: undefined };
  }

  /** The next of those who are there, by name, as they are now. */
  #tellPart(telling: Telling): void {
    const { items, next } = cutPage(this.#contacts.after(telling.after, this.#kind), Infinity);
    const { rev, part } = telling;
    const more = next !== undefined;
    const place = more ? '' : `"seq":${rev},`;
    const list = items.map(({ json }) => json).join(',');
    this.#call.sendJson(
      `{"type":"snapshot","rev":${rev},${place}"part":${part},"contacts":[${list}],"more":${String(more)}}`,
    );
    telling.part += 1;
    telling.after = next;
    if (more) return;
    this.#telling = undefined;
    this.#seen = rev;
  }

  #tell(item: WatchItem): void {
    this.#call.sendJson(JSON.stringify(item));
  }

  #waitForReader(): void {
    this.#behind = true;
    void this.#call.drained().then(() => {
      if (!this.#call.cancelled) this.catchUp();
    });
  }
}
