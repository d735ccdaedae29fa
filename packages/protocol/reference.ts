import { writeFileSync } from 'node:fs';
import type { Service } from './src/method.ts';
import { notate, notateParams } from './src/notation.ts';
import { describeService, type DescribedMethod, type ServiceDocument } from './src/openrpc.ts';
import { SERVICES } from './src/services.ts';
import { VERSION } from './src/version.ts';

/** Where the reference is kept. */
export const REFERENCE = new URL('METHODS.md', import.meta.url);

const HEAD = `# Methods

Every service's methods, written from the constants in [\`src/\`](src) by \`pnpm fix\`; a test holds the two together. How they are asked
is in [\`PROTOCOL.md\`](PROTOCOL.md). A running service tells the same of itself as an OpenRPC document: \`rpc.discover\`, or \`/openrpc.json\`.

How shapes are written: \`name?\` may be left out, and \`=\` says what it is then. \`string(1..64)\` has 1 to 64 characters,
\`integer(0..)\` is 0 or more, \`string[](..8)\` is a list of at most 8, \`/.../\` is a pattern. A \`time\` is ISO 8601 in UTC with milliseconds,
such as \`2026-11-20T15:34:44.688Z\`. Params take no other members than these; results may get more.

| word | meaning |
|---|---|
| access | what the caller's scopes must allow; with *on*, a scope may be limited to values of that parameter, with *own*, any scope for it will do for what the caller itself opened |
| once by key | a request with a \`key\` is done once, however often it is sent |
| resumable | items carry \`seq\`, or a \`since\` of their own; asked again with \`since\`, it goes on after that one |
| sent | items that the caller may send while it is open, as \`rpc.data {id, item}\` |
| audited | its calls are written to the audit log |
`;

/** The reference of all methods, as Markdown. */
export function writeReference(): string {
  return [HEAD, ...SERVICES.map(describe), describeSession()].join('\n');
}

function describe(service: Service): string {
  const document = describeService(service, VERSION);
  const own = document.methods.filter(({ name }) => Object.hasOwn(service.methods, name));
  const port = service.port === 0 ? 'any free port' : `port ${service.port}`;
  return `## ${service.name}\n\nUsually on ${port}. ${anonymous(service)}\n\n${furtherScopes(service)}${tableOf(own)}\n${own.map(section).join('\n')}`;
}

function anonymous({ anonymous: scopes }: Service): string {
  const allowed = scopes.length === 0 ? 'nothing' : scopes.map(code).join(', ');
  return `Allowed on the same machine without saying who one is: ${allowed}.`;
}

const WRITTEN_OUT = '; only where it is written out: `*` does not hold it';

function furtherScopes({ scopes = {} }: Service): string {
  const rows = Object.entries(scopes).map(
    ([scope, { meaning, writtenOut }]) => `| ${code(scope)} | ${meaning}${writtenOut ? WRITTEN_OUT : ''} |`,
  );
  return rows.length === 0 ? '' : ['| further scope | what it allows |', '|---|---|', ...rows, '', ''].join('\n');
}

function describeSession(): string {
  const document = describeService({ name: '', port: 0, anonymous: [], methods: {} }, VERSION);
  const { methods } = document;
  return `## Every service\n\n${tableOf(methods)}\n${methods.map(section).join('\n')}\n${notifications(document)}`;
}

function notifications(document: ServiceDocument): string {
  const shapes = Object.entries(document['x-notifications']).map(
    ([name, params]) => `${name.padEnd(10)}  ${notate(params)}`,
  );
  return `### Notifications\n\n${fence(shapes.join('\n'))}`;
}

function tableOf(methods: readonly DescribedMethod[]): string {
  const rows = methods.map(
    (method) => `| ${code(method.name)} | ${method.summary} | ${code(method['x-access'])} | ${flags(method)} |`,
  );
  return ['| method | what it does | access | |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function flags(method: DescribedMethod): string {
  return [
    method['x-item'] || method['x-channels'] ? 'stream' : '',
    method['x-resumable'] ? 'resumable' : '',
    method['x-key'] ? 'once by key' : '',
    method['x-audited'] ? 'audited' : '',
  ]
    .filter((flag) => flag !== '')
    .join(', ');
}

function section(method: DescribedMethod): string {
  const { params, result } = method;
  const object = method['x-object'];
  const lines = [
    ['access', object === undefined ? method['x-access'] : `${method['x-access']} on ${object}`],
    ['params', notateParams(params)],
    ['items', method['x-item'] ? notate(method['x-item']) : ''],
    ['sent', method['x-input'] ? notate(method['x-input']) : ''],
    ['in', method['x-channels']?.in?.join(', ') ?? ''],
    ['out', method['x-channels']?.out?.join(', ') ?? ''],
    ['result', notate(result.schema)],
    ['timeout', method['x-timeoutMs'] === undefined ? '' : `${method['x-timeoutMs']} ms`],
  ];
  const said = lines.filter(([, value]) => value !== '').map(([name = '', value]) => `${name.padEnd(7)}  ${value}`);
  return `### ${method.name}\n\n${fence(said.join('\n'))}`;
}

function fence(text: string): string {
  return `\`\`\`\n${text}\n\`\`\`\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) writeFileSync(REFERENCE, writeReference());
