/** Milliseconds that what a program leaves behind has to finish by itself. */
export const LINGER_MS = 1000;

/** Notices that nothing was heard for `LINGER_MS`, counted from a program's exit on and only while somebody listens. */
export class Silence implements Disposable {
  readonly #notice: () => void;
  #exited = false;
  #listening = true;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(exited: Promise<unknown>, notice: () => void) {
    this.#notice = notice;
    void exited.then(() => {
      this.#exited = true;
      if (this.#listening) this.listen();
    });
  }

  /** True once it was noticed. */
  get over(): boolean {
    return this.#over;
  }

  listen(): void {
    this.#listening = true;
    if (!this.#exited) return;
    // Timers come before input in a turn of the event loop: what came while we were busy is heard first.
    this.#timer = setTimeout(() => (this.#turn = setImmediate(() => this.#end())), LINGER_MS);
  }

  pause(): void {
    this.#listening = false;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  [Symbol.dispose](): void {
    this.pause();
  }

  #end(): void {
    this.#over = true;
    this.#notice();
  }
}
