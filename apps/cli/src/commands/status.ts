import { styleText } from 'node:util';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import { formatAddress, type HostAddress } from '@sextant/wire/address';
import { parseHostAddress } from '../arguments.ts';
import { ExitCode } from '../exit-code.ts';
import { dim, printList, say } from '../output.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { labelOf } from '../services/report.ts';
import { findServices, type Found } from '../services/status.ts';

const COLUMNS = {
  service: ({ service, name }: Found) => labelOf(service, name),
  address: formatAddress,
  state: stateOf,
  version: ({ version }: Found) => version ?? '-',
  '': ({ note }: Found) => dim(note ?? ''),
};

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('what runs, where, and in which version')
    .action(async (_options, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const found = await findServices(hostOf(options), options);
      printList(found, { json: options.json, columns: COLUMNS, empty: '' });
      if (found.some(({ state }) => state === 'running' || state === 'no Docker engine')) return;
      process.exitCode = ExitCode.unavailable;
      if (!options.json) say(`\nNothing runs. Start everything with: ${SELF} up`);
    });
}

/** Every service has a port of its own, so only the host can be said. */
function hostOf({ host }: CommonOptions): Omit<HostAddress, 'port'> {
  const { port, ...address } = parseHostAddress(host ?? '127.0.0.1', 0);
  if (port === 0) return address;
  throw new ProtocolError(
    'invalid_params',
    'status looks at every service of a host on its usual port: give --host a name or an address without a port.',
  );
}

function stateOf({ state }: Found): string {
  return styleText(COLOURS[state], state);
}

const COLOURS = { running: 'green', 'no Docker engine': 'yellow', 'not ours': 'yellow', 'not running': 'red' } as const;
