import { createInterface, type Interface } from 'node:readline';
import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import { ExitCode } from '../exit-code.ts';
import { say, sayError } from '../output.ts';
import { showing } from '../progress.ts';
import { withService, type CommonOptions } from '../service.ts';
import { createContainer } from './create.ts';
import { printContainers, printReference } from './list.ts';

type Containers = Client<typeof containerService>;
/** Asks for one line; undefined when there will be none. */
type Ask = (question: string) => Promise<string | undefined>;

interface Choice {
  what: string;
  questions: readonly { text: string; optional?: boolean }[];
  run(containers: Containers, answers: readonly string[], json: boolean): Promise<void>;
}

const TARGET = [{ text: 'Name or id: ' }];

const CHOICES: ReadonlyMap<string, Choice> = new Map<string, Choice>([
  [
    '1',
    {
      what: 'create',
      questions: [{ text: 'Name (empty for any): ', optional: true }, { text: 'Image: ' }],
      run: async (containers, [name = '', image = ''], json) =>
        printReference(await createContainer(containers, { image, ...(name && { name }) }), json),
    },
  ],
  ['2', { what: 'list', questions: [], run: (containers, _answers, json) => printContainers(containers, true, json) }],
  [
    '3',
    {
      what: 'stop',
      questions: TARGET,
      run: async (containers, [target = ''], json) =>
        printReference(await showing(`Stopping ${target}`, containers.call('container.stop', { target })), json),
    },
  ],
  [
    '4',
    {
      what: 'delete',
      questions: TARGET,
      run: async (containers, [target = ''], json) =>
        printReference(
          await showing(`Deleting ${target}`, containers.call('container.remove', { target })),
          json,
          'deleted',
        ),
    },
  ],
]);

const LEAVE = '0';
const MENU = [...[...CHOICES].map(([number, { what }]) => `${number} ${what}`), `${LEAVE} leave`].join('   ');
const PROMPT = `\n${MENU}\nYour choice: `;

/** Shows the numbered menu until it is left, typed or piped. What fails says so in a line, and the menu goes on. */
export async function runMenu(options: CommonOptions): Promise<void> {
  // Where no service is, nothing is shown; later each choice has a connection of its own, so the menu outlives the service.
  await withService(containerService, options, async () => {});
  const { stdin, stderr } = process;
  const lines = createInterface({ input: stdin, output: stderr, terminal: isTerminal(stdin) && isTerminal(stderr) });
  lines.on('SIGINT', () => {
    process.exitCode = ExitCode.interrupted;
    lines.close();
  });
  const ask = asker(lines);
  for (let answer = await ask(PROMPT); answer !== undefined && answer !== LEAVE; answer = await ask(PROMPT)) {
    await choose(answer, ask, options).catch(sayError);
  }
  lines.close();
}

/** Node leaves the property out where it is none. */
function isTerminal(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

async function choose(number: string, ask: Ask, options: CommonOptions): Promise<void> {
  if (number === '') return;
  const choice = CHOICES.get(number);
  if (!choice) return say(`"${number}" is not an option; choose a number from 0 to 4.`);
  const answers: string[] = [];
  for (const { text, optional } of choice.questions) {
    const answer = await ask(text);
    if (answer === undefined) return;
    if (answer === '' && !optional) return say(`Nothing was typed, nothing is done.`);
    answers.push(answer);
  }
  await withService(containerService, options, (containers) => choice.run(containers, answers, options.json === true));
}

/** Asks for lines one by one; piped ones may all be there, and their end too, before the first question. */
function asker(lines: Interface): Ask {
  const input = lines[Symbol.asyncIterator]();
  let closed = false;
  lines.once('close', () => (closed = true));
  return async (question) => {
    if (lines.terminal && !closed) {
      lines.setPrompt(question);
      lines.prompt();
    } else {
      process.stderr.write(question);
    }
    const { value, done } = await input.next();
    if (done) {
      say('');
      return undefined;
    }
    const answer = value.trim();
    // Nobody typed it, so the terminal has not shown it.
    if (!lines.terminal) say(answer);
    return answer;
  };
}
