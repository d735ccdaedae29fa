import { styleText } from 'node:util';
import { SELF } from '../self.ts';
import type { Outcome } from './start.ts';

/** What to try with each service, and what it does. */
const TRY: Readonly<Record<string, readonly [command: string, what: string]>> = {
  'container-server': ['container menu', 'create, list, stop and delete containers'],
  'contact-registry': ['registry ls', 'who has registered, and where'],
  'chat-relay': ['chat lobby', 'talk to whoever else is in the room'],
  'file-server': ['file ls', 'the files it holds; "file put FILE" uploads one'],
  'process-server': ['run -- date', 'run a program and see its output'],
  'peer-node': ['peer ls --matrix', 'which peer reaches which'],
};

/** What to type next, given what runs. */
export function hintsFor(outcomes: readonly Outcome[]): string {
  const there = outcomes.filter(({ state }) => state !== 'not running').map(({ launch }) => launch.service);
  const hints = [...new Set(there)].flatMap((service) => (TRY[service] ? [TRY[service]] : []));
  const lines = [['status', 'what runs, and in which version'] as const, ...hints].map(
    ([command, what]) => `  ${`${SELF} ${command}`.padEnd(34)} ${styleText('dim', what, { stream: process.stderr })}`,
  );
  const ours = outcomes.find(({ state }) => state === 'running');
  const end = ours ? `Ctrl-C stops everything. Data and logs are in ${ours.launch.home}` : 'Nothing was started.';
  const everything = outcomes.every(({ state }) => state === 'already running');
  if (there.length === 0) return end;
  return [
    '',
    'Type next, in another terminal:',
    ...lines,
    '',
    everything ? 'Everything is already running; Ctrl-C where it was started stops it.' : end,
  ].join('\n');
}
