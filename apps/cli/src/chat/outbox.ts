import { ProtocolError } from '@sextant/protocol/errors';

interface Message {
  readonly text: string;
  /** It was on its way when the connection was lost: it may have arrived. */
  unsure: boolean;
  readonly done: PromiseWithResolvers<void>;
}

/** What was typed and is not acknowledged yet, in order; it outlives connections. */
export class Outbox {
  readonly #waiting: Message[] = [];
  #busy = false;

  /** Adds a text. Resolves when it is acknowledged; rejects with why it was refused. */
  add(text: string): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ text, unsure: false, done });
    return done.promise;
  }

  /** Sends one after the other, until there is none or the connection is lost. */
  async flush(send: (text: string) => Promise<unknown>, lost: () => boolean): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let message = this.#waiting[0]; message && !lost(); message = this.#waiting[0])
      await this.#send(message, send, lost);
    this.#busy = false;
  }

  /** A text of ours was seen in the room: if it is the one whose fate was unknown, it has arrived. */
  seen(text: string): void {
    const [first] = this.#waiting;
    if (!first?.unsure || first.text !== text) return;
    this.#waiting.shift();
    first.done.resolve();
  }

  /** Nothing will be sent any more. */
  close(): void {
    for (const { text, done } of this.#waiting.splice(0))
      done.reject(new ProtocolError('unavailable', `Not sent: ${text}`));
  }

  async #send(message: Message, send: (text: string) => Promise<unknown>, lost: () => boolean): Promise<void> {
    message.unsure = false;
    try {
      await send(message.text);
      message.done.resolve();
    } catch (error) {
      message.unsure = lost();
      if (message.unsure) return;
      message.done.reject(error);
    }
    if (this.#waiting[0] === message) this.#waiting.shift();
  }
}
