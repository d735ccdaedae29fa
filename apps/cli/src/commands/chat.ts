import { chatNameSchema, chatService } from '@sextant/protocol/chat';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { type Command, InvalidArgumentError } from 'commander';
import { parseCount } from '../arguments.ts';
import { historyOf, membersOf, roomsOf } from '../chat/ask.ts';
import { defaultNick } from '../chat/nick.ts';
import { openChat } from '../chat/open.ts';
import { sendOnce } from '../chat/send-once.ts';
import { itemText } from '../chat/show.ts';
import { print, printJson, printList, say } from '../output.ts';
import { SELF } from '../self.ts';
import { connectTo, withService, type CommonOptions } from '../service.ts';
import { localTime } from '../time.ts';
import { visible } from '../visible.ts';
import { rooms } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

interface ChatOptions extends CommonOptions {
  nick?: string;
}

export function addChatCommands(program: Command): void {
  const chat = program
    .command('chat')
    .description('talk with the others in a room')
    .addArgument(completed('[room]', 'where to talk', rooms).argParser(parseName).default('lobby'))
    .option('--nick <nick>', 'how to be called (else as who is logged in)', parseName)
    .action(async (room: string, _options, command: Command) => {
      const options: ChatOptions = command.optsWithGlobals();
      const client = await connectTo(chatService, options);
      process.exitCode = await openChat(client, room, options.nick ?? defaultNick(), options).catch(
        (error: unknown) => {
          throw isErrorType(error, 'exists') ? taken(error) : error;
        },
      );
    });
  addSend(chat);
  addHistory(chat);
  addRooms(chat);
  addMembers(chat);
}

function addSend(chat: Command): void {
  chat
    .command('send')
    .description('say one thing in a room')
    .addArgument(completed('<room>', '', rooms).argParser(parseName))
    .argument('[text...]', 'what to say; read from the input if not given')
    .action(async (room: string, words: string[], _options, command: Command) => {
      const options: ChatOptions = command.optsWithGlobals();
      const sent = await withService(chatService, options, (client) => sendOnce(client, room, words, options.nick));
      if (options.json) printJson(sent);
      else say(`Said in ${room} as ${sent.nick}.`);
    });
}

function addHistory(chat: Command): void {
  chat
    .command('history')
    .description('show what happened in a room')
    .addArgument(completed('<room>', '', rooms).argParser(parseName))
    .option('--limit <count>', 'how much of it, the newest', parseCount, 50)
    .action(async (room: string, { limit }: { limit: number }, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals();
      const items = await withService(chatService, options, (client) => historyOf(client, room, limit));
      for (const item of items) print(options.json ? JSON.stringify(item) : itemText(item));
      if (items.length === 0 && !options.json) say(`Nothing has happened there. Be the first: ${SELF} chat ${room}`);
    });
}

function addRooms(chat: Command): void {
  chat
    .command('rooms')
    .description('list the rooms')
    .action(async (_options, command: Command) => {
      const { json }: CommonOptions = command.optsWithGlobals();
      const rooms = await withService(chatService, command.optsWithGlobals(), roomsOf);
      printList(rooms, {
        json,
        columns: { room: ({ room }) => visible(room), members: ({ members }) => members, items: ({ seq }) => seq },
        empty: `There is no room yet. Make one by entering it: ${SELF} chat lobby`,
      });
    });
}

function addMembers(chat: Command): void {
  chat
    .command('members')
    .description('list who is in a room')
    .addArgument(completed('<room>', '', rooms).argParser(parseName))
    .action(async (room: string, _options, command: Command) => {
      const { json }: CommonOptions = command.optsWithGlobals();
      const members = await withService(chatService, command.optsWithGlobals(), (client) => membersOf(client, room));
      printList(members, {
        json,
        columns: { nick: ({ nick }) => visible(nick), joined: ({ joinedAt }) => localTime(joinedAt) },
        empty: `Nobody is there. Go in: ${SELF} chat ${room}`,
      });
    });
}

function taken(error: ProtocolError): ProtocolError {
  return new ProtocolError('exists', `${error.message} For example: --nick ${defaultNick()}-2`);
}

function parseName(text: string): string {
  const name = chatNameSchema.safeParse(text);
  if (name.success) return name.data;
  throw new InvalidArgumentError(`It ${name.error.issues[0]?.message}.`);
}
