import type { ContainerDetails } from '@sextant/protocol/container-schemas';
import { join } from 'shlex';
import { bytes, dim, print } from '../output.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';
import { formatPort } from './list.ts';

/** Prints a container as a page of two columns; what it does not have is left out. */
export function printDetails(details: ContainerDetails): void {
  const rows = rowsOf(details).filter(([, values]) => values.length > 0);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  for (const [name, values] of rows) {
    for (const [at, value] of values.entries()) print(`${dim((at === 0 ? name : '').padEnd(width))}${visible(value)}`);
  }
}

type Row = [name: string, values: readonly string[]];

function rowsOf(details: ContainerDetails): Row[] {
  const { memoryBytes, cpus, health, owner, restartCount } = details;
  return [
    ['name', [details.name]],
    ['id', [details.id]],
    ['image', [details.image]],
    ['state', [`${details.state}, ${details.status}${details.oomKilled ? ', out of memory' : ''}`]],
    ['health', some(health)],
    ['command', [join(details.command)]],
    ['created', [localTime(details.createdAt)]],
    ['started', some(details.startedAt, localTime)],
    ['ended', some(details.endedAt, localTime)],
    ['exit code', some(details.exitCode)],
    ['ends', some(details.expiresAt, localTime)],
    ['restart', [restartCount > 0 ? `${details.restart}, ${restartCount} times so far` : details.restart]],
    ['memory', some(memoryBytes, bytes)],
    ['cpus', some(cpus)],
    ['ports', details.ports.map(formatPort)],
    ['of the host', hostRows(details)],
    ['addresses', details.addresses.map(({ network, address }) => `${address} (${network})`)],
    ['owner', some(owner)],
    ['labels', pairs(details.labels)],
    ['env', pairs(details.env)],
  ];
}

/** What it has of the engine's machine. */
function hostRows({ host }: ContainerDetails): string[] {
  if (!host) return [];
  return [
    ...(host.privileged ? ['all rights'] : []),
    ...host.hostNamespaces.map((name) => `its ${name}`),
    ...host.devices.map(({ path, as }) => (as === path ? path : `${path} as ${as}`)),
    ...host.mounts.map(({ source, target, write }) => `${source} at ${target}${write ? ', to be written' : ''}`),
  ];
}

/** Nothing where there is no value. */
function some<T extends string | number>(value: T | null | undefined, format: (value: T) => string = String): string[] {
  return value === null || value === undefined ? [] : [format(value)];
}

function pairs(record: Readonly<Record<string, string>>): string[] {
  return Object.entries(record).map(([name, value]) => `${name}=${value}`);
}
