import { containerService } from '@sextant/protocol/container';
import type { Command } from 'commander';
import { follow } from '../attached/follow.ts';
import { untilLeaving } from '../attached/leave.ts';
import { lendTerminal, terminalSize } from '../attached/terminal.ts';
import { printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { runningContainers } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
Ends with the exit code of the container's program. Leave it with Ctrl-C, or where it has a terminal with Ctrl-P Ctrl-Q; it goes on.
With --json, stdout carries {id, name, tty, stdin}, then {channel, text} as output comes, then {exitCode}.

  $ ${SELF} container create -it box busybox -- sh
  $ ${SELF} container attach box`;

export function addContainerAttachCommand(container: Command): void {
  container
    .command('attach')
    .description("see what a container's own program prints, and type into it if it was created with -i")
    .addArgument(completed('<container>', 'name, id or the beginning of an id', runningContainers))
    .addHelpText('after', HELP)
    .action(async (target: string, _options, command: Command) => {
      process.exitCode = await attach(target, command.optsWithGlobals());
    });
}

/** @returns the exit code that this command ends with. */
function attach(target: string, { json = false, ...common }: CommonOptions): Promise<number> {
  return withService(containerService, common, async (containers) => {
    const stream = containers.open('container.attach', { target });
    const parts = stream[Symbol.asyncIterator]();
    const { item } = (await parts.next()).value ?? {};
    if (!item) return (await stream.result).exitCode;
    if (json) printJson(item);
    let left = false;
    const leave = (): void => {
      left = true;
      stream.cancel();
    };
    const stdin = process.stdin as AsyncIterable<Uint8Array>;
    const lent = item.tty && item.stdin && process.stdin.isTTY;
    if (lent) lendTerminal(stream);
    const size = terminalSize();
    if (item.tty && size) stream.send(size);
    try {
      const { interrupted, result } = await follow(stream, {
        json,
        parts,
        input: lent ? untilLeaving(stdin, leave) : stdin,
      });
      return interrupted ?? result?.exitCode ?? 0;
    } catch (error) {
      if (!left) throw error;
      say(`\n${item.name} goes on. See it again: ${SELF} container attach ${item.name}`);
      return 0;
    }
  });
}
