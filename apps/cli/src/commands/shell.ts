import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { SELF } from '../self.ts';
import { addressOf, type CommonOptions } from '../service.ts';
import { addressFrom } from '../shell/connection.ts';
import { openShell } from '../shell/open.ts';

const HELP = `
What is typed is done one line after the other; what runs shows its lines meanwhile. Lines may also be piped in:

  $ printf 'add 1 2\\nrun ls /\\n' | ${SELF} shell`;

export function addShellCommand(program: Command): void {
  program
    .command('shell')
    .description('a prompt: run programs, see what they print while you type, add numbers')
    .argument('[host]', 'the process-server to begin with')
    .argument('[port]')
    .addHelpText('after', HELP)
    .action(async (host: string | undefined, port: string | undefined, _options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const words = [host, port].filter((word) => word !== undefined);
      const address = addressFrom(words) ?? addressOf(processService, options);
      process.exitCode = await openShell(address, options);
    });
}
