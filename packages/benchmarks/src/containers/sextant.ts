import { helloLine } from '@sextant/testing/raw-socket';
import { Link } from '../load/link.ts';
import { mainOf, startService } from '../programs/service.ts';
import { COMMAND, IMAGE, type Engine } from './engine.ts';

/** Ours, asked over its wire. */
export async function startSextant(): Promise<Engine> {
  const service = await startService(mainOf('container-server'));
  const asker = await Asker.to(service.port, helloLine(service.token));
  return {
    async list() {
      await asker.ask('container.list', { all: true, limit: 100 });
    },
    async create(name) {
      const params = { image: IMAGE, name, command: COMMAND, start: false, pull: 'never' };
      const answer = await asker.ask('container.create', params);
      return (JSON.parse(answer.toString()) as { result: { id: string } }).result.id;
    },
    async start(target) {
      await asker.ask('container.start', { target });
    },
    async stop(target) {
      await asker.ask('container.stop', { target, timeoutMs: 0 });
    },
    async remove(target) {
      await asker.ask('container.remove', { target });
    },
    async [Symbol.asyncDispose]() {
      asker[Symbol.dispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** Asks one thing after the other. */
class Asker implements Disposable {
  readonly #link: Link;
  #heard: Buffer[] = [];
  #answered: ((answer: Buffer) => void) | undefined;

  private constructor(link: Link) {
    this.#link = link;
    link.heard = (bytes) => {
      // The next bytes come into the same piece of memory.
      this.#heard.push(Buffer.from(bytes));
      if (bytes.at(-1) === LF) this.#answered?.(Buffer.concat(this.#heard));
    };
  }

  static async to(port: number, opening: string): Promise<Asker> {
    const asker = new Asker(await Link.to(port));
    await asker.#exchange(opening);
    return asker;
  }

  async ask(method: string, params: object): Promise<Buffer> {
    const answer = await this.#exchange(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
    if (answer.includes('"error":')) throw new Error(answer.toString());
    return answer;
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  #exchange(line: string): Promise<Buffer> {
    this.#heard = [];
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#answered = resolve;
    this.#link.send(line);
    return promise;
  }
}

const LF = 10;
