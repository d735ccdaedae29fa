import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Clients in a process of their own, so that what they cost is not taken for what the service costs. */
export interface Crowd<Report extends object> extends AsyncDisposable {
  readonly pid: number;
  /** Tells them something, and resolves with what they report next. */
  tell(what: string): Promise<Report>;
  /** What they report next. */
  report(): Promise<Report>;
  /** Ends them as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts a crowd by its script, with its options, and waits for its first report. `under` is a command that becomes the
 * crowd in the same process.
 */
export async function startCrowd<Report extends object>(
  script: URL,
  options: object,
  under: readonly string[] = [],
): Promise<Crowd<Report>> {
  const [command, ...words] = [...under, process.execPath, script.pathname, JSON.stringify(options)];
  const child = spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const report = async (): Promise<Report> => {
    const [message] = await Promise.race([
      once(child, 'message') as Promise<[Report]>,
      exited.then(([code, signal]) => Promise.reject(new Error(`a crowd ended with ${code ?? signal}`))),
    ]);
    return message;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  await report();
  return {
    pid: child.pid ?? 0,
    tell(what) {
      const next = report();
      child.send(what);
      return next;
    },
    report,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** The crowd's own side: its options as they were given. Its first report says that it stands. */
export function crowdOptions(): unknown {
  // Who started us is gone: so are we.
  process.once('disconnect', () => process.exit());
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Reports to whoever started this crowd. */
export function report(what: object): void {
  process.send?.(what);
}
