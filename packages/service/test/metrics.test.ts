import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createMetrics, type Metrics } from '../src/observe/metrics.ts';

/** Metrics of a service of two methods. `using` ends them. */
function measure(queuedBytes: () => number = () => 0): Metrics & Disposable {
  const methods = ['a.read', 'a.write'];
  const metrics = createMetrics({ service: 'test', methods, queuedBytes, auditFailures: () => 3 });
  return { ...metrics, [Symbol.dispose]: () => metrics.close() };
}

/** The samples of a text as `name{labels}` to number, without the label that all have. */
async function read(metrics: Metrics): Promise<Record<string, number>> {
  const { body } = await metrics.text();
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((sample) => {
      const [, name = '', labels = '', value] = /^([a-z_]+)\{(.*)\} (\S+)$/.exec(sample) ?? [];
      const own = labels.split(',').filter((label) => label !== 'service="test"');
      return [own.length > 0 ? `${name}{${own.join(',')}}` : name, Number(value)];
    }),
  );
}

describe('metrics', () => {
  it('are text that Prometheus reads', async () => {
    using metrics = measure();
    const { contentType, body } = await metrics.text();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of body.split('\n')) {
      expect(line).toMatch(/^$|^# (HELP|TYPE) [a-z_]+ .+|^[a-z_]+\{([a-z]+="[^"\\]*",?)+\} -?\d+(\.\d+)?(e[-+]\d+)?$/);
    }
  });

  it('count connections, frames and refusals, from nought', async () => {
    using metrics = measure();
    metrics.opened('tcp');
    metrics.opened('tcp');
    metrics.opened('websocket');
    metrics.closed('tcp');
    metrics.frames('in');
    metrics.frames('out', 5);
    metrics.refused('host');
    expect(await read(metrics)).toMatchObject({
      'sextant_connections{transport="tcp"}': 1,
      'sextant_connections{transport="websocket"}': 1,
      'sextant_connections{transport="http"}': 0,
      'sextant_frames_total{direction="in"}': 1,
      'sextant_frames_total{direction="out"}': 5,
      'sextant_refused_total{reason="host"}': 1,
      'sextant_refused_total{reason="origin"}': 0,
    });
  });

  it('count requests by method and outcome, and how long they took', async () => {
    using metrics = measure();
    metrics.request('a.read', 'ok', 0.002);
    metrics.request('a.read', 'ok', 3600);
    metrics.request('a.read', 'not_found', 0.0002);
    for (let looks = 0; looks < 3; looks += 1) {
      expect(await read(metrics)).toMatchObject({
        'sextant_requests_total{method="a.read",outcome="ok"}': 2,
        'sextant_requests_total{method="a.read",outcome="not_found"}': 1,
        'sextant_request_duration_seconds_bucket{le="0.001",method="a.read"}': 1,
        'sextant_request_duration_seconds_bucket{le="30",method="a.read"}': 2,
        'sextant_request_duration_seconds_count{method="a.read"}': 3,
      });
    }
  });

  it('let nobody invent labels', async () => {
    using metrics = measure();
    for (let n = 0; n < 1000; n += 1) metrics.request(`x.${n}"}\n`, `failed_${n}`, 0);
    metrics.request('constructor', 'toString', 0);
    const samples = await read(metrics);
    expect(samples).toMatchObject({ 'sextant_requests_total{method="unknown",outcome="unknown"}': 1001 });
    expect(Object.keys(samples).length).toBeLessThan(100);
  });

  it('read what waits to be written, and what the audit log lost, when somebody looks', async () => {
    let waiting = 1;
    using metrics = measure(() => waiting);
    await read(metrics);
    waiting = 7;
    expect(await read(metrics)).toMatchObject({ sextant_output_queued_bytes: 7, sextant_audit_failures_total: 3 });
  });

  it('tell of the process: its memory, time, files and version', async () => {
    using metrics = measure();
    const before = await read(metrics);
    const files = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'));
    const after = await read(metrics);
    for (const file of files) closeSync(file);
    // This process is the test runner's too, which opens and closes some of its own.
    const opened = (after['process_open_fds'] ?? 0) - (before['process_open_fds'] ?? 0);
    expect(Math.abs(opened - files.length)).toBeLessThan(10);
    expect(after['process_max_fds']).toBeGreaterThan(after['process_open_fds'] ?? Infinity);
    expect(after['process_resident_memory_bytes']).toBeGreaterThan(1e7);
    expect(Math.abs((after['process_start_time_seconds'] ?? 0) - Date.now() / 1000)).toBeLessThan(600);
    expect(Object.keys(after)).toContain(`sextant_build_info{version="0.1.0",node="${process.versions.node}"}`);
  });

  it('tell how late the event loop was since the last look', async () => {
    using metrics = measure();
    const longest = async (): Promise<number> =>
      (await read(metrics))['sextant_event_loop_delay_seconds{quantile="1"}'] ?? -1;
    await sleep(100);
    const until = performance.now() + 300;
    while (performance.now() < until);
    await sleep(100);
    expect(await longest()).toBeGreaterThan(0.2);
    await sleep(100);
    expect(await longest()).toBeLessThan(0.2);
  });

  it('of two services are their own', async () => {
    using one = measure();
    using other = measure();
    one.frames('in');
    expect(await read(other)).toMatchObject({ 'sextant_frames_total{direction="in"}': 0 });
  });

  it('cost less than a microsecond for each request', () => {
    using metrics = measure();
    const count = (times: number): number => {
      const since = performance.now();
      for (let n = 0; n < times; n += 1) metrics.request('a.read', n % 8 === 0 ? 'not_found' : 'ok', n / 1e7);
      return performance.now() - since;
    };
    count(100_000);
    expect(Math.min(count(100_000), count(100_000), count(100_000))).toBeLessThan(100);
  });
});
