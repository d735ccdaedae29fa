import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between two looks at the event loop. */
const LOOK_MS = 1;

/** What the process of a workshop holds. */
export class Figures {
  #live = 0;
  #mostLive = 0;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  readonly #untouched = describePrototype();

  /** Counts a handler until it is disposed of. */
  begin(): Disposable {
    this.#live += 1;
    this.#mostLive = Math.max(this.#mostLive, this.#live);
    return { [Symbol.dispose]: () => void (this.#live -= 1) };
  }

  read(): {
    live: number;
    mostLive: number;
    heapMiB: number;
    resources: number;
    blockedMs: number;
    pristine: boolean;
  } {
    const blockedMs = this.#delay && this.#delay.count > 0 ? this.#delay.max / 1e6 - LOOK_MS : 0;
    const mostLive = this.#mostLive;
    this.#mostLive = this.#live;
    collectGarbage();
    const read = {
      live: this.#live,
      mostLive,
      heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
      resources: process.getActiveResourcesInfo().length,
      blockedMs,
      pristine: describePrototype() === this.#untouched,
    };
    this.#watch();
    return read;
  }

  #watch(): void {
    this.#delay ??= monitorEventLoopDelay({ resolution: LOOK_MS });
    this.#delay.enable();
    // What the collection just took is no fault of whoever is watched from now on.
    setTimeout(() => this.#delay?.reset(), 2 * LOOK_MS);
  }
}

function describePrototype(): string {
  return [Object.prototype, Array.prototype, Function.prototype]
    .flatMap((prototype) => Reflect.ownKeys(prototype))
    .map(String)
    .join();
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
