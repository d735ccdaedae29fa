import type { Container } from '@sextant/protocol/container-schemas';
import type { Run, RunDetails } from '@sextant/protocol/process-schemas';
import { join } from 'shlex';
import { dim, duration, table } from '../output.ts';
import type { Narrowing } from '../fit.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';

/** What a list is of: programs, and perhaps containers among them. */
export type Row = Run | RunDetails | Container;
type Columns = Readonly<Record<string, (row: Row) => string | number>>;

const COLUMNS: Columns = {
  pid: (row) => ('pid' in row ? row.pid : null) ?? '-',
  name: ({ name }) => visible(name),
  state: ({ state }) => (state === 'running' ? state : dim(state)),
  started: (row) => ('startedAt' in row ? localTime(row.startedAt) : '-'),
  elapsed: (row) => ('elapsedMs' in row ? duration(row.elapsedMs) : row.status.replace(/^Up |^Exited \(\d+\) /, '')),
  exit: (row) => ('status' in row ? /^Exited \((\d+)\)/.exec(row.status)?.[1] : (row.signal ?? row.exitCode)) ?? '-',
  id: ({ id }) => id.slice(0, 12),
};

const DETAILS: Columns = {
  ended: (row) => ('endedAt' in row && row.endedAt ? localTime(row.endedAt) : '-'),
  command: (row) => shorten('image' in row ? row.image : commandOf(row)),
  cwd: (row) => ('cwd' in row ? visible(row.cwd) : '-'),
  detached: (row) => (!('detached' in row) ? '-' : row.detached ? 'yes' : 'no'),
  reason: (row) => ('reason' in row ? visible(row.reason ?? '') : ''),
};

/** How they fit a narrow terminal: names and commands tell most. */
const NARROWING: Narrowing = {
  spare: ['reason', 'detached', 'cwd', 'started', 'ended', 'id', 'kind'],
  cut: { name: 'end', elapsed: 'end', command: 'end', cwd: 'start', reason: 'end', owner: 'end' },
};

/** Characters of a command that a table shows: one long argument must not push everything else off the screen. */
const COMMAND = 40;

function shorten(text: string): string {
  return text.length > COMMAND ? `${text.slice(0, COMMAND - 3)}...` : text;
}

/** What was typed to start a program, where that is known. */
export function commandOf(program: Run | RunDetails): string {
  return 'program' in program ? visible(join([program.program, ...program.args])) : '';
}

/** Owners where there are several, and what they are of where they are of two kinds. */
function columnsFor(rows: readonly Row[], details: boolean): Columns {
  const isShared = new Set(rows.map(ownerOf)).size > 1;
  const isMixed = rows.some((row) => 'image' in row);
  return {
    ...COLUMNS,
    ...(isMixed && { kind: (row: Row) => ('image' in row ? 'container' : 'program') }),
    ...(isShared && { owner: ownerOf }),
    ...(details && DETAILS),
  };
}

function ownerOf(row: Row): string {
  return visible(('owner' in row ? row.owner : '') ?? '');
}

/** A table of programs, and of containers if there are some among them. */
export function programTable(rows: readonly Row[], details: boolean): string {
  const columns = columnsFor(rows, details);
  const cells = Object.values(columns);
  return table(
    Object.keys(columns),
    rows.map((row) => cells.map((cell) => cell(row))),
    NARROWING,
  );
}
