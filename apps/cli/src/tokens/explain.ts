import { hostname } from 'node:os';
import { FOREIGN_SCOPE } from '@sextant/protocol/container';
import { allowsAll, allowsSome } from '@sextant/protocol/scope';
import type { TokenEntry } from '@sextant/service/identity/token-entry';
import { table } from '../output.ts';
import { SELF } from '../self.ts';
import { localTime } from '../time.ts';
import { allowedBy } from './scopes.ts';

/** A command to try with each service, by the first word of its scopes. */
const TRY: Readonly<Record<string, string>> = {
  container: 'container ls',
  image: 'image ls',
  registry: 'registry ls',
  chat: 'chat lobby',
  file: 'file ls',
  process: 'run date',
  calc: 'shell',
  peer: 'peer ls',
};

/** Tells whoever made a token what it opens, and how the other person uses it. */
export function explainToken(entry: TokenEntry, { ca }: { ca: string | undefined }): string {
  return [
    `${introduction(entry)} ${expiryOf(entry)}`,
    '',
    `${entry.name} may:`,
    table(
      ['scope', 'methods'],
      allowedBy(entry.scopes).map(({ access, allows }) => [scopesFor(access, entry), allows]),
    ),
    ...warningOf(entry),
    '',
    ...usage(entry, ca),
    '',
    `It works at once, no service need be restarted. To end it: ${SELF} token revoke ${entry.id}`,
  ].join('\n');
}

function introduction(entry: TokenEntry): string {
  if ('key' in entry) return `The key is admitted as ${entry.name} (${entry.id}).`;
  return `This is token ${entry.id} of ${entry.name}, shown this once: nothing keeps it here.`;
}

function expiryOf({ expiresAt }: TokenEntry): string {
  return expiresAt === undefined ? 'It does not expire.' : `It expires at ${localTime(expiresAt)}.`;
}

/** The access itself where all of it is allowed, else the scopes that say what of it. */
function scopesFor(access: string, { scopes }: TokenEntry): string {
  if (allowsAll(scopes, access)) return access;
  return scopes.filter((scope) => allowsSome([scope], access)).join(' ');
}

/** Whoever may run programs may become whoever runs the service; whoever may touch any container, root. */
function warningOf({ name, scopes }: TokenEntry): string[] {
  const powers = new Set(allowedBy(scopes).map(({ access }) => access));
  const dangers = [
    ...(powers.has('process:run') ? ['run programs as the user that runs the services here'] : []),
    ...(powers.has('container:create') ? ['run programs in containers on this machine, within its policy'] : []),
    ...(powers.has(FOREIGN_SCOPE) ? ['touch every container of the engine, also those with rights on the host'] : []),
  ];
  return dangers.length === 0 ? [] : ['', ...dangers.map((danger) => `Beware: ${name} can ${danger}.`)];
}

function usage(entry: TokenEntry, ca: string | undefined): string[] {
  const [service = ''] = allowedBy(entry.scopes).at(0)?.access.split(':') ?? [];
  const command = `${SELF} --host ${hostname()}`;
  if ('key' in entry) return ['Whoever holds the private key signs with it: see "hello" in PROTOCOL.md.'];
  return [
    `${entry.name} saves it in a file of their own, with permissions 600, and types:`,
    `  ${command} --ca ca.pem --token-file FILE ${TRY[service] ?? 'status'}`,
    'or sets SEXTANT_CA and SEXTANT_TOKEN. On the command line itself a token would be seen by others.',
    ca === undefined
      ? `Services need a certificate first, to be reached from another machine: ${SELF} cert create`
      : `ca.pem is no secret; it is ${ca}`,
  ];
}
