import type { Address } from '@sextant/wire/address';
import { ExitCode } from '../exit-code.ts';
import { openPrompt } from '../prompt.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { complete, execute } from './execute.ts';
import { Shell } from './shell.ts';

/** Runs the shell until it is left. Resolves to the exit code: that of a script tells whether all of it could be done. */
export async function openShell(address: Address, options: CommonOptions): Promise<number> {
  const prompt = openPrompt({
    label: 'sextant> ',
    plain: options.json === true,
    complete: (typed) => complete(shell, typed),
    interrupt: (why) => (why === 'key' ? interrupt(shell) : leave(shell)),
  });
  const shell = new Shell(prompt, options);
  await greet(shell, address);
  for await (const line of prompt.lines) {
    await execute(shell, line);
    if (shell.over) break;
  }
  if (!prompt.interactive && !shell.over) await shell.allEnded();
  shell.over = true;
  await shell.link.close();
  await prompt.close();
  return shell.failed && !prompt.interactive ? ExitCode.failed : ExitCode.ok;
}

async function greet(shell: Shell, address: Address): Promise<void> {
  try {
    await shell.link.open(address);
    if (shell.prompt.interactive) await shell.say('help tells what can be typed.');
  } catch (error) {
    await shell.error(error, `Start one with: ${SELF} up process-server, or type: connect IP PORT`);
  }
}

function interrupt(shell: Shell): void {
  if (shell.interrupt) shell.interrupt();
  else void shell.say('exit, or Ctrl-D, ends the shell and the programs it runs.');
}

function leave(shell: Shell): void {
  shell.over = true;
  void shell.link.close();
}
