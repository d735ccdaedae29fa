import { ProtocolError } from '@sextant/protocol/errors';
import type { Caller } from '@sextant/service/session/caller';
import { RoomBatch } from './batch.ts';
import type { Entry, History } from './history.ts';
import { Member, type JoinCall } from './member.ts';

/** How a member wants to begin. */
export interface JoinWish {
  nick: string;
  /** Go on after this number. */
  since?: number | undefined;
  /** Without `since`: begin with this many earlier items. */
  history: number;
  echo: boolean;
}

/** One room: its history, and who listens to it. */
export class Room {
  readonly name: string;
  readonly history: History;
  /** What happened in this turn of the event loop or the one before: everyone gets it in one piece. */
  #fresh = new RoomBatch();
  readonly #members = new Map<string, Member>();
  readonly #byCaller = new Map<Caller, Member>();

  constructor(name: string, history: History) {
    this.name = name;
    this.history = history;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** The member that a connection is here, if it is one. */
  memberOf(caller: Caller): Member | undefined {
    return this.#byCaller.get(caller);
  }

  join(call: JoinCall, wish: JoinWish): Member {
    this.#checkFree(wish.nick, call.caller);
    const member = new Member(wish.nick, call, this.history, this.#start(wish), wish.echo);
    member.catchUp();
    this.#members.set(wish.nick, member);
    this.#byCaller.set(call.caller, member);
    this.#publish({ type: 'joined', from: wish.nick });
    return member;
  }

  /** @returns the number and time under which everyone sees the leaving. */
  leave(member: Member): Entry {
    member.offerEach(this.#fresh);
    this.#members.delete(member.nick);
    this.#byCaller.delete(member.caller);
    return this.#publish({ type: 'left', from: member.nick });
  }

  say(member: Member, text: string): Entry {
    return this.#publish({ type: 'message', from: member.nick, text });
  }

  #publish(event: Parameters<History['append']>[0]): Entry {
    const entry = this.history.append(event);
    this.#fresh.add(entry);
    if (this.#fresh.isFull) this.#flush();
    else if (this.#fresh.size === 1) setImmediate(() => this.#endTurn());
    return entry;
  }

  /**
   * Where much is said, one turn more is waited for: what came while this one's was read goes with it, since each write
   * costs more than what is in it.
   */
  #endTurn(): void {
    if (this.#fresh.size > 1) setImmediate(() => this.#flush());
    else this.#flush();
  }

  #flush(): void {
    const fresh = this.#fresh;
    if (fresh.size === 0) return;
    this.#fresh = new RoomBatch();
    for (const member of this.#members.values()) member.offer(fresh);
  }

  /** The number after which a member begins to read. */
  #start({ since, history }: JoinWish): number {
    const { lastSeq } = this.history;
    const oldest = this.history.gapAfter(0)?.to ?? 0;
    if (since === undefined) return Math.max(oldest, lastSeq - history);
    // A number that was never given here is from a life of this room that ended with the service: all is new.
    return since > lastSeq ? oldest : since;
  }

  #checkFree(nick: string, caller: Caller): void {
    if (this.memberOf(caller)) throw new ProtocolError('exists', `This connection is in "${this.name}" already.`);
    if (!this.#members.has(nick)) return;
    throw new ProtocolError('exists', `Somebody in "${this.name}" is called "${nick}" already; choose another nick.`);
  }
}
