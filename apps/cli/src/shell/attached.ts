import type { StreamPart } from '@sextant/client/stream';
import { isErrorType } from '@sextant/protocol/errors';
import type { processService } from '@sextant/protocol/process';
import type { Run } from '@sextant/protocol/process-schemas';
import { dim } from '../output.ts';
import { visible } from '../visible.ts';
import { Lines } from './lines.ts';
import type { Shell } from './shell.ts';

type RunMethod = (typeof processService.methods)['process.run'];

/** A program that runs for as long as the shell is connected. */
export interface Attached {
  readonly id: string;
  readonly pid: number;
  readonly name: string;
  /** What stands before its lines: its name, with the pid where another of that name runs. */
  readonly label: string;
  /** Resolves when its last line and its end were shown. */
  readonly ended: Promise<void>;
}

type Program = Omit<Attached, 'ended'>;

/**
 * Runs a program whose output is shown as it comes.
 * @throws ProtocolError why it cannot be started.
 */
export async function attach(shell: Shell, program: string, args: string[]): Promise<Attached> {
  const stream = shell.link.client.open('process.run', { program, args });
  stream.end('stdin');
  const parts = stream[Symbol.asyncIterator]();
  const first = await parts.next();
  const started = describe(program, first.value?.item ?? (await stream.result), shell.attached);
  const { id, pid, name, label } = started;
  await shell.print(`${label} runs, pid ${pid}.`, { id, pid, name });
  const attached = { ...started, ended: follow(shell, started, parts, stream.result) };
  shell.attached.add(attached);
  void attached.ended.then(() => shell.attached.delete(attached));
  return attached;
}

function describe(program: string, { id, pid }: { id: string; pid: number }, others: Iterable<Attached>): Program {
  const name = visible(program.split('/').findLast((part) => part !== '') ?? program);
  const namesakes = [...others].some((other) => other.label === name);
  return { id, pid, name, label: namesakes ? `${name} ${pid}` : name };
}

async function follow(
  shell: Shell,
  program: Program,
  parts: AsyncIterable<StreamPart<RunMethod>>,
  result: Promise<Pick<Run, 'exitCode' | 'signal'>>,
): Promise<void> {
  const lines = { stdout: new Lines(), stderr: new Lines() };
  for await (const { channel, body } of parts) {
    if (body && (channel === 'stdout' || channel === 'stderr'))
      await show(shell, program, channel, lines[channel].push(body));
  }
  for (const channel of ['stdout', 'stderr'] as const) await show(shell, program, channel, lines[channel].end());
  await showEnd(shell, program, result);
}

async function show(
  { prompt, json }: Shell,
  program: Program,
  channel: 'stdout' | 'stderr',
  lines: string[],
): Promise<void> {
  const { pid, name, label } = program;
  if (lines.length === 0) return;
  if (json) return prompt.print(lines.map((text) => JSON.stringify({ pid, name, channel, text })).join('\n'));
  const prefix = dim(`${label} |`);
  const text = lines.map((line) => `${prefix} ${prompt.interactive ? visible(line) : line}`).join('\n');
  return channel === 'stderr' ? prompt.say(text) : prompt.print(text);
}

async function showEnd(
  shell: Shell,
  program: Program,
  result: Promise<Pick<Run, 'exitCode' | 'signal'>>,
): Promise<void> {
  const { id, pid, name, label } = program;
  try {
    const { exitCode, signal } = await result;
    const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
    await shell.print(`${label} ${how}.`, { id, pid, name, exitCode, signal });
  } catch (error) {
    if (isErrorType(error, 'unavailable')) shell.went(`${name} (pid ${pid})`);
    else await shell.error(error);
  }
}
