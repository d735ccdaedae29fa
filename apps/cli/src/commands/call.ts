import { ProtocolError } from '@sextant/protocol/errors';
import type { Method, Service } from '@sextant/protocol/method';
import { notateParams } from '@sextant/protocol/notation';
import { describeService } from '@sextant/protocol/openrpc';
import { SERVICES } from '@sextant/protocol/services';
import { VERSION } from '@sextant/protocol/version';
import { closest } from '@sextant/service/closest';
import type { Command } from 'commander';
import { parseMilliseconds } from '../arguments.ts';
import { interruptible } from '../interrupt.ts';
import { printList } from '../output.ts';
import { SELF } from '../self.ts';
import { withService, type CommonOptions } from '../service.ts';
import { callMethod } from './call-method.ts';
import { methods } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

const HELP = `
Params are one JSON object. Items come as JSON lines, bytes as they are; what is piped in goes to a method that takes
bytes. The answer is one JSON line, on stderr where bytes go to stdout.

  $ ${SELF} call                                   every method of every service
  $ ${SELF} call file.time
  $ ${SELF} call calc.add '{"numbers": [1, 2]}'`;

const COLUMNS = {
  method: ({ method }: Row) => method,
  access: ({ access }: Row) => access,
  summary: ({ summary }: Row) => summary,
};

type Row = Record<'method' | 'access' | 'summary', string>;

/** A method and the service that answers it. */
interface Found {
  name: string;
  method: Method;
  service: Service;
}

interface CallOptions extends CommonOptions {
  key?: string;
  timeout?: number;
}

export function addCallCommand(program: Command): void {
  program
    .command('call')
    .description('ask any method of any service; without one, list them')
    .addArgument(completed('[method]', 'such as chat.rooms', methods))
    .argument('[params]', 'a JSON object', '{}')
    .option('--key <key>', 'the same for each try of one request, so that it is done once')
    .option('--timeout <ms>', 'milliseconds it may take', parseMilliseconds)
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, params: string, _options, command: Command) => {
      const options: CallOptions = command.optsWithGlobals();
      if (name === undefined) return list(options);
      const found = find(name);
      const asked = parse(params, found);
      const { key, timeout } = options;
      await interruptible((signal) =>
        withService(found.service, options, (client) =>
          callMethod(client, found.name, found.method, asked, { key, timeout, signal }),
        ),
      );
    });
}

function list({ json }: CommonOptions): void {
  const rows = everything().map(({ name, method: { access, summary }, service }) => ({
    method: name,
    service: service.name,
    access,
    summary,
  }));
  printList(rows, { json, columns: COLUMNS, empty: '' });
}

function everything(): Found[] {
  return SERVICES.flatMap((service) =>
    Object.entries(service.methods).map(([name, method]) => ({ name, method, service })),
  );
}

function find(name: string): Found {
  const found = everything().find((one) => one.name === name);
  if (found) return found;
  const suggestions = closest(
    name,
    everything().map((one) => one.name),
  );
  throw new ProtocolError('invalid_params', `There is no method ${name}. "${SELF} call" lists all.`, { suggestions });
}

function parse(text: string, { name, service }: Found): object {
  try {
    const params: unknown = JSON.parse(text);
    if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  } catch {
    // Told below, in words.
  }
  const described = describeService(service, VERSION).methods.find((one) => one.name === name);
  throw new ProtocolError(
    'invalid_params',
    `Params must be one JSON object. ${name} takes ${notateParams(described?.params ?? [])}`,
  );
}
