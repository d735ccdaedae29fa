import { realpathSync } from 'node:fs';
import { posix } from 'node:path';
import type { Rules } from '../../src/policy/rules.ts';

type Json = Record<string, unknown>;

const TEMPLATE = new Set(['Image', 'Cmd', 'Env', 'Labels', 'Tty', 'OpenStdin', 'ExposedPorts', 'HostConfig']);
const ALWAYS = ['LogConfig', 'PortBindings', 'RestartPolicy', 'PidsLimit', 'Memory', 'NanoCpus'];
const NEVER_BY_CHANCE = ['/boot', '/dev', '/etc', '/proc', '/root', '/run', '/sys', '/var/lib/docker', '/var/run'];
const MODES = [
  ['NetworkMode', 'network'],
  ['PidMode', 'pid'],
  ['IpcMode', 'ipc'],
  ['UTSMode', 'uts'],
] as const;

/** What is in the body that an engine gets and should not be, by the rules of a policy; written apart from what applies them. */
export function trespasses(body: string, rules: Rules, owner: string, publishHost: string): string[] {
  const { Image, Labels, HostConfig, ...rest } = JSON.parse(body) as Json & {
    Image: string;
    Labels: Json;
    HostConfig: Json;
  };
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string): void => void (holds || wrong.push(what));
  for (const member of Object.keys(JSON.parse(body) as Json)) expect(TEMPLATE.has(member), `member ${member}`);
  expect(isTexts(rest['Env']) && (rest['Cmd'] === undefined || isTexts(rest['Cmd'])), 'Env or Cmd');
  expect(typeof rest['Tty'] === 'boolean' && typeof rest['OpenStdin'] === 'boolean', 'Tty or OpenStdin');
  expect(Labels['sextant.managed'] === 'true' && Labels['sextant.owner'] === owner, 'labels of ours');
  expect(isTexts(Object.values(Labels)), 'labels');
  expect(!rules.images || rules.images.some((pattern) => glob(pattern).test(Image)), `image ${Image}`);
  const { Memory, NanoCpus, Privileged, LogConfig, RestartPolicy, PidsLimit } = HostConfig;
  expect(same(LogConfig, { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } }), 'LogConfig');
  expect(
    ['no', 'on-failure', 'unless-stopped', 'always'].some(
      // As an engine tells it, which an update gives back.
      (Name) => same(RestartPolicy, { Name }) || same(RestartPolicy, { Name, MaximumRetryCount: 0 }),
    ),
    'RestartPolicy',
  );
  expect(PidsLimit === rules.processes, 'PidsLimit');
  expect(isWithin(Memory, rules.memoryBytes.max), `Memory ${String(Memory)}`);
  expect(
    isWithin(NanoCpus, rules.cpus.max === undefined ? undefined : rules.cpus.max * 1e9),
    `NanoCpus ${String(NanoCpus)}`,
  );
  expect(Privileged === undefined || (Privileged === true && rules.privileged), 'Privileged');
  for (const [mode, namespace] of MODES) {
    const value = HostConfig[mode];
    expect(value === undefined || (value === 'host' && rules.hostNamespaces.includes(namespace)), mode);
  }
  for (const device of listOf(HostConfig['Devices'])) {
    expect(rules.devices.includes(device['PathOnHost'] as string), `device ${String(device['PathOnHost'])}`);
    expect(same(Object.keys(device), ['PathOnHost', 'PathInContainer', 'CgroupPermissions']), 'members of a device');
  }
  for (const mount of listOf(HostConfig['Mounts'])) {
    expect(isMountable(mount, rules), `mount ${JSON.stringify(mount)}`);
    expect(same(Object.keys(mount), ['Type', 'Source', 'Target', 'ReadOnly']), 'members of a mount');
  }
  const known = new Set([...ALWAYS, 'Privileged', 'Devices', 'Mounts', ...MODES.map(([mode]) => mode)]);
  for (const member of Object.keys(HostConfig)) expect(known.has(member), `HostConfig.${member}`);
  wrong.push(...wrongPorts(HostConfig['PortBindings'] as Json, rules, publishHost));
  return wrong;
}

/** Members of HostConfig that are not in every container's. */
export function extras(body: string): string[] {
  const { HostConfig } = JSON.parse(body) as { HostConfig: Json };
  return Object.keys(HostConfig).filter((member) => !ALWAYS.includes(member));
}

function wrongPorts(bindings: Json, { ports: { host: ranges, max = Infinity } }: Rules, publishHost: string): string[] {
  const isWrong = (port: string, { HostIp, HostPort, ...more }: Json): boolean => {
    const [from = 0, to = from] = String(HostPort).split('-').map(Number);
    const isFree = HostPort === '' && !ranges;
    const isAllowed =
      from >= 1 && to <= 65_535 && (!ranges || ranges.some((range) => from >= range.from && to <= range.to));
    const isPlain = /^\d{1,5}\/(tcp|udp)$/.test(port) && HostIp === publishHost && Object.keys(more).length === 0;
    return !isPlain || !(isFree || isAllowed);
  };
  const all = Object.entries(bindings).flatMap(([port, list]) =>
    listOf(list).map((binding) => [port, binding] as const),
  );
  const wrong = all.filter(([port, binding]) => isWrong(port, binding));
  return [
    ...wrong.map((binding) => `port ${JSON.stringify(binding)}`),
    ...(all.length > max ? ['too many ports'] : []),
  ];
}

/** Named itself; or below what is named once all links are followed, and nothing that must be named itself. */
function isMountable({ Type, Source, Target, ReadOnly }: Json, { mounts }: Rules): boolean {
  if (Type !== 'bind' || !isNormal(Source) || !isNormal(Target) || typeof ReadOnly !== 'boolean') return false;
  const fitting = mounts.filter(({ write }) => write || ReadOnly);
  if (fitting.some(({ source }) => source === Source)) return true;
  return [Source, real(Source)].every((path) =>
    fitting.some(({ source }) =>
      [source, real(source)].some((folder) => isBelow(path, folder) && !isGuarded(path, folder)),
    ),
  );
}

function isGuarded(path: string, folder: string): boolean {
  if (path === folder) return false;
  return NEVER_BY_CHANCE.some(
    (guarded) => !isBelow(folder, guarded) && (isBelow(path, guarded) || isBelow(guarded, path)),
  );
}

function isBelow(path: string, folder: string): boolean {
  return !posix.relative(folder, path).startsWith('..');
}

function isNormal(path: unknown): path is string {
  return typeof path === 'string' && path.startsWith('/') && posix.resolve(path) === path;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return '/etc';
  }
}

function isWithin(amount: unknown, max: number | undefined): boolean {
  if (amount === undefined) return max === undefined;
  return Number.isSafeInteger(amount) && (amount as number) > 0 && (amount as number) <= (max ?? Infinity);
}

function glob(pattern: string): RegExp {
  return new RegExp(`^${RegExp.escape(pattern).replaceAll(String.raw`\*`, '.*')}$`, 's');
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
