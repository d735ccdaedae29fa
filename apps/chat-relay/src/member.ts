import type { ItemOf } from '@sextant/protocol/method';
import type { chatService } from '@sextant/protocol/chat';
import type { Call } from '@sextant/service/session/call';
import type { RoomBatch } from './batch.ts';
import type { Entry, History } from './history.ts';

export type JoinCall = Call<ItemOf<(typeof chatService.methods)['chat.join']>>;
export type LeaveReason = 'left' | 'logout';

/**
 * One listener in a room. It reads the room's history at its own pace: while its connection is full it gets nothing, and
 * afterwards goes on where it was, or is told what it has missed. So it never costs the others more than its own buffer.
 */
export class Member {
  readonly nick: string;
  readonly joinedAt = new Date().toISOString();
  /** Resolves when the member leaves of its own will. */
  readonly left: Promise<LeaveReason>;
  readonly #call: JoinCall;
  readonly #history: History;
  readonly #echo: boolean;
  #leave!: (reason: LeaveReason) => void;
  #seen: number;
  #behind = false;

  /** `since`: the number after which this member begins to read. */
  constructor(nick: string, call: JoinCall, history: History, since: number, echo: boolean) {
    this.nick = nick;
    this.#call = call;
    this.#history = history;
    this.#seen = since;
    this.#echo = echo;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get caller(): JoinCall['caller'] {
    return this.#call.caller;
  }

  leave(reason: LeaveReason): void {
    this.#leave(reason);
  }

  /** Hands over what is new, if everything before it has been. */
  offer(batch: RoomBatch): void {
    if (this.#behind) return;
    if (this.#seen >= batch.firstSeq || this.#call.allowance < batch.size) return this.offerEach(batch);
    this.#seen = batch.lastSeq;
    const { id } = this.#call;
    const { pieces, count } = this.#echo ? batch.piecesFor(id) : batch.piecesWithout(this.nick, id);
    this.#call.sendLines(pieces, count);
    if (this.#call.congested) this.#waitForReader();
  }

  /** The same of a batch that is not complete, or not all of which this member may have. */
  offerEach(batch: RoomBatch): void {
    if (!this.#behind) this.#sendEach(batch.after(this.#seen));
  }

  /** Sends what is in the history and was not sent yet. */
  catchUp(): void {
    if (this.#call.congested) return this.#waitForReader();
    const gap = this.#history.gapAfter(this.#seen);
    if (gap) {
      void this.#call.send({ gap });
      this.#seen = gap.to;
    }
    this.#behind = false;
    this.#sendEach(this.#history.since(this.#seen));
  }

  #sendEach(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#send(entry);
      if (this.#behind) return;
    }
  }

  #send({ seq, author, json }: Entry): void {
    this.#seen = seq;
    if (author === this.nick && !this.#echo) return;
    this.#call.sendJson(json);
    if (this.#call.congested) this.#waitForReader();
  }

  #waitForReader(): void {
    this.#behind = true;
    void this.#call.drained().then(() => {
      if (!this.#call.cancelled) this.catchUp();
    });
  }
}
