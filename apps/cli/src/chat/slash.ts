import { ProtocolError } from '@sextant/protocol/errors';
import { closest } from '@sextant/service/closest';
import type { Prompt } from '../prompt.ts';
import { membersOf, roomsOf } from './ask.ts';
import type { Talk } from './talk.ts';

interface SlashCommand {
  readonly summary: string;
  run(talk: Talk, prompt: Prompt): Promise<void>;
}

const COMMANDS: Readonly<Record<string, SlashCommand>> = {
  '/help': {
    summary: 'tell what can be typed',
    run: async (talk, prompt) => prompt.print(helpText(talk)),
  },
  '/members': {
    summary: 'tell who is here',
    run: async (talk, prompt) => {
      const members = await membersOf(talk.client, talk.room);
      await prompt.print(`In ${talk.room}: ${members.map(({ nick }) => nick).join(', ')}`);
    },
  },
  '/rooms': {
    summary: 'tell which rooms there are',
    run: async (talk, prompt) => {
      const rooms = await roomsOf(talk.client);
      await prompt.print(rooms.map(({ room, members }) => `${room} (${members})`).join(', '));
    },
  },
  '/leave': { summary: 'leave the room and end', run: (talk) => talk.leave() },
  '/quit': { summary: 'the same; so do Ctrl-C and Ctrl-D', run: (talk) => talk.leave() },
};

/** True for a line that is a command; two slashes begin a message with one. */
export function isSlash(line: string): boolean {
  return line.startsWith('/') && !line.startsWith('//');
}

/** @throws ProtocolError that names the nearest one. */
export async function runSlash(line: string, talk: Talk, prompt: Prompt): Promise<void> {
  const [name = ''] = line.trim().split(/\s/, 1);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command.run(talk, prompt);
  const suggestions = closest(name, Object.keys(COMMANDS));
  throw new ProtocolError('not_found', 'That is not a command here; /help tells what there is, and //… says it.', {
    suggestions,
  });
}

/** What Tab offers. */
export async function completeSlash(typed: string): Promise<[string[], string]> {
  return [isSlash(typed) ? Object.keys(COMMANDS).filter((name) => name.startsWith(typed)) : [], typed];
}

function helpText(talk: Talk): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  const { text } = talk.client.hello.limits;
  const longest = text === undefined ? '' : `, up to ${text} characters`;
  return [`  anything else is said in ${talk.room}${longest}`, ...commands].join('\n');
}
