import { ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import type { Caller } from '@sextant/service/session/caller';
import { Histories, History } from './history.ts';
import type { Member } from './member.ts';
import { Room } from './room.ts';

/** Rooms at a time, the empty ones included. */
const MAX_ROOMS = 1000;

/** Rooms that gave way whose last number is remembered. */
const MAX_REMEMBERED = 100_000;

/** The rooms by name. One is made when somebody joins it, and kept empty until its place is needed. */
export class Rooms {
  readonly #historyItems: number;
  readonly #histories = new Histories();
  /** The last numbers of rooms that gave way: their items are gone, their numbers are not given again. */
  readonly #lastSeqs = new Map<string, number>();
  readonly #rooms = new Map<string, Room>();

  constructor(historyItems: number) {
    this.#historyItems = historyItems;
  }

  [Symbol.iterator](): Iterator<Room> {
    return this.#rooms.values();
  }

  /** @throws ProtocolError `not_found` */
  find(name: string): Room {
    const room = this.#rooms.get(name);
    if (room) return room;
    throw new ProtocolError('not_found', `There is no room "${name}". Joining makes it.`, {
      suggestions: closest(name, [...this.#rooms.keys()]),
    });
  }

  findOrMake(name: string): Room {
    const room = this.#rooms.get(name) ?? this.#make(name);
    // The one that was joined last comes last.
    this.#rooms.delete(name);
    this.#rooms.set(name, room);
    return room;
  }

  /**
   * What a connection is in a room.
   * @throws ProtocolError `conflict` if it has not joined.
   */
  memberOf(name: string, caller: Caller): { room: Room; member: Member } {
    const room = this.find(name);
    const member = room.memberOf(caller);
    if (member) return { room, member };
    throw new ProtocolError('conflict', `This connection is not in "${name}". Join it first with chat.join.`);
  }

  #make(name: string): Room {
    if (this.#rooms.size >= MAX_ROOMS) this.#dropEmpty();
    return new Room(name, new History(this.#historyItems, this.#histories, this.#lastSeqs.get(name)));
  }

  #dropEmpty(): void {
    const empty = this.#rooms.values().find((room) => room.members.size === 0);
    if (!empty)
      throw new ProtocolError('limit', `There are ${MAX_ROOMS} rooms, all in use; join one of them.`, {
        limit: 'rooms',
        max: MAX_ROOMS,
      });
    empty.history.clear();
    this.#rooms.delete(empty.name);
    this.#remember(empty.name, empty.history.lastSeq);
  }

  #remember(name: string, lastSeq: number): void {
    this.#lastSeqs.delete(name);
    this.#lastSeqs.set(name, lastSeq);
    const [oldest] = this.#lastSeqs.keys();
    if (this.#lastSeqs.size > MAX_REMEMBERED && oldest !== undefined) this.#lastSeqs.delete(oldest);
  }
}
