import { registryService, type Contact } from '@sextant/protocol/registry';
import type { Command } from 'commander';
import { formatAddress } from '@sextant/wire/address';
import { printList } from '../output.ts';
import { contacts } from '../registry.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';

const COLUMNS = {
  name: ({ name }: Contact) => name,
  kind: ({ kind }: Contact) => kind,
  address: formatAddress,
  since: ({ registeredAt }: Contact) => new Date(registeredAt).toLocaleString('sv-SE'),
};

export function addRegistryCommands(program: Command): void {
  const registry = program.command('registry').description('see who is registered, and where');
  registry
    .command('ls')
    .description('list who is alive, by name')
    .option('--kind <kind>', 'only these, such as peer-node')
    .action(async (_options, command: Command) => {
      const options: CommonOptions & { kind?: string } = command.optsWithGlobals();
      const all = await withService(registryService, options, (client) =>
        Array.fromAsync(contacts(client, options.kind)),
      );
      const whom = options.kind === undefined ? 'Nobody' : `No ${options.kind}`;
      const empty = `${whom} is registered. Three peers that find each other: ${SELF} peer start --count 3`;
      printList(all, { json: options.json, columns: COLUMNS, empty });
    });
}
