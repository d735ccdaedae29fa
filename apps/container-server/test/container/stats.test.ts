import { describe, expect, it } from '@jest/globals';
import { isEmpty, isMeasured, statsOf, type Sample } from '../../src/container/stats.ts';

const NEVER = '0001-01-01T00:00:00Z';
const processor = (used: number, system: number): Sample['cpu_stats'] => ({
  cpu_usage: { total_usage: used },
  system_cpu_usage: system,
  online_cpus: 4,
});

/** As an engine on a machine with cgroup v2 tells it. */
const V2: Sample = {
  read: '2026-11-21T02:04:01.636353067Z',
  preread: '2026-11-21T02:04:00.632770198Z',
  cpu_stats: processor(1_500, 8_000),
  precpu_stats: processor(1_000, 4_000),
  memory_stats: { usage: 1000, limit: 5000, stats: { inactive_file: 300, file: 400 } },
  networks: { eth0: { rx_bytes: 1, tx_bytes: 10 }, eth1: { rx_bytes: 2, tx_bytes: 20 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: 'read', value: 5 },
      { op: 'write', value: 6 },
      { op: 'read', value: 7 },
    ],
  },
  pids_stats: { current: 3 },
};

describe('statsOf', () => {
  it('counts with cgroup v2', () => {
    expect(statsOf(V2)).toEqual({
      at: '2026-11-21T02:04:01.636Z',
      cpuPercent: 50,
      memoryBytes: 700,
      memoryLimitBytes: 5000,
      rxBytes: 3,
      txBytes: 30,
      readBytes: 12,
      writtenBytes: 6,
      processes: 3,
    });
  });

  it('counts with cgroup v1', () => {
    const v1: Sample = {
      ...V2,
      cpu_stats: { cpu_usage: { total_usage: 1500, percpu_usage: [1, 1] }, system_cpu_usage: 8000 },
      memory_stats: { usage: 1000, limit: 5000, stats: { inactive_file: 0, total_inactive_file: 200 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'Read', value: 5 },
          { op: 'Write', value: 6 },
          { op: 'Total', value: 11 },
        ],
      },
    };
    expect(statsOf(v1)).toMatchObject({ cpuPercent: 25, memoryBytes: 800, readBytes: 5, writtenBytes: 6 });
  });

  it('counts nothing where nothing is told', () => {
    const bare: Sample = {
      ...V2,
      cpu_stats: { cpu_usage: { total_usage: 0 } },
      memory_stats: {},
      networks: {},
      blkio_stats: { io_service_bytes_recursive: null },
      pids_stats: {},
    };
    expect(statsOf(bare)).toMatchObject({
      cpuPercent: 0,
      memoryBytes: 0,
      memoryLimitBytes: 0,
      rxBytes: 0,
      readBytes: 0,
      processes: 0,
    });
  });

  it('knows the first measurement and one of nothing', () => {
    expect([isMeasured(V2), isEmpty(V2)]).toEqual([true, false]);
    const first = { ...V2, preread: NEVER };
    expect([isMeasured(first), isEmpty(first)]).toEqual([false, false]);
    const nothing = { ...V2, read: NEVER };
    expect([isMeasured(nothing), isEmpty(nothing)]).toEqual([false, true]);
  });
});
