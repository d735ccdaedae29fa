import type { ContainerStats } from '@sextant/protocol/container-schemas';

/** One measurement as the engine tells it; members that its machine or the state of the container does not have are missing. */
export interface Sample {
  read: string;
  preread: string;
  cpu_stats: Processor;
  precpu_stats: Processor;
  memory_stats: { usage?: number; limit?: number; stats?: Readonly<Record<string, number>> };
  networks?: Readonly<Record<string, { rx_bytes: number; tx_bytes: number }>>;
  blkio_stats: { io_service_bytes_recursive?: { op: string; value: number }[] | null };
  pids_stats: { current?: number };
}

interface Processor {
  cpu_usage: { total_usage: number; percpu_usage?: number[] | null };
  system_cpu_usage?: number;
  online_cpus?: number;
}

/** True for a measurement with one before it; the first has none, and of what does not run there are none. */
export function isMeasured({ read, preread }: Sample): boolean {
  return !isNever(read) && !isNever(preread);
}

/** True where there was nothing to measure: it does not run. */
export function isEmpty({ read }: Sample): boolean {
  return isNever(read);
}

/** Counted as Docker's own client does. */
export function statsOf(sample: Sample): ContainerStats {
  const { memory_stats: memory, networks = {}, pids_stats: pids, blkio_stats: disks } = sample;
  const interfaces = Object.values(networks);
  return {
    at: new Date(sample.read).toISOString(),
    cpuPercent: cpuPercent(sample),
    memoryBytes: usedMemory(memory),
    memoryLimitBytes: memory.limit ?? 0,
    rxBytes: sum(interfaces.map(({ rx_bytes }) => rx_bytes)),
    txBytes: sum(interfaces.map(({ tx_bytes }) => tx_bytes)),
    readBytes: ofDisks(disks, 'read'),
    writtenBytes: ofDisks(disks, 'write'),
    processes: pids.current ?? 0,
  };
}

/** The engine says the year 1 for never. */
function isNever(time: string): boolean {
  return time.startsWith('0001-');
}

function cpuPercent({ cpu_stats: now, precpu_stats: before }: Sample): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const processors = now.online_cpus || now.cpu_usage.percpu_usage?.length || 1;
  return used > 0 && passed > 0 ? Math.round((used / passed) * processors * 10_000) / 100 : 0;
}

/** Files that are only cached do not count: their name differs between cgroup v1 and v2. */
function usedMemory({ usage = 0, stats = {} }: Sample['memory_stats']): number {
  const cached = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return cached < usage ? usage - cached : usage;
}

/** The engine writes Read with cgroup v1, read with v2. */
function ofDisks({ io_service_bytes_recursive: disks }: Sample['blkio_stats'], operation: string): number {
  return sum((disks ?? []).filter(({ op }) => op.toLowerCase() === operation).map(({ value }) => value));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
