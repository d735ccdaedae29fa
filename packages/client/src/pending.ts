import type { Id } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Method, ResultOf } from '@sextant/protocol/method';

export interface CallOptions {
  /** Aborting cancels the request; it then fails with `cancelled`, or succeeds if its result was on its way. */
  signal?: AbortSignal | undefined;
  /** Milliseconds the service gives it. */
  timeout?: number | undefined;
  /** The same for every try of one request whose method takes one: it is done once. */
  key?: string | undefined;
  /** Raw bytes that go with the request. */
  body?: Uint8Array | undefined;
}

/** One part of a stream as it came. */
export interface Part {
  channel?: string | undefined;
  item?: unknown;
  body?: Uint8Array | undefined;
  end?: boolean | undefined;
}

/** What a stream wants to hear of its request. */
export interface PartListener {
  part(part: Part): void;
  credit(bytes: number): void;
  over(): void;
}

/** One request that has not been answered yet. */
export class Pending<M extends Method = Method> {
  readonly id: Id;
  readonly method: M;
  readonly cancel: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #answer = Promise.withResolvers<ResultOf<M>>();
  #listener: PartListener | undefined;
  #isOver = false;

  constructor(id: Id, method: M, signal: AbortSignal | undefined, cancel: () => void) {
    this.id = id;
    this.method = method;
    this.#signal = signal;
    this.cancel = cancel;
    if (signal?.aborted) queueMicrotask(cancel);
    else signal?.addEventListener('abort', cancel, { once: true });
  }

  get result(): Promise<ResultOf<M>> {
    return this.#answer.promise;
  }

  listen(listener: PartListener): void {
    this.#listener = listener;
    if (this.#isOver) listener.over();
  }

  receive(part: Part): void {
    this.#listener?.part(part);
  }

  credit(bytes: number): void {
    this.#listener?.credit(bytes);
  }

  succeed(value: object): void {
    const parsed = this.method.result.safeParse(value);
    if (parsed.success) this.#answer.resolve(parsed.data as ResultOf<M>);
    else
      this.#answer.reject(
        new ProtocolError('unsupported', 'The service answered in a way this version does not know.'),
      );
    this.#over();
  }

  fail(error: ProtocolError): void {
    this.#answer.reject(error);
    this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this.cancel);
    this.#listener?.over();
  }
}
