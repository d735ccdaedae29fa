import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { notate } from '../src/notation.ts';
import { digestSchema, timeSchema } from '../src/values.ts';

const CASES: [string, z.ZodType][] = [
  ['string', z.string()],
  ['string(1..64)', z.string().min(1).max(64)],
  ['string(43)', z.string().length(43)],
  ['string /^(sha256|blake3):[0-9a-f]{64}$/', digestSchema],
  ['time', timeSchema],
  ['integer', z.int()],
  ['integer(0..)', z.int().min(0)],
  ['integer(1..1000)', z.int().min(1).max(1000)],
  ['number(..0.5)', z.number().max(0.5)],
  ['boolean', z.boolean()],
  ['any', z.unknown()],
  ['1', z.literal(1)],
  ['"tcp" | "udp"', z.enum(['tcp', 'udp'])],
  ['string | null', z.string().nullable()],
  ['integer(0..) | string(1..64)', z.union([z.int().min(0), z.string().min(1).max(64)])],
  ['string[](..8)', z.array(z.string()).max(8)],
  ['("a" | "b")[]', z.array(z.enum(['a', 'b']))],
  ['(string | null)[]', z.array(z.string().nullable())],
  ['{}', z.object({})],
  ['{ [string(..9)]: number }', z.record(z.string().max(9), z.number())],
  [
    '{ a: string, b?: integer = 50, c?: boolean }',
    z.strictObject({ a: z.string(), b: z.int().default(50), c: z.boolean().optional() }),
  ],
  ['{ inner: { a: "x" | "y" } }', z.object({ inner: z.object({ a: z.enum(['x', 'y']) }) })],
];

describe('notate', () => {
  it.each(CASES)('writes %s', (notation, type) => {
    expect(notate(z.toJSONSchema(type, { io: 'input', target: 'draft-7' }))).toBe(notation);
  });

  it('gives each member of a long object a line, and those of its own objects too where they are long', () => {
    const long = (name: string) => `${name}${'x'.repeat(50)}`;
    const inner = z.object({ [long('b')]: z.string(), [long('c')]: z.string() });
    const type = z.object({ a: z.array(inner) });
    expect(notate(z.toJSONSchema(type, { io: 'input', target: 'draft-7' }))).toBe(
      `{\n  a: {\n    ${long('b')}: string,\n    ${long('c')}: string,\n  }[],\n}`,
    );
  });
});
