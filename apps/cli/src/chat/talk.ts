import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@sextant/client/client';
import { chatService, type ChatItem } from '@sextant/protocol/chat';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ItemOf, ResultOf } from '@sextant/protocol/method';
import type { TrustOptions } from '../credentials.ts';
import { keepConnected } from '../kept.ts';
import { Outbox } from './outbox.ts';

export type Chat = Client<typeof chatService>;
type JoinMethod = (typeof chatService.methods)['chat.join'];
type Reason = ResultOf<JoinMethod>['reason'];

/** What happens in a talk, in order; the next waits until one is shown. */
export interface TalkEvents {
  /** `live`: it happened after the first joining, not before. */
  item(item: ChatItem, live: boolean): Promise<void>;
  gap(from: number, to: number): Promise<void>;
  /** In the room now; `again` after a loss. */
  joined(client: Chat, again: boolean): void;
  /** Told at a loss, and at every failure to be connected again: for how long it has lasted. */
  lost(error: unknown, forMs: number): void;
}

/** Items of a room's past to begin with. */
const PAST = 50;
/** What is asked for where all there is is new. */
const ALL = 1000;
/** Our own lost connection may hold our nick until the server notices: it is asked for again, so often and in such distances. */
const REJOIN = { times: 60, everyMs: 1000 };

/** One stay in a room, through however many connections: nothing twice, nothing lost, what is typed meanwhile is sent later. */
export class Talk {
  readonly room: string;
  readonly nick: string;
  readonly #events: TalkEvents;
  readonly #outbox = new Outbox();
  readonly #stop = new AbortController();
  readonly #entered = Promise.withResolvers<void>();
  #joined: Chat | undefined;
  #instance: string | undefined;
  #since: number | undefined;
  /** Kept until the room is entered: who is not let in sees nothing of it. */
  #past: ChatItem[] = [];
  #lostAt: number | undefined;
  #live = false;
  #leaving = false;

  constructor(room: string, nick: string, events: TalkEvents) {
    this.room = room;
    this.nick = nick;
    this.#events = events;
  }

  /** @throws ProtocolError `unavailable` while the connection is lost. */
  get client(): Chat {
    if (this.#joined) return this.#joined;
    throw new ProtocolError('unavailable', 'Not connected at the moment; it is tried again and again.');
  }

  /**
   * Stays until the room is left.
   * @throws ProtocolError why it cannot be entered, or the reason of `abandon`.
   */
  async stay(first: Chat, trust: TrustOptions): Promise<Reason> {
    try {
      return await keepConnected(chatService, first, (client) => this.#stayOn(client), {
        trust,
        signal: this.#stop.signal,
        lost: (error) => this.#tellLost(error),
      });
    } finally {
      this.#entered.resolve();
      this.#outbox.close();
    }
  }

  /** Sends a text, now or as soon as there is a connection; resolves when it is acknowledged. */
  send(text: string): Promise<void> {
    const sent = this.#outbox.add(text);
    if (this.#joined) void this.#flush(this.#joined);
    return sent;
  }

  /** Leaves the room; `stay` resolves then. The second time, or without a connection, it rejects with `cancelled` at once. */
  async leave(): Promise<void> {
    if (this.#leaving) return this.abandon(new ProtocolError('cancelled', 'Left without waiting.'));
    this.#leaving = true;
    await this.#entered.promise;
    try {
      await this.client.call('chat.leave', { room: this.room });
    } catch {
      this.abandon(new ProtocolError('cancelled', 'Left without a word.'));
    }
  }

  /** Stops at once, connected or not. */
  abandon(reason: unknown): void {
    this.#stop.abort(reason);
  }

  #tellLost(error: unknown): void {
    const now = performance.now();
    this.#lostAt ??= now;
    this.#events.lost(error, now - this.#lostAt);
  }

  async #stayOn(client: Chat): Promise<Reason> {
    this.#stop.signal.addEventListener('abort', () => client.close(), { once: true, signal: client.over });
    // Numbers belong to one life of the server; another one begins anew.
    if (this.#instance !== client.hello.instance) this.#since = this.#live ? undefined : await this.#readPast(client);
    this.#instance = client.hello.instance;
    for (let time = 1; ; time += 1) {
      try {
        return await this.#join(client);
      } catch (error) {
        if (!this.#live || time === REJOIN.times || !isErrorType(error, 'exists')) throw error;
        await sleep(REJOIN.everyMs, undefined, { signal: this.#stop.signal });
      }
    }
  }

  /** @returns the number to go on after, so that our own joining is the first one of ours that comes. */
  async #readPast(client: Chat): Promise<number | undefined> {
    this.#past = await pastOf(client, this.room);
    return this.#past.at(-1)?.seq;
  }

  async #join(client: Chat): Promise<Reason> {
    const { room, nick } = this;
    const from = this.#since === undefined ? { history: ALL } : { since: this.#since };
    const stream = client.open('chat.join', { room, nick, echo: true, ...from });
    for await (const { item } of stream) if (item) await this.#receive(client, item);
    this.#joined = undefined;
    return (await stream.result).reason;
  }

  async #receive(client: Chat, item: ItemOf<JoinMethod>): Promise<void> {
    for (const past of this.#past.splice(0)) await this.#events.item(past, false);
    if ('gap' in item) {
      this.#since = item.gap.to;
      return this.#events.gap(item.gap.from, item.gap.to);
    }
    this.#since = item.seq;
    const own = item.from === this.nick;
    if (own && item.type === 'message') this.#outbox.seen(item.text ?? '');
    if (own && item.type === 'joined' && !this.#joined) this.#enter(client);
    await this.#events.item(item, this.#live);
  }

  /** What we sent before stands before our joining: from here on it is known what has arrived and what has not. */
  #enter(client: Chat): void {
    this.#joined = client;
    this.#lostAt = undefined;
    this.#events.joined(client, this.#live);
    this.#live = true;
    this.#entered.resolve();
    void this.#flush(client);
  }

  async #flush(client: Chat): Promise<void> {
    const { room } = this;
    await this.#outbox.flush(
      (text) => client.call('chat.send', { room, text }),
      () => client.lost,
    );
  }
}

/** A room's last items; none if there is no such room yet. */
async function pastOf(client: Chat, room: string): Promise<ChatItem[]> {
  try {
    return (await client.call('chat.history', { room, limit: PAST })).items;
  } catch (error) {
    if (isErrorType(error, 'not_found')) return [];
    throw error;
  }
}
