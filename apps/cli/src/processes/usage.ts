import type { RunDetails } from '@sextant/protocol/process-schemas';
import { bytes, duration, table } from '../output.ts';
import { visible } from '../visible.ts';
import type { Program } from './list.ts';
import { commandOf } from './table.ts';

/** What a program uses, with all that it started. */
export interface Usage {
  id: string;
  pid: number | null;
  name: string;
  /** Of one processor, since the last look. */
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  elapsedMs: number;
  owner: string;
  command: string;
}

/** Programs at one time, in milliseconds. */
export interface Look {
  at: number;
  programs: readonly Program[];
}

/** What programs use that run, those that use most first. */
export function usagesOf(before: Look | undefined, { at, programs }: Look): Usage[] {
  const earlier = new Map(before?.programs.map((program) => [program.id, program]));
  const usages = programs.flatMap((program) => {
    if (!isMeasured(program)) return [];
    const { id, pid, name, cpuMs, memoryBytes, processes, elapsedMs, owner } = program;
    const was = earlier.get(id);
    const [usedMs, passedMs] =
      before && was && isMeasured(was) ? [cpuMs - was.cpuMs, at - before.at] : [cpuMs, elapsedMs];
    const cpuPercent = passedMs > 0 ? Math.round((Math.max(0, usedMs) / passedMs) * 1000) / 10 : 0;
    return { id, pid, name, cpuPercent, memoryBytes, processes, elapsedMs, owner, command: commandOf(program) };
  });
  return usages.sort((a, b) => b.cpuPercent - a.cpuPercent || b.memoryBytes - a.memoryBytes);
}

type Measured = RunDetails & { cpuMs: number; memoryBytes: number; processes: number };

function isMeasured(program: Program): program is Measured {
  return 'cpuMs' in program && 'memoryBytes' in program && 'processes' in program;
}

const COLUMNS: Readonly<Record<string, (usage: Usage) => string | number>> = {
  pid: ({ pid }) => pid ?? '-',
  name: ({ name }) => visible(name),
  cpu: ({ cpuPercent }) => `${cpuPercent.toFixed(1)}%`,
  memory: ({ memoryBytes }) => bytes(memoryBytes),
  processes: ({ processes }) => processes,
  elapsed: ({ elapsedMs }) => duration(elapsedMs),
  owner: ({ owner }) => visible(owner),
  command: ({ command }) => command,
};

/** Owners only where there are several. */
export function usageTable(usages: readonly Usage[]): string {
  const isShared = new Set(usages.map(({ owner }) => owner)).size > 1;
  const columns = Object.entries(COLUMNS).filter(([heading]) => isShared || heading !== 'owner');
  return table(
    columns.map(([heading]) => heading),
    usages.map((usage) => columns.map(([, cell]) => cell(usage))),
    { spare: ['processes', 'elapsed'], cut: { name: 'end', command: 'end', owner: 'end' } },
  );
}

/** All of them in a line. */
export function summaryOf(usages: readonly Usage[]): string {
  const cpu = usages.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0);
  const memory = usages.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const programs = usages.length === 1 ? '1 program' : `${usages.length} programs`;
  return `${programs}, ${cpu.toFixed(1)}% of a processor, ${bytes(memory)}`;
}
