import { setTimeout as sleep } from 'node:timers/promises';
import { isLiving, listPrograms, type Program } from '../processes/list.ts';
import { programTable } from '../processes/table.ts';
import { visible } from '../visible.ts';
import { attach } from './attached.ts';
import { usageError, type ShellCommand } from './command.ts';
import type { Shell } from './shell.ts';

/** Milliseconds that a script's next line waits for a program to end: most do, and then what they print stands before it. */
const SHORT_MS = 500;

export const run: ShellCommand = {
  usage: 'run PROGRAM [ARGS]',
  summary: 'run a program; its output appears here while you type on',
  async run(shell, [program, ...args]) {
    if (program === undefined) throw usageError(run.usage);
    const attached = await attach(shell, program, args);
    if (!shell.prompt.interactive) await Promise.race([attached.ended, sleep(SHORT_MS, undefined, { ref: false })]);
  },
};

export const close: ShellCommand = {
  usage: 'close NAME|PID|ID [all]',
  summary: 'end a program and all it started; with "all", every one of that name',
  async run(shell, [target, all, ...rest], signal) {
    if (target === undefined || rest.length > 0 || (all !== undefined && all !== 'all')) throw usageError(close.usage);
    const { client } = shell.link;
    const { items } = await client.call('process.close', { target, all: all !== undefined }, { signal });
    for (const item of items) await shell.print(`Closed ${visible(item.name)}, pid ${item.pid}.`, item);
  },
  complete: async (shell) => {
    const programs = await listPrograms(shell.link.client, { scope: 'mine', details: false });
    return [...new Set(programs.filter(isLiving).map(({ name }) => name)), 'all'];
  },
};

export const list: ShellCommand = {
  usage: 'list [all] [details]',
  summary: 'list your programs or, with "all", everybody\'s; "details" tells more of each',
  async run(shell, words, signal) {
    if (words.some((word) => word !== 'all' && word !== 'details')) throw usageError(list.usage);
    const details = words.includes('details');
    const scope = words.includes('all') ? 'all' : 'mine';
    const programs = await listPrograms(shell.link.client, { scope, details }, signal);
    if (programs.length > 0) await showList(shell, programs, details);
    else await shell.say(scope === 'all' ? NONE : `${NONE}\nWhat others run: list all`);
  },
  complete: () => ['all', 'details'],
};

const NONE = 'There is no program. Start one with: run PROGRAM ARGS';

async function showList({ prompt, json }: Shell, programs: Program[], details: boolean): Promise<void> {
  if (json) await prompt.print(programs.map((program) => JSON.stringify(program)).join('\n'));
  else await prompt.print(programTable(programs, details));
}
