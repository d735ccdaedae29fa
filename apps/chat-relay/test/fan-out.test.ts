import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';

const MEMBERS = 100;
const MESSAGES = 100;
const LF = 0x0a;

/** Joins as `n<number>`, and keeps what comes as it came. */
async function member(address: { host: string; port: number }, number: number) {
  const socket = connect(address);
  const chunks: Buffer[] = [];
  let lines = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) lines += 1;
  });
  socket.write(
    `{"jsonrpc":"2.0","id":"j","method":"chat.join","params":{"room":"lobby","nick":"n${number}","history":0}}\n`,
  );
  await waitFor('the join', () => lines > 0);
  return { socket, text: () => Buffer.concat(chunks).toString(), lines: () => lines };
}

it('gives each of 100 members the 100 messages of each other one, once and in order', async () => {
  await using home = await temporaryFolder();
  // In a process of its own: a million deliveries are too much for a test's sandbox to make and count.
  await using relay = await spawnService(new URL('../src/main.ts', import.meta.url), home.path);
  const members: Awaited<ReturnType<typeof member>>[] = [];
  for (let number = 0; number < MEMBERS; number += 1) members.push(await member(relay, number));
  for (let message = 0; message < MESSAGES; message += 1) {
    for (const { socket } of members) {
      socket.write(
        `{"jsonrpc":"2.0","id":${message},"method":"chat.send","params":{"room":"lobby","text":"text ${message}"}}\n`,
      );
    }
  }
  const said = /"type":"message","from":"(n\d+)","text":"text (\d+)"/g;
  // Everyone's joining from its own on, the others' messages, and the answers to its own.
  const due = (number: number): number => MEMBERS - number + (MEMBERS - 1) * MESSAGES + MESSAGES;
  await waitFor('all deliveries', () => members.every(({ lines }, number) => lines() === due(number)), 20_000);
  for (const [number, { text }] of members.entries()) {
    const next = new Map<string | undefined, number>();
    for (const [, from, message] of text().matchAll(said)) {
      const expected = next.get(from) ?? 0;
      if (Number(message) !== expected) throw new Error(`n${number} got ${message} of ${from}, not ${expected}`);
      next.set(from, expected + 1);
    }
    expect([...next.values()]).toEqual(Array.from({ length: MEMBERS - 1 }, () => MESSAGES));
    expect(next.has(`n${number}`)).toBe(false);
  }
  for (const { socket } of members) socket.destroy();
});
