import { bytes, table } from '../output.ts';
import type { Usage } from './stats.ts';

const COLUMNS: Readonly<Record<string, (usage: Usage) => string | number>> = {
  name: ({ name }) => name,
  id: ({ id }) => id.slice(0, 12),
  cpu: ({ cpuPercent }) => `${cpuPercent.toFixed(1)}%`,
  memory: ({ memoryBytes }) => bytes(memoryBytes),
  limit: ({ memoryLimitBytes }) => bytes(memoryLimitBytes),
  'net in/out': ({ rxBytes, txBytes }) => `${bytes(rxBytes)} / ${bytes(txBytes)}`,
  'disk in/out': ({ readBytes, writtenBytes }) => `${bytes(readBytes)} / ${bytes(writtenBytes)}`,
  pids: ({ processes }) => processes,
};

/** A table of what containers use. */
export function statsTable(usages: readonly Usage[]): string {
  const cells = Object.values(COLUMNS);
  return table(
    Object.keys(COLUMNS),
    usages.map((usage) => cells.map((cell) => cell(usage))),
    { spare: ['id', 'limit', 'disk in/out', 'net in/out'], cut: { name: 'end' }, readable: 24 },
  );
}
