import { styleText } from 'node:util';
import { registryService } from '@sextant/protocol/registry';
import { SERVICES } from '@sextant/protocol/services';
import { defaultHome } from '@sextant/service/run/home';
import { formatAddress } from '@sextant/wire/address';
import { SELF } from '../self.ts';
import { fromHere } from './from-here.ts';
import { isPeer, type Outcome } from './start.ts';

/** What to try with each service, and what it does. */
const TRY: Readonly<Record<string, readonly [command: string, what: string]>> = {
  'container-server': ['container menu', 'create, list, stop and delete containers'],
  'contact-registry': ['registry ls', 'who has registered, and where'],
  'chat-relay': ['chat lobby', 'talk to whoever else is in the room'],
  'file-server': ['file ls', 'list its files; "file put FILE" uploads one'],
  'process-server': ['run date', 'run a program and see its output'],
  'peer-node': ['peer ls --matrix', 'which peer reaches which'],
};

/** What to type next, given what runs, and which peers the registry knows by name. */
export function hintsFor(outcomes: readonly Outcome[], names: ReadonlyMap<Outcome, string>): string {
  const ours = outcomes.find(({ state }) => state === 'running');
  const end = ours ? `Ctrl-C stops everything. Data and logs are in ${ours.launch.home}` : idle(outcomes);
  const findable = outcomes.filter((outcome) => !isPeer(outcome.launch) || names.has(outcome));
  const commands = new Map(findable.flatMap(commandFor));
  if (commands.size === 0) return end;
  const all = [...statusFor(outcomes), ...commands];
  const width = Math.max(...all.map(([command]) => command.length));
  const lines = all.map(([command, what]) => `  ${command.padEnd(width)}   ${styleText('dim', what, STDERR)}`);
  return ['', 'Type next, in another terminal:', ...lines, '', end].join('\n');
}

const STDERR = { stream: process.stderr };

function idle(outcomes: readonly Outcome[]): string {
  const everything = outcomes.every(({ state }) => state === 'already running');
  return everything ? 'Everything is already running; Ctrl-C where it was started stops it.' : 'Nothing was started.';
}

function commandFor(outcome: Outcome): [command: string, what: string][] {
  const hint = TRY[outcome.launch.service];
  if (!hint || outcome.state === 'not running') return [];
  const [command, what] = hint;
  const host = placeOf(outcome);
  return [[`${askingIn(outcome)}${host === undefined ? '' : ` --host ${host}`} ${command}`, what]];
}

/** `status` finds services only in their usual places. */
function statusFor(outcomes: readonly Outcome[]): [command: string, what: string][] {
  return outcomes.every((outcome) => placeOf(outcome) === undefined)
    ? outcomes.slice(0, 1).map((outcome) => [`${askingIn(outcome)} status`, 'what runs, and in which version'])
    : [];
}

/** How this program is called to find the tokens of a service. */
function askingIn({ launch: { home } }: Outcome): string {
  return home === defaultHome() ? SELF : `${SELF} --home ${home}`;
}

/** Where to ask, if not in the usual place; peers are found through their registry. */
function placeOf(outcome: Outcome): string | undefined {
  if (outcome.state === 'not running') return undefined;
  const { service, flags } = outcome.launch;
  const asked = isPeer(outcome.launch) ? registryService.name : service;
  const usual = `127.0.0.1:${SERVICES.find(({ name }) => name === asked)?.port}`;
  const place = isPeer(outcome.launch) ? String(flags['registry'] ?? usual) : formatAddress(fromHere(outcome.address));
  return place === usual ? undefined : place;
}
