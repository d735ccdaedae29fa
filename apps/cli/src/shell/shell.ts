import { formatAddress } from '@sextant/wire/address';
import type { Prompt } from '../prompt.ts';
import { dim, errorText } from '../output.ts';
import type { CommonOptions } from '../service.ts';
import type { Attached } from './attached.ts';
import { Link } from './link.ts';

/** One session at the prompt: its connection, the programs it runs and the command it is busy with. */
export class Shell {
  readonly prompt: Prompt;
  readonly json: boolean;
  readonly link: Link;
  /** The programs started here that run. */
  readonly attached = new Set<Attached>();
  /** True once something that was typed could not be done. */
  failed = false;
  /** True once it was asked to end. */
  over = false;
  /** Stops the command it is busy with. */
  interrupt: (() => void) | undefined;
  #lost: Attached[] = [];
  readonly #gone: string[] = [];

  constructor(prompt: Prompt, options: CommonOptions) {
    this.prompt = prompt;
    this.json = options.json === true;
    this.link = new Link(
      {
        lost: (error) => void this.#tellLost(error),
        back: (restarted) => void this.#tellBack(restarted),
        failed: (error) => void this.error(error),
        changed: () => prompt.label(this.label),
      },
      options,
    );
  }

  /** What stands in front of the typed text. */
  get label(): string {
    const { address, connected } = this.link;
    if (!address) return 'sextant> ';
    return `${formatAddress(address)}${connected ? '' : dim(' (lost)')}> `;
  }

  /** Shows an outcome: in words, or as JSON where that was asked for. */
  print(text: string, value: object): Promise<void> {
    return this.prompt.print(this.json ? JSON.stringify(value) : text);
  }

  say(text: string): Promise<void> {
    return this.prompt.say(dim(text));
  }

  error(error: unknown, next = ''): Promise<void> {
    return this.prompt.say(`${errorText(error)} ${next}`.trimEnd());
  }

  /** Keeps in mind, to be said at once for all, that a program went with the connection. */
  went(program: string): void {
    this.#gone.push(program);
  }

  /** Waits until the programs that run have ended, and says which of them the connection took with it. */
  async allEnded(programs: Iterable<Attached> = this.attached): Promise<void> {
    await Promise.all([...programs].map(({ ended }) => ended));
    const gone = this.#gone.splice(0);
    if (gone.length > 0)
      await this.say(`With the connection went ${gone.join(', ')}; if the server was killed, it may still run.`);
  }

  async #tellLost(error: unknown): Promise<void> {
    this.#lost = [...this.attached];
    await this.error(error, 'Trying to connect again.');
  }

  async #tellBack(restarted: boolean): Promise<void> {
    const { address } = this.link;
    await this.say(
      `Connected to ${address && formatAddress(address)} again${restarted ? ', where the server was restarted' : ''}.`,
    );
    await this.allEnded(this.#lost);
  }
}
