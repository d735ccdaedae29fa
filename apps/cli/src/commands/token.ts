import { existsSync } from 'node:fs';
import { ProtocolError } from '@sextant/protocol/errors';
import { certificateFiles } from '@sextant/service/certificates/certificates';
import { closest } from '@sextant/service/closest';
import { isExpired, type TokenEntry } from '@sextant/service/identity/token-entry';
import { Tokens } from '@sextant/service/identity/tokens';
import type { Command } from 'commander';
import { collect } from '../arguments.ts';
import { onlyHere } from '../only-here.ts';
import { dim, print, printJson, printList, say, table } from '../output.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';
import { parseExpiry } from '../tokens/expiry.ts';
import { explainToken } from '../tokens/explain.ts';
import { accesses, parseScope } from '../tokens/scopes.ts';

type HomeOptions = CommonOptions & { home: string };

interface CreateOptions extends HomeOptions {
  scope: string[];
  expires?: string;
  note?: string;
  key?: string;
}

const COLUMNS = {
  id: ({ id }: TokenEntry) => id,
  name: ({ name }: TokenEntry) => name,
  what: (entry: TokenEntry) => ('key' in entry ? 'key' : 'token'),
  expires: expiryOf,
  scopes: ({ scopes }: TokenEntry) => scopes.join(' '),
  note: ({ note }: TokenEntry) => note ?? '',
};

export function addTokenCommands(program: Command): void {
  const token = onlyHere(program.command('token'));
  token.description('let somebody else in: make, list and revoke tokens');
  addCreate(token);
  addList(token);
  addRevoke(token);
}

function addCreate(token: Command): void {
  token
    .command('create')
    .description('make a token for a person or a machine; it is shown once, on stdout')
    .argument('<name>', 'how services call whoever has it')
    .requiredOption('--scope <scope...>', 'what it allows; several may be given', collectScope)
    .option('--expires <time>', 'when it ends: 12h, 30d, or a day such as 2027-01-31', parseExpiry)
    .option('--note <text>', 'what it is for')
    .option('--key <key>', 'admit this ed25519 public key (base64url) instead of making a token')
    .addHelpText('after', helpOnScopes)
    .action(async (name: string, _options, command: Command) => {
      const { home, json, scope, expires, note, key }: CreateOptions = command.optsWithGlobals();
      const wish = { name, scopes: scope, note, expiresAt: expires, key };
      const { entry, token } = await new Tokens(home).create(wish);
      if (json) return printJson({ ...publicPart(entry), token });
      if (token !== undefined) print(token);
      const { ca } = certificateFiles(home);
      say(`\n${explainToken(entry, { ca: existsSync(ca) ? ca : undefined })}`);
    });
}

function addList(token: Command): void {
  token
    .command('ls')
    .description('list the tokens and keys that the services of this home accept')
    .action(async (_options, command: Command) => {
      const { home, json }: HomeOptions = command.optsWithGlobals();
      const entries = await new Tokens(home).list();
      const empty = `There is no token yet. Give somebody one: ${SELF} token create ann --scope chat:use --expires 30d`;
      if (json) for (const entry of entries) printJson(publicPart(entry));
      else printList(entries, { columns: COLUMNS, empty });
    });
}

function addRevoke(token: Command): void {
  token
    .command('revoke')
    .description('end tokens; whoever is connected with one is cut off within seconds')
    .argument('<id...>')
    .action(async (ids: string[], _options, command: Command) => {
      const { home, json }: HomeOptions = command.optsWithGlobals();
      const tokens = new Tokens(home);
      const entries = await tokens.list();
      const all = [...new Set(ids)].map((id) => entries.find((entry) => entry.id === id) ?? unknown(id, entries));
      for (const entry of all) {
        await tokens.revoke(entry.id);
        if (json) printJson(publicPart(entry));
        else say(`Revoked ${entry.id} of ${entry.name}.`);
      }
    });
}

function collectScope(text: string, before?: string[]): string[] {
  return collect(parseScope(text), before);
}

/** Whoever names a person where an id belongs learns the ids of that person. */
function unknown(id: string, entries: readonly TokenEntry[]): never {
  const own = entries.filter(({ name }) => name === id).map((entry) => entry.id);
  if (own.length > 0) {
    throw new ProtocolError('not_found', `revoke takes ids; ${id} has ${own.join(', ')}.`);
  }
  const suggestions = closest(
    id,
    entries.map((entry) => entry.id),
  );
  throw new ProtocolError('not_found', `There is no token ${JSON.stringify(id)}. List them with: ${SELF} token ls`, {
    suggestions,
  });
}

/** All but the digest, which is nobody's business. */
function publicPart(entry: TokenEntry): object {
  const { id, name, scopes, note, createdAt, expiresAt } = entry;
  return { id, name, scopes, note, createdAt, expiresAt, ...('key' in entry && { key: entry.key }) };
}

function expiryOf(entry: TokenEntry): string {
  if (entry.expiresAt === undefined) return 'never';
  return isExpired(entry) ? dim('expired') : localTime(entry.expiresAt);
}

function helpOnScopes(): string {
  const rows = accesses().map(({ access, allows, limitable }) => [limitable ? `${access}[:NAME]` : access, allows]);
  return `
Scopes, and the methods they allow; "service:*" is all of a service, "*" everything.
A NAME that ends in * is the beginning of one.

${table(['scope', 'methods'], rows)}

  $ ${SELF} token create ann --scope chat:use file:read --expires 30d
  $ ${SELF} token create build --scope 'file:write:builds/*' --note 'uploads of the build machine'
  $ (umask 077; ${SELF} token create bob --scope chat:use > bob.token)`;
}
