import { performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { maxFds, openFds } from './descriptors.ts';
import { addReading } from './reading.ts';

/** Metrics of the process itself, under the names that every dashboard knows. */
export function addProcessMetrics(registry: Registry): void {
  addMemory(registry);
  addTimes(registry);
  if (process.platform === 'linux') addDescriptors(registry);
}

function addMemory(registry: Registry): void {
  const heap = (): number => process.memoryUsage().heapUsed;
  addReading(registry, Gauge, 'process_resident_memory_bytes', 'Memory of the process.', () =>
    process.memoryUsage.rss(),
  );
  addReading(registry, Gauge, 'nodejs_heap_size_used_bytes', 'Memory of its JavaScript objects.', heap);
}

function addTimes(registry: Registry): void {
  const startedAt = performance.timeOrigin / 1000;
  const used = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  addReading(registry, Gauge, 'process_start_time_seconds', 'When it began, since 1970.', () => startedAt);
  addReading(registry, Counter, 'process_cpu_seconds_total', 'Processor time it used.', () => used(process.cpuUsage()));
}

function addDescriptors(registry: Registry): void {
  addReading(registry, Gauge, 'process_open_fds', 'Files and sockets it has open.', openFds);
  addReading(registry, Gauge, 'process_max_fds', 'Files and sockets it may have open.', maxFds);
}
