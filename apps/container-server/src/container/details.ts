import type { ContainerDetails } from '@sextant/protocol/container-schemas';
import { LIMITS } from '@sextant/protocol/limits';
import { containerOf } from './container.ts';
import type { Listed } from '../engine/engine.ts';
import type { Inspected } from '../engine/look.ts';
import { hostOf, shortHost } from './host.ts';
import { labelsOfOthers } from './labels.ts';
import { isAlive } from './state.ts';

/** Bytes of JSON that fit a line with all that is around them. */
const MAX_BYTES = (LIMITS.line / 16) * 15;
/** Characters and entries of a command, environment or labels that are told: as many of them as a line holds. */
const CUTS = [
  { characters: Infinity, entries: Infinity },
  { characters: 4096, entries: 1024 },
  { characters: 256, entries: 64 },
  { characters: 64, entries: 16 },
];

/** All that is told of a container; what is too long for a line is cut. */
export function detailsOf(listed: Listed, inspected: Inspected): ContainerDetails {
  const whole = wholeOf(listed, inspected);
  for (const { characters, entries } of CUTS) {
    const short = (text: string): string => (text.length > characters ? `${text.slice(0, characters)}...` : text);
    const shortRecord = (record: Record<string, string>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(record)
          .slice(0, entries)
          .map(([name, value]) => [short(name), short(value)]),
      );
    const details = {
      ...whole,
      command: whole.command.slice(0, entries).map(short),
      env: shortRecord(whole.env),
      labels: shortRecord(whole.labels),
      ...(whole.host && { host: shortHost(whole.host, entries, short) }),
    };
    if (Buffer.byteLength(JSON.stringify(details)) <= MAX_BYTES) return details;
  }
  const host = whole.host && { host: shortHost(whole.host, 0, String) };
  return { ...whole, command: [], env: {}, labels: {}, ...host };
}

function wholeOf(listed: Listed, inspected: Inspected): ContainerDetails {
  const { Path, Args, Config, State, HostConfig, RestartCount, NetworkSettings } = inspected;
  const hasEnded = !isAlive(State.Status) && timeOf(State.FinishedAt) !== null;
  const health = State.Health?.Status;
  const host = hostOf(inspected);
  return {
    ...containerOf(listed),
    state: State.Status,
    command: [Path, ...Args].filter((word, at) => at > 0 || word !== ''),
    env: Object.fromEntries((Config.Env ?? []).map(variableOf)),
    labels: labelsOfOthers(Config.Labels),
    startedAt: timeOf(State.StartedAt),
    endedAt: hasEnded ? timeOf(State.FinishedAt) : null,
    exitCode: hasEnded ? State.ExitCode : null,
    oomKilled: State.OOMKilled,
    restartCount: RestartCount,
    ...(health && health !== 'none' && { health }),
    restart: HostConfig.RestartPolicy?.Name || 'no',
    ...(HostConfig.Memory && { memoryBytes: HostConfig.Memory }),
    ...(HostConfig.NanoCpus && { cpus: HostConfig.NanoCpus / 1e9 }),
    ...(host && { host }),
    addresses: Object.entries(NetworkSettings.Networks).flatMap(([network, { IPAddress, GlobalIPv6Address }]) =>
      [IPAddress, GlobalIPv6Address].filter(Boolean).map((address) => ({ network, address })),
    ),
  };
}

/** Without a value it is empty. */
function variableOf(variable: string): [string, string] {
  const [name = '', ...value] = variable.split('=');
  return [name, value.join('=')];
}

/** The engine says the year 1 for never. */
function timeOf(iso: string): string | null {
  return iso.startsWith('0001-') ? null : new Date(iso).toISOString();
}
