import { helloLine } from '@sextant/testing/raw-socket';
import { Link } from '../load/link.ts';
import { Ear } from './ear.ts';
import type { Runner } from './runner.ts';

/** How a server that takes lines of JSON is asked. */
export interface Dialect {
  readonly opening?: string;
  run(program: string, args: readonly string[]): string;
  readonly ping: string;
}

export const bareLines: Dialect = {
  run: (program, args) => `${JSON.stringify({ program, args })}\n`,
  ping: '{}\n',
};

/** Ours, for whoever has this token. */
export function sextantLines(token: string): Dialect {
  let id = 0;
  const request = (method: string, params: object): string =>
    `${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`;
  return {
    opening: helloLine(token),
    run: (program, args) => request('process.run', { program, args }),
    ping: request('rpc.ping', {}),
  };
}

/** One connection to a server that answers each run with a line that has an exit code in it. */
export class Lines implements Runner, Disposable {
  readonly #link: Link;
  readonly #dialect: Dialect;
  readonly #runs: (() => void)[] = [];
  #ear: Ear | undefined;

  private constructor(link: Link, dialect: Dialect) {
    this.#link = link;
    this.#dialect = dialect;
    // Whichever run it is that ends: they are all alike.
    const ends = new Ear('"exitCode":', () => this.#runs.shift()?.());
    link.heard = (bytes) => {
      this.#ear?.listen(bytes);
      ends.listen(bytes);
    };
  }

  static async to(port: number, dialect: Dialect): Promise<Lines> {
    const lines = new Lines(await Link.to(port), dialect);
    if (dialect.opening !== undefined) await lines.#exchange(dialect.opening);
    return lines;
  }

  run(program: string, ...args: string[]): Promise<void> {
    this.#link.send(this.#dialect.run(program, args));
    return new Promise((resolve) => {
      this.#runs.push(resolve);
    });
  }

  async hear(text: string, program: string, ...args: string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ear = new Ear(text, resolve);
    const over = this.run(program, ...args);
    await promise;
    this.#ear = undefined;
    void over;
  }

  async pour(bytes: number, program: string, ...args: string[]): Promise<void> {
    const { received } = this.#link;
    const over = this.run(program, ...args);
    await this.#link.until(received + bytes);
    await over;
  }

  /** Resolves when the server has answered something that costs it nothing. */
  ping(): Promise<void> {
    return this.#exchange(this.#dialect.ping);
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  async #exchange(line: string): Promise<void> {
    const { received } = this.#link;
    this.#link.send(line);
    await this.#link.until(received + 1);
  }
}
