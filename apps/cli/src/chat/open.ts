import type { ChatItem } from '@sextant/protocol/chat';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { ExitCode } from '../exit-code.ts';
import { dim, errorText } from '../output.ts';
import { openPrompt, type Prompt } from '../prompt.ts';
import type { CommonOptions } from '../service.ts';
import { membersOf } from './ask.ts';
import { gapText, itemText } from './show.ts';
import { completeSlash, isSlash, runSlash } from './slash.ts';
import { Talk, type Chat } from './talk.ts';

/** Milliseconds after which a script gives up on a lost server; a person sees it and decides. */
const PATIENCE_MS = 30_000;

/** Stays in a room until it is left. Resolves to the exit code. */
export async function openChat(first: Chat, room: string, nick: string, options: CommonOptions): Promise<number> {
  const json = options.json === true;
  const prompt = openPrompt({
    label: `${room}> `,
    plain: json,
    erase: true,
    complete: completeSlash,
    interrupt: (why) => (why === 'key' ? void talk.leave() : talk.abandon(unread())),
  });
  const talk: Talk = new Talk(room, nick, {
    item: (item, live) => showItem(prompt, item, { json, own: live && item.from === nick }),
    gap: (from, to) => prompt.print(json ? JSON.stringify({ gap: { from, to } }) : gapText(from, to)),
    joined: (client, again) => void (again ? prompt.say(dim('Connected again.')) : greet(prompt, talk, client)),
    lost: (error, forMs) => {
      if (forMs === 0) void prompt.say(`${errorText(error)} Trying to connect again.`);
      else if (!prompt.interactive && forMs > PATIENCE_MS) talk.abandon(error);
    },
  });
  const said = readTyped(prompt, talk);
  try {
    await talk.stay(first, options);
  } catch (error) {
    if (!isErrorType(error, 'cancelled')) throw error;
  } finally {
    await prompt.close();
  }
  return (await said) ? ExitCode.ok : ExitCode.failed;
}

/** Passes on what is typed until it ends, then leaves. Resolves to whether all of it could be done. */
async function readTyped(prompt: Prompt, talk: Talk): Promise<boolean> {
  let done = true;
  for await (const line of prompt.lines) {
    const taken = take(line, prompt, talk).catch((error: unknown) => {
      done = false;
      return prompt.say(errorText(error));
    });
    if (!prompt.interactive) await taken;
  }
  await talk.leave();
  return prompt.interactive || done;
}

/** A script's lines are all said as they are; a person's may be commands. */
async function take(line: string, prompt: Prompt, talk: Talk): Promise<void> {
  if (line.trim() === '') return;
  if (!prompt.interactive) await talk.send(line);
  else if (isSlash(line)) await runSlash(line, talk, prompt);
  else await talk.send(line.startsWith('//') ? line.slice(1) : line);
}

/** A person's own words appear where they stand among the others'; a script knows its own. */
async function showItem(prompt: Prompt, item: ChatItem, { json, own }: { json: boolean; own: boolean }): Promise<void> {
  if (own && (!prompt.interactive || item.type !== 'message')) return;
  await prompt.print(json ? JSON.stringify(item) : itemText(item));
}

async function greet(prompt: Prompt, talk: Talk, client: Chat): Promise<void> {
  if (!prompt.interactive) return;
  try {
    const others = (await membersOf(client, talk.room)).map(({ nick }) => nick).filter((nick) => nick !== talk.nick);
    const company = others.length > 0 ? `with ${others.join(', ')}` : 'alone';
    await prompt.say(dim(`You are in ${talk.room} as ${talk.nick}, ${company}. /help tells what can be typed.`));
  } catch (error) {
    // Who is here was the connection's last question; its loss is told elsewhere.
    if (!client.lost) await prompt.say(errorText(error));
  }
}

function unread(): ProtocolError {
  return new ProtocolError('cancelled', 'Nobody reads the output any more.');
}
