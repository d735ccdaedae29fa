// What `Disk` starts: a thread that may wait for the disk, and hash, while the service goes on.
import { parentPort, workerData } from 'node:worker_threads';
import { failed } from './failed.ts';
import { Followers } from './followers.ts';
import type { Answer, Ask, DiskData } from './messages.ts';
import { openBelow } from './open-below.ts';
import { Walk } from './walk.ts';

/** Answers in one message: few enough that the service sends them while the next are found. */
const MANY = 16;

const { folder, fd } = workerData as DiskData;
const followers = new Followers(say);

parentPort?.on('message', (asks: readonly Ask[]) => {
  // What is opened on the way is not kept longer: a folder may become another meanwhile.
  using walk = new Walk(folder, fd);
  let answers: Answer[] = [];
  for (const ask of asks) {
    const answer = take(walk, ask);
    if (answer) answers.push(answer);
    if (answers.length < MANY) continue;
    say(answers);
    answers = [];
  }
  if (answers.length > 0) say(answers);
});

function take(walk: Walk, ask: Ask): Answer | undefined {
  return ask.do === 'open' ? open(walk, ask) : followers.take(ask);
}

function open(walk: Walk, { id, names, range, reads }: Ask & { do: 'open' }): Answer {
  try {
    return { id, ...openBelow(walk, names, range, reads) };
  } catch (error) {
    return failed(id, error);
  }
}

function say(answers: readonly Answer[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, which has no origin
  parentPort?.postMessage(answers);
}
