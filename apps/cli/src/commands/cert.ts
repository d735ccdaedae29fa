import { hostname } from 'node:os';
import { ProtocolError } from '@sextant/protocol/errors';
import {
  certificateFiles,
  isHost,
  makeCertificates,
  readCertificate,
  type CertificateFacts,
} from '@sextant/service/certificates/certificates';
import { defaultHome } from '@sextant/service/run/home';
import { type Command, InvalidArgumentError } from 'commander';
import { collect } from '../arguments.ts';
import { ownHosts } from '../certificates/hosts.ts';
import { onlyHere } from '../only-here.ts';
import { duration, print, printJson, say } from '../output.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';

type HomeOptions = CommonOptions & { home: string };

/** Days a certificate is good for: no system takes one of a private authority that lasts longer than 825. */
const USUAL_DAYS = 365;
const MOST_DAYS = 825;
/** Milliseconds before its end in which a certificate should be made anew. */
const SOON_MS = 30 * 86_400_000;

const HELP = `
The first time, it also makes an authority, which is kept: whoever trusts its ca.pem trusts every certificate made
here later.

  $ ${SELF} cert create
  $ ${SELF} cert create box.example.org 192.0.2.7`;

export function addCertificateCommands(program: Command): void {
  const cert = onlyHere(program.command('cert'));
  cert.description('certificates, so that services can be reached from other machines');
  addCreate(cert);
  addShow(cert);
}

function addCreate(cert: Command): void {
  cert
    .command('create')
    .description('make a certificate for the services of this home')
    .argument('[host...]', 'names and addresses it is for; those of this machine unless given', parseHost)
    .option('--days <days>', 'how long it is good for', parseDays, USUAL_DAYS)
    .addHelpText('after', HELP)
    .action(async (hosts: string[], _options, command: Command) => {
      const { home, json, days }: HomeOptions & { days: number } = command.optsWithGlobals();
      const names = hosts.length > 0 ? hosts : ownHosts();
      const facts = await makeCertificates(home, names, { days });
      show(facts, home, json);
      if (!json) say(nextSteps(home, hosts.find((host) => !host.startsWith('*')) ?? hostname()));
    });
}

function addShow(cert: Command): void {
  cert
    .command('show')
    .description('say what the certificate of this home is for, and until when')
    .action(async (_options, command: Command) => {
      const { home, json }: HomeOptions = command.optsWithGlobals();
      const facts = await readCertificate(certificateFiles(home).cert);
      if (!facts)
        throw new ProtocolError('not_found', `There is no certificate yet. Make one with: ${SELF} cert create`);
      show(facts, home, json);
      const left = facts.expiresAt.getTime() - Date.now();
      if (json || left > SOON_MS) return;
      const state = left > 0 ? `It expires in ${duration(left)}.` : 'It has expired.';
      say(`${state} Make a new one, and start the services again: ${SELF} cert create`);
    });
}

function show({ hosts, expiresAt, fingerprint }: CertificateFacts, home: string, json: boolean | undefined): void {
  const { ca, cert, key } = certificateFiles(home);
  if (json) return printJson({ hosts, expiresAt, fingerprint, ca, cert, key });
  print(`for          ${hosts.join(', ')}`);
  print(`until        ${localTime(expiresAt.toISOString())}`);
  print(`fingerprint  ${fingerprint}`);
  print(`authority    ${ca}`);
}

function nextSteps(home: string, host: string): string {
  const { ca } = certificateFiles(home);
  const here = home === defaultHome() ? SELF : `${SELF} --home ${home}`;
  return `
Type next, here:
  ${here} up file-server --host 0.0.0.0               services use the certificate once they are started again
  ${here} token create ann --scope file:read          a token for whoever comes from another machine

There, with a copy of ${ca}, which is no secret:
  ${SELF} --host ${host} --ca ca.pem --token-file FILE file ls`;
}

function parseHost(text: string, before?: string[]): string[] {
  if (isHost(text)) return collect(text, before);
  throw new InvalidArgumentError('It is neither the name of a host nor an address.');
}

function parseDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`It is a number from 1 to ${MOST_DAYS}.`);
}
