import type { creationSchema } from '@sextant/protocol/container-creation';
import * as fc from 'fast-check';
import type { z } from 'zod';
import type { rulesSchema } from '../../src/policy/rules.ts';

const MiB = 1024 ** 2;

/** Paths that policies and callers meet at: links, guarded ones, and ones that look like what they are not. */
const PATHS = [
  '/',
  '/bin',
  '/etc',
  '/etc/ssl',
  '/lib',
  '/proc',
  '/proc/self/root',
  '/root',
  '/run',
  '/usr',
  '/usr/bin',
  '/usr/share',
  '/var',
  '/var/run',
  '/var/run/docker.sock',
  '/var/lib/docker',
  '/nothing',
];
const DEVICES = ['/dev/fuse', '/dev/null', '/dev/sda', '/dev'];
const IMAGES = [
  'alpine',
  'alpine:3',
  'nginx',
  'registry.lab:5000/a/b:1',
  'alpine@sha256:0',
  'evil/alpine',
  'alpine-evil',
];
const PATTERNS = ['alpine:*', 'alpine:3', 'registry.lab:5000/*', '*', 'alpine@sha256:*'];
const NAMESPACES = ['network', 'pid', 'ipc', 'uts'] as const;

/** Names of what an engine takes and this service does not, of what every object has, and of what other clients say. */
const FOREIGN_NAMES = [
  'HostConfig',
  'hostConfig',
  'Privileged',
  'Binds',
  'binds',
  'CapAdd',
  'SecurityOpt',
  'NetworkMode',
  'PidMode',
  'Volumes',
  'VolumesFrom',
  'Runtime',
  'Sysctls',
  'User',
  'Entrypoint',
  'Labels',
  'processes',
  'freePort',
  'owner',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
];
const NAUGHTY = [
  '',
  'null',
  'undefined',
  '\0',
  '\n',
  '\ud800',
  '../../etc',
  '/etc/../root',
  '//',
  '/.',
  '/srv:/etc',
  '/srv,/etc',
  '1e999',
  '0x10',
  '-1',
  '00',
  '٣',
  'ⅷ',
  '$(id)',
  '{"Privileged":true}',
  '__proto__',
  'sextant.owner',
  'host',
  '💥',
  'x'.repeat(5000),
];

const text = fc.oneof(fc.constantFrom(...NAUGHTY), fc.string({ unit: 'binary', maxLength: 20 }));
const path = fc.constantFrom(...PATHS);
const port = fc.oneof(
  fc.constantFrom(1, 80, 7999, 8000, 8500, 8999, 9000, 65_535),
  fc.integer({ min: 1, max: 65_535 }),
);
const memory = fc.oneof(fc.constantFrom(64 * MiB, 64 * MiB + 1), fc.integer({ min: 6 * MiB, max: 2 ** 40 }));
const cpus = fc.oneof(fc.constantFrom(1, 1.01), fc.double({ min: 0.01, max: 4096, noNaN: true }));

type Wish = z.input<typeof creationSchema>;

/** All that a caller may say. */
const everything: fc.Arbitrary<Wish> = fc.record(
  {
    image: fc.constantFrom(...IMAGES),
    name: fc.constantFrom('a', 'b-1'),
    command: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
    env: fc.dictionary(fc.constantFrom('A', 'PATH', '__proto__', 'constructor'), text, { maxKeys: 3 }),
    ports: fc.array(
      fc.record(
        { container: port, host: port, protocol: fc.constantFrom('tcp' as const, 'udp' as const) },
        { requiredKeys: ['container'] },
      ),
      { maxLength: 4 },
    ),
    memoryBytes: memory,
    cpus,
    restart: fc.constantFrom('no' as const, 'always' as const),
    labels: fc.dictionary(fc.constantFrom('a', 'constructor', 'com.docker.compose.project'), text, { maxKeys: 3 }),
    tty: fc.boolean(),
    stdin: fc.boolean(),
    privileged: fc.boolean(),
    hostNamespaces: fc.uniqueArray(fc.constantFrom(...NAMESPACES), { maxLength: 4 }),
    devices: fc.array(fc.record({ path: fc.constantFrom(...DEVICES), as: path }, { requiredKeys: ['path'] }), {
      maxLength: 2,
    }),
    mounts: fc.array(
      fc.record({ source: path, target: path, write: fc.boolean() }, { requiredKeys: ['source', 'target'] }),
      { maxLength: 2 },
    ),
    start: fc.boolean(),
    pull: fc.constantFrom('missing' as const, 'always' as const, 'never' as const),
  },
  { requiredKeys: ['image'] },
);

