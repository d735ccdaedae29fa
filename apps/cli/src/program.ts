import { VERSION } from '@sextant/protocol/version';
import { Command, CommanderError } from 'commander';
import { addFileCommands } from './commands/file.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { say, sayError } from './output.ts';

/** Runs the command line and sets the exit code. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    else {
      sayError(error);
      process.exitCode = exitCodeOf(error);
    }
  }
}

export function createProgram(): Command {
  const program = new Command('sextant')
    .description('See what runs on your machines, run something, move a file to it, tell the others.')
    .version(VERSION)
    .option('--json', 'print JSON, one object a line, instead of tables and sentences')
    .option('--host <host[:port]>', 'the service to ask, where it is not on this machine or not on its usual port')
    .configureOutput({ writeErr: say })
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride();
  addFileCommands(program);
  return program;
}
