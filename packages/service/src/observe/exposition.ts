import { Counter, Gauge, Registry, type Metric, type MetricValueWithName } from '@prometheus-io/client';
import { VERSION } from '@sextant/protocol/version';
import { Durations, LOOP_LOOK_MS, type Counted, type Counts, type Requested } from './counts.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { addReading } from './reading.ts';

/** What was counted, in the text format of Prometheus. */
export async function expose(counted: Counted): Promise<{ contentType: string; body: string }> {
  const registry = new Registry();
  registry.setDefaultLabels({ service: counted.service });
  addCounts(registry, Gauge, 'sextant_connections', 'Connections now.', 'transport', counted.connections);
  addCounts(registry, Counter, 'sextant_frames_total', 'Frames in and out.', 'direction', counted.frames);
  addCounts(registry, Counter, 'sextant_refused_total', 'Who was turned away.', 'reason', counted.refusals);
  addRequests(registry, counted.requests);
  registry.registerMetric(durationsOf(counted.requests));
  const { queuedBytes, auditFailures } = counted;
  addReading(registry, Gauge, 'sextant_output_queued_bytes', 'Bytes that wait to be written.', queuedBytes);
  addReading(registry, Counter, 'sextant_audit_failures_total', 'Entries that the audit log lost.', auditFailures);
  addBuild(registry);
  addLoopDelay(registry, counted.loopDelay);
  addProcessMetrics(registry);
  return { contentType: registry.contentType, body: await registry.metrics() };
}

function addCounts(
  registry: Registry,
  Kind: typeof Counter | typeof Gauge,
  name: string,
  help: string,
  label: string,
  counts: Counts,
): void {
  const metric = new Kind({ name, help, labelNames: [label], registers: [registry] });
  for (const [value, count] of counts) metric.inc({ [label]: value }, count);
}

function addRequests(registry: Registry, requests: Counted['requests']): void {
  const counter = new Counter({
    name: 'sextant_requests_total',
    help: 'Requests answered, by how they ended.',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  });
  for (const [method, { outcomes }] of requests) {
    for (const [outcome, count] of outcomes) counter.inc({ method, outcome }, count);
  }
}

/** A histogram whose numbers are known already; the library's own only counts. */
function durationsOf(requests: Counted['requests']): Metric<'method'> {
  const name = 'sextant_request_duration_seconds';
  const help = 'How long requests took, streams until their end.';
  const values = [...requests].flatMap(([method, requested]) => samplesOf(name, method, requested));
  const metric = { name, help, type: 'histogram', aggregator: 'sum', values } as const;
  return { ...metric, get: async () => metric } as object as Metric<'method'>;
}

function samplesOf(name: string, method: string, { durations }: Requested): MetricValueWithName<'method' | 'le'>[] {
  let count = 0;
  const buckets = durations.buckets.map((many, at) => {
    count += many;
    const le = Durations.bounds[at] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { le, method }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { method }, value: durations.sum },
    { metricName: `${name}_count`, labels: { method }, value: count },
  ];
}

/** Since the last time it was asked: a hitch must not hide behind a quiet week. */
function addLoopDelay(registry: Registry, delay: Counted['loopDelay']): void {
  const gauge = new Gauge({
    name: 'sextant_event_loop_delay_seconds',
    help: 'How much later than planned the event loop came round, since the last look at this.',
    labelNames: ['quantile'],
    registers: [registry],
  });
  const seconds = (ns: number): number => Math.max(0, ns / 1e9 - LOOP_LOOK_MS / 1000);
  gauge.set({ quantile: '0.5' }, seconds(delay.percentile(50)));
  gauge.set({ quantile: '0.99' }, seconds(delay.percentile(99)));
  gauge.set({ quantile: '1' }, seconds(delay.count > 0 ? delay.max : 0));
  delay.reset();
}

function addBuild(registry: Registry): void {
  const build = { name: 'sextant_build_info', help: 'What is running; always 1.', labelNames: ['version', 'node'] };
  new Gauge({ ...build, registers: [registry] }).set({ version: VERSION, node: process.versions.node }, 1);
}
