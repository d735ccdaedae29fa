// What `Disk` starts: a thread that may wait for the disk, and hash, while the service goes on.
import { parentPort, workerData } from 'node:worker_threads';
import { failed } from './failed.ts';
import { Followers } from './followers.ts';
import type { Answer, Ask, DiskData } from './messages.ts';
import { openBelow } from './open-below.ts';

/** Answers in one message: few enough that the service sends them while the next are found. */
const MANY = 16;

const { folder, fd } = workerData as DiskData;
const followers = new Followers(say);

parentPort?.on('message', (asks: readonly Ask[]) => {
  let answers: Answer[] = [];
  for (const ask of asks) {
    const answer = take(ask);
    if (answer) answers.push(answer);
    if (answers.length < MANY) continue;
    say(answers);
    answers = [];
  }
  if (answers.length > 0) say(answers);
});

function take(ask: Ask): Answer | undefined {
  return ask.do === 'open' ? open(ask) : followers.take(ask);
}

function open({ id, names, range }: Ask & { do: 'open' }): Answer {
  try {
    return { id, ...openBelow(folder, fd, names, range) };
  } catch (error) {
    return failed(id, error);
  }
}

function say(answers: readonly Answer[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, which has no origin
  parentPort?.postMessage(answers);
}
