import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@sextant/client/client';
import type { Stream } from '@sextant/client/stream';
import type { Limits } from '@sextant/protocol/limits';
import { connect } from '@sextant/client/connect';
import { processService } from '@sextant/protocol/process';
import { Tokens } from '@sextant/service/identity/tokens';
import { outside } from '@sextant/testing/outside';
import { startRig, temporaryFolder, testConfig, testLog, type Rig } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import type { ProcessConfig } from '../src/config.ts';
import { create } from '../src/create.ts';
import { parseHeader } from '../src/output/record.ts';

export type Processes = Client<typeof processService>;
export type Running = Stream<(typeof processService.methods)['process.run']>;

/** A process server, and who else there is. */
export interface ProcessRig extends Rig<typeof processService> {
  /** Where who may do what, and the audit log, are. */
  readonly authority: string;
  /** A client of somebody with a token of their own. */
  person(name: string, ...scopes: string[]): Promise<Processes>;
}

/** What its settings are unless a test says otherwise. */
export const USUAL = { maxRuns: 256, keep: 2 ** 31, isolation: 'auto' } as const;

/** A process server with a folder of its own; both go when it does. */
export async function start(settings: Partial<ProcessConfig> = {}, limits: Partial<Limits> = {}): Promise<ProcessRig> {
  const home = await temporaryFolder();
  const rig = await startRig(await create({ ...testConfig(home.path), ...USUAL, ...settings }, testLog), limits);
  const people: Processes[] = [];
  return {
    ...rig,
    home: home.path,
    authority: rig.home,
    async person(name, ...scopes) {
      const { token = '' } = await new Tokens(rig.home).create({ name, scopes });
      const client = await connect(processService, rig.running, { client: 'test/1', auth: { type: 'token', token } });
      people.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of people) client.close();
      await rig[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** What a run printed and how it ended. */
export async function collect(stream: Running): Promise<{
  stdout: Buffer;
  stderr: Buffer;
  ended: string[];
  result: Awaited<Running['result']>;
}> {
  const parts: Record<string, Uint8Array[]> = { stdout: [], stderr: [] };
  const ended: string[] = [];
  for await (const { channel = '', body, end } of stream) {
    if (body) parts[channel]?.push(body);
    if (end) ended.push(channel);
  }
  const [stdout, stderr] = [Buffer.concat(parts['stdout'] ?? []), Buffer.concat(parts['stderr'] ?? [])];
  return { stdout, stderr, ended, result: await stream.result };
}

/** Runs a line of bash to its end. */
export function bash(client: Processes, line: string): ReturnType<typeof collect> {
  return collect(client.open('process.run', { program: 'bash', args: ['-c', line] }));
}

/** What is on disk of what a program that was started has printed, as long as nothing of it was cut. */
export async function outputOf(home: string, id: string): Promise<string> {
  const file = await readFile(join(home, 'process-server', 'runs', `${id}.0`));
  const parts: Buffer[] = [];
  for (let at = 0, head = parseHeader(file); head; head = parseHeader(file, at)) {
    const from = at + head.size;
    at = from + head.length;
    parts.push(file.subarray(from, at));
  }
  return Buffer.concat(parts).toString();
}

/** The process ids that a stream prints first, as they are outside of the programs' namespace. @param server whose it is. */
export async function numbersOf(stream: Running, count: number, server?: number): Promise<number[]> {
  return outside(await printedBy(stream, count), server);
}

/** The numbers that a stream prints first, one a line. */
export async function printedBy(stream: Running, count: number): Promise<number[]> {
  let text = '';
  for await (const { body } of stream) {
    text += Buffer.from(body ?? []).toString();
    const numbers = text.split('\n').slice(0, -1).map(Number);
    if (numbers.length >= count) return numbers;
  }
  throw new Error(`it ended after ${JSON.stringify(text)}`);
}

/** True for a process that is there and no zombie: not every machine has an init that buries orphans. */
export function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  const state = statOf(pid)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Ticks of processor time a process has used. */
export function ticksOf(pid: number): number {
  const stat = statOf(pid);
  return Number(stat[11]) + Number(stat[12]);
}

export function allGone(pids: readonly (number | null)[], withinMs: number): Promise<boolean> {
  return waitFor(`the end of ${pids.join(', ')}`, () => !pids.some(isAlive), withinMs);
}

/** Fields of a process from its state on. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
