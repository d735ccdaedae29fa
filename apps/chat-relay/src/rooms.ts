import { ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import type { Session } from '@sextant/service/session';
import type { Member } from './member.ts';
import { Room } from './room.ts';

/** Rooms at a time. Each may keep a MiB of history. */
const MAX_ROOMS = 256;

/** The rooms by name. One is made when somebody joins it, and kept empty until its place is needed. */
export class Rooms {
  readonly #historyItems: number;
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
    throw new ProtocolError('not_found', `There is no room "${name}". Joining makes it; chat.rooms lists those there are.`, {
      suggestions: closest(name, [...this.#rooms.keys()]),
    });
  }

  findOrMake(name: string): Room {
    const known = this.#rooms.get(name);
    if (known) return known;
    if (this.#rooms.size >= MAX_ROOMS) this.#dropEmpty();
    const room = new Room(name, this.#historyItems);
    this.#rooms.set(name, room);
    return room;
  }

  /**
   * What a connection is in a room.
   * @throws ProtocolError `conflict` if it has not joined.
   */
  memberOf(name: string, session: Session): { room: Room; member: Member } {
    const room = this.find(name);
    const member = room.memberOf(session);
    if (member) return { room, member };
    throw new ProtocolError('conflict', `This connection is not in "${name}". Join it first with chat.join.`);
  }

  #dropEmpty(): void {
    const empty = this.#rooms.values().find((room) => room.members.size === 0);
    if (empty) this.#rooms.delete(empty.name);
    else throw new ProtocolError('limit', `There are ${MAX_ROOMS} rooms, all in use; join one of them.`, { limit: 'rooms', max: MAX_ROOMS });
  }
}