/** A few of them: of many, one would be refused nearly always. */
export const wish: fc.Arbitrary<Wish> = fc.tuple(everything, fc.nat()).map(([whole, from]) => {
  const members = Object.keys(whole).filter((member) => member !== 'image');
  const at = members.length === 0 ? 0 : from % members.length;
  const kept = new Set(['image', ...members.slice(at, at + 3)]);
  return Object.fromEntries(Object.entries(whole).filter(([member]) => kept.has(member))) as Wish;
});

/** What an update may say, which is some of that, and null for a variable. */
export const updateWish: fc.Arbitrary<object> = fc.tuple(everything, fc.nat()).map(([whole, from]) => {
  const { image, command, env, ports, memoryBytes, cpus, restart, pull } = whole;
  const said = Object.entries({
    image,
    command,
    env: env && { ...env, A: null },
    ports,
    memoryBytes,
    cpus,
    restart,
    pull,
  });
  const at = from % said.length;
  return Object.fromEntries(said.slice(at, at + 2).filter(([, value]) => value !== undefined));
});

/** Values that belong nowhere. */
const wrong: fc.Arbitrary<unknown> = fc.oneof(
  text,
  path,
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1e308,
    2 ** 53,
    4_294_967_296,
    [],
    {},
    [[]],
    ['host'],
    { path: '/dev/sda' },
    [{ source: '/', target: '/' }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** What nobody may say, or almost: a wish with members that are wrong, of others' making, or deep inside what was right. */
export const hostileWish: fc.Arbitrary<object> = fc
  .tuple(
    wish,
    fc.array(fc.record({ at: fc.nat(), name: fc.constantFrom(...FOREIGN_NAMES), value: wrong, isNew: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([params, changes]) => {
    const changed = structuredClone(params);
    for (const { at, name, value, isNew } of changes) {
      const places = objectsIn(changed);
      const place = places[at % places.length] ?? changed;
      const names = Object.keys(place);
      const member = isNew || names.length === 0 ? name : (names[at % names.length] ?? name);
      // Its own each time, or one could end up within itself.
      Object.defineProperty(place, member, {
        value: structuredClone(value),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return changed;
  });

function objectsIn(value: object): object[] {
  return [
    value,
    ...Object.values(value).flatMap((inner: unknown) =>
      typeof inner === 'object' && inner !== null ? objectsIn(inner) : [],
    ),
  ];
}

/** What a policy file may say. */
export const rules: fc.Arbitrary<z.input<typeof rulesSchema>> = fc.record(
  {
    images: fc.array(fc.constantFrom(...PATTERNS), { maxLength: 3 }),
    pull: fc.boolean(),
    memoryBytes: fc.constantFrom({}, { max: 64 * MiB }, { default: 32 * MiB }, { default: 32 * MiB, max: 64 * MiB }),
    cpus: fc.constantFrom({}, { max: 1 }, { default: 0.5, max: 1 }),
    processes: fc.integer({ min: 1, max: 4096 }),
    ports: fc.record(
      {
        host: fc.constantFrom(
          [{ from: 8000, to: 8999 }],
          [
            { from: 1, to: 1 },
            { from: 80, to: 80 },
          ],
        ),
        max: fc.nat({ max: 4 }),
      },
      { requiredKeys: [] },
    ),
    privileged: fc.boolean(),
    hostNamespaces: fc.uniqueArray(fc.constantFrom(...NAMESPACES)),
    devices: fc.array(fc.constantFrom(...DEVICES), { maxLength: 3 }),
    mounts: fc.array(fc.record({ source: path, write: fc.boolean() }, { requiredKeys: ['source'] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
