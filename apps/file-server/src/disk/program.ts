// What `Disk` starts: a thread that may wait for the disk, and hash, while the service goes on.
import { parentPort, workerData } from 'node:worker_threads';
import { Followed } from './followed.ts';
import type { Answer, Ask, DiskData } from './messages.ts';
import { openBelow } from './open-below.ts';

const { folder, fd } = workerData as DiskData;
/** Answers in one message: few enough that the service sends them while the next are found. */
const MANY = 16;

const followed = new Map<number, Followed>();

parentPort?.on('message', (asks: readonly Ask[]) => {
  let answers: Answer[] = [];
  for (const ask of asks) {
    const answer = tryTo(ask);
    if (answer) answers.push(answer);
    if (answers.length < MANY) continue;
    say(answers);
    answers = [];
  }
  if (answers.length > 0) say(answers);
  hashOn();
});

function tryTo(ask: Ask): Answer | undefined {
  try {
    return take(ask);
  } catch (error) {
    return failed(ask.id, error);
  }
}

function take(ask: Ask): Answer | undefined {
  const { id } = ask;
  switch (ask.do) {
    case 'open':
      return { id, ...openBelow(folder, fd, ask.names, ask.range) };
    case 'follow':
      followed.set(id, new Followed(ask.fd, ask.like));
      return undefined;
    case 'reach':
      followed.get(id)?.reach(ask.bytes);
      return undefined;
    case 'finish':
      followed.get(id)?.finish(ask.bytes);
      return undefined;
    case 'stop':
      followed.delete(id);
      return { id, stopped: true };
  }
}

/** A piece of each, then what was asked meanwhile, then the next. */
let isHashing = false;
function hashOn(): void {
  if (isHashing) return;
  const answers: Answer[] = [];
  for (const [id, one] of followed) {
    const answer = hash(id, one);
    if (!answer) continue;
    followed.delete(id);
    answers.push(answer);
  }
  if (answers.length > 0) say(answers);
  if (![...followed.values()].some((one) => one.isBehind)) return;
  isHashing = true;
  setImmediate(() => {
    isHashing = false;
    hashOn();
  });
}

function hash(id: number, one: Followed): Answer | undefined {
  try {
    one.hashNext();
    return one.digest === undefined ? undefined : { id, digest: one.digest };
  } catch (error) {
    return failed(id, error);
  }
}

function failed(id: number, error: unknown): Answer {
  if (!Error.isError(error)) return { id, code: '', message: String(error) };
  return { id, code: 'code' in error ? String(error.code) : '', message: error.message };
}

function say(answers: readonly Answer[]): void {
  parentPort?.postMessage(answers);
}
