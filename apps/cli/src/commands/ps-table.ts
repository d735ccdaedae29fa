import type { Client } from '@sextant/client/client';
import type { processService } from '@sextant/protocol/process';
import type { Run, RunDetails } from '@sextant/protocol/process-schemas';
import { join } from 'shlex';
import { dim, duration, table } from '../output.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';

export type Program = Run | RunDetails;
type Columns = Readonly<Record<string, (program: Program) => string | number>>;

const COLUMNS: Columns = {
  pid: ({ pid }) => pid ?? '-',
  name: ({ name }) => visible(name),
  state: ({ state }) => (state === 'running' ? state : dim(state)),
  started: ({ startedAt }) => localTime(startedAt),
  elapsed: ({ elapsedMs }) => duration(elapsedMs),
  exit: ({ exitCode, signal }) => signal ?? exitCode ?? '-',
  id: ({ id }) => id,
};

const DETAILS: Columns = {
  ended: ({ endedAt }) => (endedAt ? localTime(endedAt) : '-'),
  command: (program) => ('program' in program ? shorten(visible(join([program.program, ...program.args]))) : ''),
  cwd: (program) => ('cwd' in program ? visible(program.cwd) : ''),
  detached: (program) => ('detached' in program && program.detached ? 'yes' : 'no'),
  reason: (program) => ('reason' in program ? visible(program.reason ?? '') : ''),
};

/** Characters of a command that a table shows: one long argument must not push everything else off the screen. */
const COMMAND = 40;

function shorten(text: string): string {
  return text.length > COMMAND ? `${text.slice(0, COMMAND - 3)}...` : text;
}

/** Columns of a table of programs. */
export function programColumns(details: boolean): Columns {
  return details ? { ...COLUMNS, ...DETAILS } : COLUMNS;
}

/** A table of programs. */
export function programTable(programs: readonly Program[], details: boolean): string {
  const columns = programColumns(details);
  const cells = Object.values(columns);
  return table(
    Object.keys(columns),
    programs.map((program) => cells.map((cell) => cell(program))),
  );
}

/** Every page of a list of programs. */
export async function listPrograms(
  processes: Client<typeof processService>,
  asked: { scope: 'mine' | 'all'; details: boolean },
  signal?: AbortSignal,
): Promise<Program[]> {
  const programs: Program[] = [];
  let next: string | undefined;
  do {
    const page = await processes.call('process.list', { ...asked, next }, { signal });
    programs.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return programs;
}
