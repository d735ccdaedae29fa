import { ProtocolError } from '@sextant/protocol/errors';
import type { Call } from '@sextant/service/session/call';
import type { Exec } from './exec.ts';
import { refused } from '../engine/reasons.ts';

const BEGINNING = 'OCI runtime exec failed: ';

/** Passes on what a program prints, but for what the engine says in its place if it cannot start. */
export class ExecRefusal {
  readonly #exec: Pick<Exec, 'begun'>;
  readonly #call: Pick<Call, 'write' | 'signal'>;
  #heard = false;
  #text: string | undefined;

  constructor(exec: Pick<Exec, 'begun'>, call: Pick<Call, 'write' | 'signal'>) {
    this.#exec = exec;
    this.#call = call;
  }

  async write(channel: string, bytes: Uint8Array): Promise<void> {
    const text = this.#heard ? '' : Buffer.from(bytes).toString();
    this.#heard = true;
    // A program might print the same.
    if (text.startsWith(BEGINNING) && !(await this.#exec.begun(this.#call.signal))) this.#text = text;
    if (this.#text === undefined) await this.#call.write(channel, bytes);
  }

  /** @throws ProtocolError with the engine's words and the exit code it has for it, if the program could not start. */
  check(exitCode: number): void {
    if (this.#text === undefined) return;
    const type = this.#text.includes('executable file not found') ? 'not_found' : 'invalid_params';
    throw new ProtocolError(type, refused(this.#text, undefined).message, { exitCode });
  }
}
