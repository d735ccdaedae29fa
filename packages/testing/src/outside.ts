import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The process ids, as this process knows them, of those that have these numbers where the programs of a process-server run:
 * in a process namespace of its own, or just as here. 0 for one that is not there.
 * @param server the process-server's own.
 */
export function outside(numbers: readonly number[], server = process.pid): number[] {
  const namespaces = namespacesOf(server);
  if (namespaces.size === 0) return [...numbers];
  const inside = new Map(
    processes()
      .filter((pid) => namespaces.has(link(pid, 'pid')))
      .map((pid) => [innermost(pid), pid]),
  );
  return numbers.map((number) => inside.get(number) ?? 0);
}

/** Those that children of a process keep for what they start, besides the one they are in. */
function namespacesOf(server: number): Set<string> {
  const children = processes().filter((pid) => parentOf(pid) === server);
  const made = children.filter((pid) => link(pid, 'pid_for_children') !== link(pid, 'pid'));
  return new Set(made.map((pid) => link(pid, 'pid_for_children')).filter((namespace) => namespace !== ''));
}

/** The process that another is the child of; 0 for one that is not there. */
export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(statusOf(pid))?.[1] ?? 0);
}

function innermost(pid: number): number {
  return Number(/^NSpid:.*?(\d+)$/m.exec(statusOf(pid))?.[1]);
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}

function link(pid: number, namespace: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${namespace}`);
  } catch {
    return '';
  }
}
