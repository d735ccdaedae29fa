import { isErrorType } from '@sextant/protocol/errors';
import { VERSION } from '@sextant/protocol/version';
import { defaultHome } from '@sextant/service/run/home';
import { Command, CommanderError } from 'commander';
import { addCommands } from './commands.ts';
import { complete, COMPLETE } from './completion/complete.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { say, sayError } from './output.ts';
import { setApart } from './program-words.ts';
import { whenUnread } from './unread.ts';
import { SELF } from './self.ts';

const EXAMPLES = `
Begin with:
  $ ${SELF} up                              all services, and three peers, until Ctrl-C
  $ ${SELF} status                          what runs
  $ ${SELF} run ls -l                       run a program over there, as if it ran here
  $ ${SELF} file put report.pdf reports/    upload a file
  $ ${SELF} chat lobby                      talk to whoever else is in the room
  $ ${SELF} container menu                  create, list, stop and delete containers
  $ ${SELF} token create ann --scope chat:use    let somebody else in

${SELF} COMMAND --help says more. Data goes to stdout, talk to stderr; NO_COLOR is obeyed.
Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 not reachable, 4 not found, 5 not allowed, 6 in conflict, 130 stopped;\nrun, attach and others end as their program did.`;

/** Runs the command line and sets the exit code. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  endQuietly();
  try {
    const program = createProgram();
    if (argv[2] === COMPLETE) return await complete(program, argv.slice(3));
    if (!asksVersion(argv)) await addCommands(program, argv.slice(2));
    await program.parseAsync(setApart(program, argv.slice(2)), { from: 'user' });
  } catch (error) {
    process.exitCode = explain(error);
  }
}

function createProgram(): Command {
  return new Command('sextant')
    .description('See what runs on your machines, run something, move a file to it, tell the others.')
    .version(VERSION)
    .option('--json', 'print JSON, one object a line, instead of tables and sentences')
    .option('--host <host[:port]>', 'the service to ask, where it is not on this machine or not on its usual port')
    .option('--token-file <file>', 'the token to show it (else that of this machine, or SEXTANT_TOKEN elsewhere)')
    .option('--ca <file>', 'the authority whose certificates to trust (SEXTANT_CA)')
    .option('--home <folder>', 'where services keep their data, tokens and certificates', defaultHome())
    .configureOutput({ writeErr: say })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help lists what there is)')
    .addHelpText('after', EXAMPLES)
    .exitOverride();
}

/** Whoever asks for nothing else is answered at once. */
function asksVersion([, , first]: readonly string[]): boolean {
  return first === '--version' || first === '-V';
}

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (isErrorType(error, 'cancelled')) say(error.message);
  else sayError(error);
  return exitCodeOf(error);
}

/** Whoever reads only the beginning of our output has what it wants; and nobody wants to see a stack. */
function endQuietly(): void {
  whenUnread((error) => {
    if (error.code !== 'EPIPE') sayError(error);
    process.exit(error.code === 'EPIPE' ? ExitCode.ok : ExitCode.failed);
  });
  process.on('uncaughtException', (error) => {
    sayError(error);
    process.exit(ExitCode.failed);
  });
}
