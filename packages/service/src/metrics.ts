import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { ERROR_TYPES } from '@sextant/protocol/errors';
import { VERSION } from '@sextant/protocol/version';
import type { Remote } from '@sextant/wire/connection';
import { addReading } from './reading.ts';
import { addProcessMetrics } from './process-metrics.ts';

const TRANSPORTS = ['tcp', 'unix', 'websocket', 'http'] as const satisfies Remote['transport'][];
const DIRECTIONS = ['in', 'out'] as const;

/** Why somebody was turned away before it could ask for anything. */
const REFUSALS = [
  'connections',
  'per_address',
  'early_drop',
  'host',
  'origin',
  'handshake',
  'insecure_transport',
  'unauthenticated',
  'rate_limited',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What is measured of one service, and the numbers that are read from it when somebody looks. */
export interface Measured {
  readonly service: string;
  /** Names of all its methods; requests for others count under `unknown`, so that no caller can invent labels. */
  readonly methods: Iterable<string>;
  /** Bytes that wait to be written on all connections. */
  readonly queuedBytes: () => number;
  /** Entries that the audit log has lost. */
  readonly auditFailures: () => number;
}

/** What a service counts, as plain numbers; the library has them when somebody looks. */
export interface Metrics {
  opened(transport: Remote['transport']): void;
  closed(transport: Remote['transport']): void;
  frames(direction: (typeof DIRECTIONS)[number], count?: number): void;
  /** One request was answered: `outcome` is `ok` or the type of its error. */
  request(method: string, outcome: string, seconds: number): void;
  refused(reason: Refusal): void;
  /** In the text format of Prometheus. */
  text(): Promise<{ contentType: string; body: string }>;
  /** Stops measuring. */
  close(): void;
}

/** Upper ends in seconds: from a call in memory to the usual timeout. Streams may take longer. */
const DURATIONS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
const UNKNOWN = 'unknown';

export function createMetrics(measured: Measured): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: measured.service });
  const connections = addCounts(registry, Gauge, 'sextant_connections', 'Connections now.', 'transport', TRANSPORTS);
  const frames = addCounts(registry, Counter, 'sextant_frames_total', 'Frames in and out.', 'direction', DIRECTIONS);
  const refusals = addCounts(registry, Counter, 'sextant_refused_total', 'Who was turned away.', 'reason', REFUSALS);
  const request = addRequests(registry, measured.methods);
  const { queuedBytes, auditFailures } = measured;
  addReading(registry, Gauge, 'sextant_output_queued_bytes', 'Bytes that wait to be written.', queuedBytes);
  addReading(registry, Counter, 'sextant_audit_failures_total', 'Entries that the audit log lost.', auditFailures);
  addBuild(registry);
  const ofProcess = addProcessMetrics(registry);
  return {
    opened: (transport) => add(connections, transport, 1),
    closed: (transport) => add(connections, transport, -1),
    frames: (direction, count = 1) => add(frames, direction, count),
    request,
    refused: (reason) => add(refusals, reason, 1),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    close: () => ofProcess.close(),
  };
}

type Counts = Map<string, number>;

function add(counts: Counts, label: string, n: number): void {
  counts.set(label, (counts.get(label) ?? 0) + n);
}

/** Numbers by the values of one label, handed over when somebody looks: the library takes ten times as long for each. */
function addCounts(
  registry: Registry,
  Kind: typeof Counter | typeof Gauge,
  name: string,
  help: string,
  label: string,
  values: readonly string[],
): Counts {
  const counts: Counts = new Map(values.map((value) => [value, 0]));
  registry.registerMetric(
    new Kind({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect(this: Counter<string> | Gauge<string>) {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count);
      },
    }),
  );
  return counts;
}

function addRequests(registry: Registry, methods: Iterable<string>): Metrics['request'] {
  const durations = new Histogram({
    name: 'sextant_request_duration_seconds',
    help: 'How long requests took, streams until their end.',
    labelNames: ['method'],
    buckets: DURATIONS,
    registers: [registry],
  });
  const byMethod = new Map(
    [...methods, UNKNOWN].map((method) => [
      method,
      { outcomes: new Map() as Counts, duration: durations.labels(method) },
    ]),
  );
  registry.registerMetric(
    new Counter({
      name: 'sextant_requests_total',
      help: 'Requests answered, by how they ended.',
      labelNames: ['method', 'outcome'],
      registers: [],
      collect(this: Counter<'method' | 'outcome'>) {
        this.reset();
        for (const [method, { outcomes }] of byMethod) {
          for (const [outcome, count] of outcomes) this.inc({ method, outcome }, count);
        }
      },
    }),
  );
  return (method, outcome, seconds) => {
    const counted = byMethod.get(method) ?? byMethod.get(UNKNOWN);
    if (!counted) return;
    add(counted.outcomes, outcome === 'ok' || Object.hasOwn(ERROR_TYPES, outcome) ? outcome : UNKNOWN, 1);
    counted.duration.observe(seconds);
  };
}

function addBuild(registry: Registry): void {
  const build = new Gauge({
    name: 'sextant_build_info',
    help: 'What is running; always 1.',
    labelNames: ['version', 'node'],
    registers: [registry],
  });
  build.set({ version: VERSION, node: process.versions.node }, 1);
}
