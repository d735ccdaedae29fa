import type { ItemOf } from '@sextant/protocol/method';
import type { chatService } from '@sextant/protocol/chat';
import type { Call } from '@sextant/service/session/call';
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

  /** Hands over a new item, if everything before it has been. */
  offer(entry: Entry): void {
    if (!this.#behind) this.#send(entry);
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
    for (const entry of this.#history.since(this.#seen)) {
      this.#send(entry);
      if (this.#behind) return;
    }
  }

  #send({ item, json }: Entry): void {
    this.#seen = item.seq;
    const own = item.type === 'message' && item.from === this.nick;
    if (own && !this.#echo) return;
    void this.#call.sendJson(json);
    if (this.#call.congested) this.#waitForReader();
  }

  #waitForReader(): void {
    this.#behind = true;
    void this.#call.drained().then(() => {
      if (!this.#call.cancelled) this.catchUp();
    });
  }
}
