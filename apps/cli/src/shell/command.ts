import { ProtocolError } from '@sextant/protocol/errors';
import type { Shell } from './shell.ts';

/** One command of the shell. */
export interface ShellCommand {
  /** Its words as they are typed. */
  readonly usage: string;
  readonly summary: string;
  /** `signal` aborts when Ctrl-C is pressed meanwhile. */
  run(shell: Shell, words: string[], signal: AbortSignal): Promise<void>;
  /** What Tab offers after its name. */
  complete?(shell: Shell): Promise<string[]> | string[];
}

/** Says how a command is typed. */
export function usageError(usage: string): ProtocolError {
  return new ProtocolError('invalid_params', `Type: ${usage}`);
}
