import { constants } from 'node:os';
import { ExitCode } from '../exit-code.ts';

/** Tells a program to end before its time, and this command with it. */
export class Interruption {
  readonly #stream: { cancel(): void };
  #code: number | undefined;

  constructor(stream: { cancel(): void }) {
    this.#stream = stream;
  }

  /** What this command ends with then, unless nothing interrupted the program. */
  get code(): number | undefined {
    return this.#code;
  }

  /** Ends the program, and this command once that has ended; asked again, this command at once. */
  end(signal: NodeJS.Signals): void {
    if (this.#code !== undefined) process.exit(this.#code);
    this.#code = signalled(signal);
    this.#stream.cancel();
  }
}

/** The exit code with which a shell reports a signal; that of a failure where there is none: the program never ran. */
export function signalled(signal: string | null): number {
  return signal === null ? ExitCode.failed : 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

/** Ctrl-C and SIGTERM end the program. */
export function endAtSignals(interruption: Interruption): void {
  const end = (signal: NodeJS.Signals): void => interruption.end(signal);
  process.on('SIGINT', end).on('SIGTERM', end);
}
