import { ProtocolError } from '@sextant/protocol/errors';
import { split } from 'shlex';
import { COMMANDS, findCommand } from './commands.ts';
import type { Shell } from './shell.ts';

/** Does what a line says, or tells why not. */
export async function execute(shell: Shell, line: string): Promise<void> {
  const busy = new AbortController();
  shell.interrupt = () => busy.abort();
  try {
    const [name, ...words] = splitWords(line);
    if (name !== undefined) await findCommand(name).run(shell, words, busy.signal);
  } catch (error) {
    shell.failed = true;
    await shell.error(error);
  } finally {
    shell.interrupt = undefined;
  }
}

/** What Tab offers: a command, or what the command offers. */
export async function complete(shell: Shell, typed: string): Promise<[string[], string]> {
  const [name = '', ...words] = typed.trimStart().split(/\s+/);
  const last = words.at(-1) ?? name;
  const offers = words.length === 0 ? COMMANDS.keys() : await offersOf(shell, name);
  return [[...offers].filter((offer) => offer.startsWith(last)).map((offer) => `${offer} `), last];
}

async function offersOf(shell: Shell, name: string): Promise<string[]> {
  try {
    return (await COMMANDS.get(name)?.complete?.(shell)) ?? [];
  } catch {
    return [];
  }
}

function splitWords(line: string): string[] {
  try {
    return split(line);
  } catch (cause) {
    throw new ProtocolError(
      'invalid_params',
      'A quote or a backslash is not followed by its other half.',
      {},
      { cause },
    );
  }
}
