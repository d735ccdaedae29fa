import { ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import { add, div, mult, sub } from './calculate.ts';
import type { ShellCommand } from './command.ts';
import { connect, disconnect, exit } from './connection.ts';
import { close, list, run } from './programs.ts';

const help: ShellCommand = {
  usage: 'help',
  summary: 'tell what can be typed',
  async run(shell) {
    for (const { usage, summary } of COMMANDS.values()) {
      await shell.print(`  ${usage.padEnd(26)}${summary}`, { usage, summary });
    }
  },
};

/** What can be typed, by its first word. */
export const COMMANDS: ReadonlyMap<string, ShellCommand> = new Map(
  Object.entries({ connect, run, close, list, add, sub, mult, div, disconnect, exit, help }),
);

/** @throws ProtocolError that names the nearest one. */
export function findCommand(name: string): ShellCommand {
  const command = COMMANDS.get(name.toLowerCase());
  if (command) return command;
  const suggestions = closest(name, [...COMMANDS.keys()]);
  throw new ProtocolError('not_found', 'That is not a command here; help tells what there is.', { suggestions });
}
