import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ERROR_TYPES } from '@sextant/protocol/errors';
import type { Remote } from '@sextant/wire/connection';
import { add, countsOf, Durations, LOOP_LOOK_MS, type Counted, type Measured, type Requested } from './counts.ts';

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

/** What a service counts, as plain numbers; they are put into words when somebody looks. */
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

const UNKNOWN = 'unknown';

export function createMetrics(measured: Measured): Metrics {
  const counted: Counted = {
    ...measured,
    connections: countsOf(TRANSPORTS),
    frames: countsOf(DIRECTIONS),
    refusals: countsOf(REFUSALS),
    requests: new Map([...measured.methods, UNKNOWN].map((method) => [method, nothingRequested()])),
    loopDelay: monitorEventLoopDelay({ resolution: LOOP_LOOK_MS }),
  };
  counted.loopDelay.enable();
  return {
    opened: (transport) => add(counted.connections, transport, 1),
    closed: (transport) => add(counted.connections, transport, -1),
    frames: (direction, count = 1) => add(counted.frames, direction, count),
    request: (method, outcome, seconds) => countRequest(counted, method, outcome, seconds),
    refused: (reason) => add(counted.refusals, reason, 1),
    // The library takes ten times as long to count, and 10 MB: it is there for whoever looks.
    text: async () => (await import('./exposition.ts')).expose(counted),
    close: () => void counted.loopDelay.disable(),
  };
}

function nothingRequested(): Requested {
  return { outcomes: new Map(), durations: new Durations() };
}

function countRequest({ requests }: Counted, method: string, outcome: string, seconds: number): void {
  const requested = requests.get(method) ?? requests.get(UNKNOWN);
  if (!requested) return;
  add(requested.outcomes, outcome === 'ok' || Object.hasOwn(ERROR_TYPES, outcome) ? outcome : UNKNOWN, 1);
  requested.durations.observe(seconds);
}
