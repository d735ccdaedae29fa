import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Census } from '../../src/tree/census.ts';
import { listProcesses, type Process } from '../../src/tree/processes.ts';
import { Tree } from '../../src/tree/tree.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A program in a group of its own. */
function sleeper(): { child: ChildProcess; pid: number } {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  children.push(child);
  return { child, pid: child.pid ?? Number.NaN };
}

const noMark = { marked: (): boolean => false };

describe('Tree', () => {
  it('leaves a group to others once its program is over and nobody was found in it', async () => {
    const { child, pid } = sleeper();
    const tree = new Tree(new Census(), { groups: [pid], ...noMark });
    const processes = await listProcesses();
    const others = processes.filter((process) => process.pid !== pid);
    // Nobody is found for a moment, as where it forks: it is not over.
    expect(tree.membersOf(others)).toEqual([]);
    expect(tree.membersOf(processes).map((process) => process.pid)).toEqual([pid]);
    tree.over();
    expect(tree.membersOf(processes)).toHaveLength(1);
    expect(tree.membersOf(others)).toEqual([]);
    // Another with the same number.
    expect(tree.membersOf(processes)).toEqual([]);
    tree.kill([]);
    await tree.end(0);
    expect(child.kill(0)).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });

  it('signals no group in which it saw nobody, and neither 0, 1 nor what is no number', async () => {
    const { child, pid } = sleeper();
    const tree = new Tree(new Census(), { groups: [pid, 0, 1, Number.NaN], ...noMark });
    const odd = [0, 1, Number.NaN].map((number): Process => ({ pid: number, parent: number, group: number }));
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    try {
      tree.kill(odd);
      expect(kill).not.toHaveBeenCalled();
      tree.kill(tree.membersOf(await listProcesses()).filter((process) => process.pid === pid));
      expect(kill.mock.calls).toEqual([[-pid, 'SIGKILL']]);
    } finally {
      kill.mockRestore();
    }
    expect(child.exitCode).toBeNull();
  });

  it('counts those that it ends, and not all that ever were', async () => {
    const { pid } = sleeper();
    const tree = new Tree(new Census(), { groups: [pid], ...noMark });
    const past = [1, 2, 3].map((number): Process => ({ pid: 5e6 + number, parent: pid, group: pid, start: '1' }));
    expect(tree.membersOf(past)).toHaveLength(3);
    expect(await tree.end(0)).toBe(true);
    expect(tree.met).toBe(1);
  });
});
