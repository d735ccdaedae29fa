import type { Descriptor, Schema } from './openrpc.ts';

/** Characters of a line above which an object has a line for each member. */
const WIDTH = 100;

/** `{ room: string(1..32), history?: integer(0..1000) = 50 }`: what a method takes, for people. */
export function notateParams(params: readonly Descriptor[]): string {
  return members(params.map(({ name, required = false, schema }) => ({ name, required, schema })));
}

/** A JSON Schema as people write shapes down: `?` may be left out, `=` what it is then, `(1..64)` how long or large. */
export function notate(schema: Schema): string {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (choices) return choices.map(notate).join(' | ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  const values = schema['enum'] as readonly unknown[] | undefined;
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  return ofType(schema);
}

function ofType(schema: Schema): string {
  const { type, minimum, maximum } = schema;
  if (Array.isArray(type)) return type.map((one) => ofType({ ...schema, type: one as unknown })).join(' | ');
  if (type === 'string') return text(schema);
  if (type === 'integer' || type === 'number') return `${type}${range(minimum, maximum)}`;
  if (type === 'array') return array(schema);
  if (type === 'object') return object(schema);
  return typeof type === 'string' ? type : 'any';
}

/** A time's pattern is the one every time has; all others tell what is taken. */
function text({ format, pattern, minLength, maxLength }: Schema): string {
  if (format === 'date-time') return 'time';
  const length = range(minLength, maxLength);
  return typeof pattern === 'string' ? `string${length} /${pattern}/` : `string${length}`;
}

function array({ items = {}, minItems, maxItems }: Schema): string {
  const item = items as Schema;
  const isChoice = ['anyOf', 'oneOf', 'enum'].some((keyword) => keyword in item) || Array.isArray(item['type']);
  return `${isChoice ? `(${notate(item)})` : notate(item)}[]${range(minItems, maxItems)}`;
}

function object({ properties, required = [], propertyNames, additionalProperties }: Schema): string {
  if (!properties && typeof additionalProperties === 'object') {
    return `{ [${notate(propertyNames as Schema)}]: ${notate(additionalProperties as Schema)} }`;
  }
  const names = required as readonly string[];
  const entries = Object.entries((properties ?? {}) as Record<string, Schema>);
  return members(entries.map(([name, schema]) => ({ name, required: names.includes(name), schema })));
}

function members(all: readonly Required<Descriptor>[]): string {
  if (all.length === 0) return '{}';
  const parts = all.map(
    ({ name, required, schema }) => `${name}${required ? '' : '?'}: ${notate(schema)}${usual(schema)}`,
  );
  const line = `{ ${parts.join(', ')} }`;
  if (line.length <= WIDTH && !line.includes('\n')) return line;
  return `{\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')},`).join('\n')}\n}`;
}

function usual(schema: Schema): string {
  return 'default' in schema ? ` = ${JSON.stringify(schema['default'])}` : '';
}

function range(from: unknown, to: unknown): string {
  const [low, high] = [bound(from), bound(to)];
  if (low === '' && high === '') return '';
  return low === high ? `(${low})` : `(${low}..${high})`;
}

/** The ends of what JSON carries exactly are no limit that anybody set. */
function bound(value: unknown): string {
  return typeof value === 'number' && Math.abs(value) !== Number.MAX_SAFE_INTEGER ? String(value) : '';
}
