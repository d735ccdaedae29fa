import type { Client } from '@sextant/client/client';
import type { Stream } from '@sextant/client/stream';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { ResultOf } from '@sextant/protocol/method';
import type { processService } from '@sextant/protocol/process';
import type { AttachedItem } from '@sextant/protocol/process-schemas';
import { terminalSize } from '../attached/terminal.ts';
import { dim, errorText, printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import { Keyboard } from './keyboard.ts';
import { Place, shower } from './place.ts';

type Processes = Client<typeof processService>;
type AttachMethod = (typeof processService.methods)['process.attach'];
type Result = ResultOf<AttachMethod>;

/** How a program is followed. */
export interface Attaching {
  target: string;
  since: number | undefined;
  readOnly: boolean;
  json: boolean;
  /** Aborts when it is left. */
  signal: AbortSignal;
  leave: () => void;
}

/** Lines of its output that are shown first. */
const SCREENFUL = 24;

/** Milliseconds in which a service notices that our last connection is over, by far: until then it is that which types. */
const REGAIN_MS = 60_000;
const REGAIN_EACH_MS = 3000;

/** A program that is followed and typed into, over as many connections as it takes. */
export class Attachment {
  readonly #attaching: Attaching;
  readonly #keyboard: Keyboard;
  readonly #place: Place;
  #item: AttachedItem | undefined;
  #instance: string | undefined;
  #wantsInput: boolean;
  #isLost = false;
  /** Until then, somebody who types may be our last connection. */
  #regainUntil = -Infinity;

  constructor(attaching: Attaching) {
    this.#attaching = attaching;
    this.#wantsInput = !attaching.readOnly;
    this.#place = new Place(shower(attaching.json), attaching.since);
    this.#keyboard = new Keyboard(attaching.leave);
  }

  /** What the program is called, once that is known. */
  get name(): string {
    return this.#item?.name ?? this.#attaching.target;
  }

  /**
   * Follows it to its end, from where an earlier connection was lost.
   * @throws ProtocolError why it cannot be followed, or the signal's reason.
   */
  async followOn(client: Processes): Promise<Result> {
    for (;;) {
      const result = await this.#follow(client);
      if (result) return result;
    }
  }

  /** Our connection was lost. */
  lost(error: unknown): void {
    const hadTyped = this.#keyboard.disconnect();
    if (this.#item?.input) this.#regainUntil = performance.now() + REGAIN_MS;
    if (this.#isLost) return;
    this.#isLost = true;
    const doubt = hadTyped ? ' What was typed last may not have reached it.' : '';
    this.#say(`${errorText(error)} ${this.name} goes on; trying to connect again.${doubt}`);
  }

  /** Says something between what the program prints. */
  #say(text: string): void {
    say(this.#keyboard.isLent ? `\r\n${text}\r` : text);
  }

  /** @param left the program goes on. */
  close(left: boolean): void {
    this.#keyboard.close(left);
  }

  /** Once; undefined where it is to be done again, as somebody else or nobody else types by now. */
  async #follow(client: Processes): Promise<Result | undefined> {
    const { target, signal } = this.#attaching;
    const input = this.#wantsInput;
    const wish = { target: this.#item?.id ?? target, input, since: this.#place.since, tail: SCREENFUL };
    const stream = client.open('process.attach', wish, { signal });
    const regaining = this.#regain(stream, input);
    try {
      for await (const part of stream) {
        const { item } = part;
        if (!item) await this.#place.take(part);
        else if ('id' in item) this.#begin(item, stream, client);
        else this.#place.move(item);
      }
      return await stream.result;
    } catch (error) {
      signal.throwIfAborted();
      if (client.lost) throw error;
      if (regaining?.isDue) return void (this.#wantsInput = true);
      if (input && isErrorType(error, 'conflict')) return this.#yield();
      throw this.#explain(error, client);
    } finally {
      clearTimeout(regaining?.timer);
      stream.cancel();
    }
  }

  #begin(item: AttachedItem, stream: Stream<AttachMethod>, client: Processes): void {
    const { json } = this.#attaching;
    const isFirst = this.#item === undefined;
    this.#item = item;
    this.#instance = client.hello.instance;
    if (isFirst && json) printJson(item);
    if (item.input) this.#keyboard.connect(stream, item.tty);
    if (this.#isLost) this.#say('Connected again; it goes on where it was lost.');
    this.#isLost = false;
    if (isFirst && !json && process.stdin.isTTY) this.#say(dim(hint(item, this.#keyboard.isLent)));
    if (item.tty) redraw(stream);
  }

  /** Somebody else types: perhaps ourselves, on the connection that was lost. */
  #yield(): undefined {
    this.#wantsInput = false;
    if (performance.now() < this.#regainUntil) return;
    const target = this.#attaching.target;
    this.#say(`Somebody else writes to it: you see what it prints. To write yourself: ${SELF} attach --take ${target}`);
  }

  /** After a while it is tried again whether what we type is taken. */
  #regain(stream: { cancel(): void }, input: boolean): { isDue: boolean; timer: NodeJS.Timeout } | undefined {
    if (input || this.#attaching.readOnly || performance.now() > this.#regainUntil) return undefined;
    const due = (): void => {
      regaining.isDue = true;
      stream.cancel();
    };
    const regaining = { isDue: false, timer: setTimeout(due, REGAIN_EACH_MS) };
    return regaining;
  }

  /** What another life of the service knows nothing of has ended with the one before. */
  #explain(error: unknown, client: Processes): unknown {
    const isAnother = this.#instance !== undefined && this.#instance !== client.hello.instance;
    if (!isAnother || !isErrorType(error, 'not_found')) return error;
    const message = `The service was started anew meanwhile, and ${this.name} ended with the one before.`;
    return new ProtocolError('data_loss', message, {}, { cause: error });
  }
}

function hint({ name, pid, input }: AttachedItem, isLent: boolean): string {
  const leave = isLent ? 'Ctrl-P Ctrl-Q leaves it' : 'Ctrl-C leaves it';
  const what = pid === null ? name : `${name}, pid ${pid}`;
  return `${what}. ${leave}, and it goes on.${input ? '' : ' It takes no input from here.'}`;
}

/** A program that fills the screen draws it anew when its size changes. */
function redraw(stream: Stream<AttachMethod>): void {
  const size = terminalSize();
  if (!size) return;
  stream.send({ ...size, rows: size.rows + 1 });
  stream.send(size);
}
