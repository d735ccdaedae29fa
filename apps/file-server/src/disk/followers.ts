import { failed } from './failed.ts';
import { Followed, notHere } from './followed.ts';
import type { Answer, Ask } from './messages.ts';

/** Small enough to stay in the processor's cache between reading and hashing. */
const READ_BYTES = 256 * 1024;

/** The files that are hashed as they are sent or written, a piece of each in turn; in between, what is asked is heard. */
export class Followers {
  readonly #files = new Map<number, Followed>();
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #say: (answers: readonly Answer[]) => void;
  #isScheduled = false;

  constructor(say: (answers: readonly Answer[]) => void) {
    this.#say = say;
  }

  take(ask: Exclude<Ask, { do: 'open' }>): Answer | undefined {
    if (ask.do === 'stop') {
      this.#files.delete(ask.id);
      return { id: ask.id, stopped: true };
    }
    if (ask.do === 'write') return this.#write(ask);
    if (ask.do === 'follow') this.#files.set(ask.id, new Followed(ask.fd, ask.like, ask.end));
    const file = this.#files.get(ask.id);
    // What went wrong on the way is told to whoever asks for the digest.
    if (!file) return ask.do === 'finish' ? failed(ask.id, new Error('it could not be read')) : undefined;
    if (ask.do === 'reach') file.reach(ask.bytes);
    if (ask.do === 'finish') file.finish(ask.bytes);
    this.#schedule();
    return undefined;
  }

  /** Answers before it hashes. */
  #write({ id, of, offset, parts }: Extract<Ask, { do: 'write' }>): Answer | undefined {
    const file = this.#files.get(of);
    try {
      if (!file) throw notHere();
      this.#say([{ id, end: file.write(offset, parts) }]);
      file.hashWritten(offset, parts);
      if (file.isBehind) this.#schedule();
      return undefined;
    } catch (error) {
      return failed(id, error);
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#hashOn();
    });
  }

  #hashOn(): void {
    const answers: Answer[] = [];
    for (const [id, file] of this.#files) {
      const answer = hash(id, file, this.#buffer);
      if (!answer) continue;
      this.#files.delete(id);
      answers.push(answer);
    }
    if (answers.length > 0) this.#say(answers);
    if ([...this.#files.values()].some((file) => file.isBehind)) this.#schedule();
  }
}

function hash(id: number, file: Followed, buffer: Buffer): Answer | undefined {
  try {
    file.hashNext(buffer);
    return file.digest === undefined ? undefined : { id, digest: file.digest };
  } catch (error) {
    return failed(id, error);
  }
}
