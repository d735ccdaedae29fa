import { processService } from '@sextant/protocol/process';
import type { Command } from 'commander';
import { parsePlace } from '../arguments.ts';
import { signalled } from '../attached/interruption.ts';
import { programs } from '../completion/names.ts';
import { completed } from '../completion/source.ts';
import { ExitCode } from '../exit-code.ts';
import { keepConnected } from '../kept.ts';
import { printJson, say } from '../output.ts';
import { Attachment } from '../processes/attach.ts';
import { SELF } from '../self.ts';
import { connectTo, type CommonOptions } from '../service.ts';
import { whenUnread } from '../unread.ts';

interface AttachOptions extends CommonOptions {
  since?: number;
  readOnly?: boolean;
  take?: boolean;
}

/** Milliseconds of silence that are noticed: whoever types wants to know soon that nobody hears. */
const HEARTBEAT_MS = 5000;

const HELP = `
Shows the last lines of what it printed, then what it prints, and ends with its exit code. What is typed goes to it where it was
started with --stdin or has a terminal. Leave it with Ctrl-C, or in a terminal with Ctrl-P Ctrl-Q; it goes on. A lost connection is
made again, and the output goes on at the very byte.
With --json, stdout carries {id, name, pid, tty, input}, then {channel, text, since} as output comes, then {id, pid, exitCode, signal}.

  $ ${SELF} run -d --stdin --name calc bc
  $ ${SELF} attach calc`;

export function addAttachCommand(program: Command): void {
  program
    .command('attach')
    .description('follow a program that runs, and type into it')
    .addArgument(completed('<target>', 'its pid, name or id, or the beginning of an id', programs))
    .option('--since <byte>', 'from so many bytes of its output on, not from its last lines', parsePlace)
    .option('--read-only', 'only look: what is typed stays here')
    .option('--take', 'make it ours first: whoever typed only looks on, and it ends with nobody')
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      process.exitCode = await attach(target, command.optsWithGlobals());
    });
}

/** @returns the exit code that this command ends with. */
async function attach(target: string, options: AttachOptions): Promise<number> {
  const { json = false, since, readOnly = false, take = false } = options;
  const trust = { ...options, heartbeat: HEARTBEAT_MS };
  const left = new AbortController();
  let code: number = ExitCode.ok;
  const leave = (by?: NodeJS.Signals): void => {
    if (by) code = signalled(by);
    left.abort();
  };
  const { signal } = left;
  const attachment = new Attachment({ target, since, readOnly, json, signal, leave: () => leave() });
  process.on('SIGINT', leave).on('SIGTERM', leave).on('SIGHUP', leave);
  const first = await connectTo(processService, trust);
  whenUnread(() => leave('SIGPIPE'));
  try {
    if (take) await first.call('process.adopt', { target, detached: true }, { signal });
    const lost = (error: unknown): void => attachment.lost(error);
    const result = await keepConnected(processService, first, (client) => attachment.followOn(client), {
      signal,
      lost,
      trust,
    });
    attachment.close(false);
    if (json) printJson(result);
    else if (result.exitCode === null && result.signal === null) say(`${attachment.name} never ran.`);
    return result.exitCode ?? signalled(result.signal);
  } catch (error) {
    attachment.close(true);
    if (!signal.aborted) throw error;
    if (code !== signalled('SIGPIPE')) say(`\n${attachment.name} goes on. See it again: ${SELF} attach ${target}`);
    return code;
  }
}
