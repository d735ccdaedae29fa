import type { Random } from './random.ts';

/** What a whole frame is made of: its message, and the raw bytes that follow it. */
export interface Parts {
  readonly message: Readonly<Record<string, unknown>>;
  readonly body?: Uint8Array;
}

/** A frame that is almost what the protocol asks for: one that is right, with one to three things wrong. */
export function mutate(frames: readonly Parts[], random: Random): Buffer {
  let bytes = random.chance(0.5) ? mutateMessage(random.pick(frames), random) : encode(random.pick(frames));
  const changes = random.below(3);
  for (let change = 0; change < changes; change += 1) {
    bytes = random.pick(BYTE_CHANGES)(bytes, random, encode(random.pick(frames)));
  }
  return bytes;
}

/** The bytes of a frame as it should be. */
export function encode({ message, body }: Parts): Buffer {
  if (!body) return Buffer.from(`${JSON.stringify(message)}\n`);
  return Buffer.concat([line({ ...message, body: body.length }), body, Buffer.from('\n')]);
}

type ByteChange = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const BYTE_CHANGES: readonly ByteChange[] = [
  function flipBits(bytes, random) {
    const changed = Buffer.from(bytes);
    for (let flips = 1 + random.below(4); flips > 0 && changed.length > 0; flips -= 1) {
      const at = random.below(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    }
    return changed;
  },
  function remove(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)]);
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))]),
  function digits(bytes, random) {
    const text = bytes.toString('latin1');
    return Buffer.from(text.replace(/\d+/, random.pick(NUMBERS)), 'latin1');
  },
];

function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(16))];
}

const NUMBERS = [
  '-1',
  '0',
  '9007199254740993',
  '1e999',
  '-0',
  '1e-400',
  '0.5',
  '99999999999999999999999999',
  '00',
  '0x10',
];

const MEMBERS = ['jsonrpc', 'id', 'method', 'params', 'timeout', 'key', 'credit', 'body', 'result', 'error'];

const WRONG_VALUES: readonly (string | (() => string))[] = [
  'null',
  'true',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '{}',
  '[{}]',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"id":{"id":{"id":1}}}',
  ...NUMBERS.slice(0, 8),
  () => `"${'x'.repeat(70)}"`,
  () => `"${'x'.repeat(5000)}"`,
  () => `${'['.repeat(40)}${']'.repeat(40)}`,
  () => `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
  () => `{${Array.from({ length: 500 }, (_, key) => `"k${key}":${key}`).join()}}`,
];

/** A message with one member missing, doubled, of another type or none of ours; a body that is not as announced. */
function mutateMessage({ message, body }: Parts, random: Random): Buffer {
  const members = Object.entries(message).map(([name, value]): [string, string] => [name, JSON.stringify(value)]);
  const wrong = random.pick(WRONG_VALUES);
  const value = typeof wrong === 'string' ? wrong : wrong();
  const name = random.pick([...MEMBERS, '__proto__', 'constructor', 'toString', '']);
  const at = random.below(members.length + 1);
  const deleted = random.chance(0.2) ? 1 : 0;
  members.splice(at, deleted, [name, value]);
  const text = `{${members.map(([member, json]) => `${JSON.stringify(member)}:${json}`).join()}`;
  if (!body) return Buffer.from(`${text}}\n`);
  const announced = random.chance(0.5)
    ? body.length
    : random.pick([body.length - 1, body.length + 1, 2 ** 53, -1, 0.5]);
  return Buffer.concat([Buffer.from(`${text},"body":${announced}}\n`), body, Buffer.from('\n')]);
}

function line(message: object): Buffer {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}
