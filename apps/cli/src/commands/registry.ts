import { registryService } from '@sextant/protocol/registry';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { say } from '../output.ts';
import { contacts } from '../registry.ts';
import { showContacts, WatchView } from '../registry/show.ts';
import { watchRegistry } from '../registry/watch.ts';
import { connectTo, withService, type CommonOptions } from '../service.ts';

interface RegistryOptions extends CommonOptions {
  kind?: string;
}

export function addRegistryCommands(program: Command): void {
  const registry = program.command('registry').description('see who is registered, and where');
  addList(registry);
  addWatch(registry);
}

function addList(registry: Command): void {
  registry
    .command('ls')
    .description('list who is alive, by name')
    .option('--kind <kind>', 'only these, such as peer-node')
    .action(async (_options, command: Command) => {
      const options: RegistryOptions = command.optsWithGlobals();
      const all = await withService(registryService, options, (client) =>
        Array.fromAsync(contacts(client, options.kind)),
      );
      showContacts(all, options);
    });
}

function addWatch(registry: Command): void {
  registry
    .command('watch')
    .description('list who is alive, and show who comes and goes, until Ctrl-C')
    .option('--kind <kind>', 'only these, such as peer-node')
    .action(async (_options, command: Command) => {
      const options: RegistryOptions = command.optsWithGlobals();
      const view = new WatchView(options);
      const client = await connectTo(registryService, options);
      if (!options.json) say('Watching. Ctrl-C stops it.');
      await interruptible(async (signal) => {
        for await (const item of watchRegistry(client, options.kind, options, signal)) view.show(item);
      });
    });
}
