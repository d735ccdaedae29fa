import type { Log } from '../observe/log.ts';
import type { Running } from '../start.ts';

/** Milliseconds that unanswered requests have where somebody waits for the service to end. */
const BRIEF_MS = 300;
/** Milliseconds that all the rest of closing may take before the process ends all the same. */
const CLOSING_MS = 1700;

/**
 * Closes the services of this process when asked to: by SIGTERM, after what is unanswered had its time; by SIGINT, or because the supervisor
 * that started it is gone, in a moment. A second signal ends the process at once. Ends the process with 0, or with 1 if
 * closing failed or took too long.
 */
export function closeWhenAsked(
  services: readonly Running[],
  drainMs: number,
  log: Log,
  locks: readonly Disposable[],
): void {
  let asked = false;
  const stop = (why: string, graceMs: number): void => {
    if (asked) process.exit(1);
    asked = true;
    log.info({ why, connections: services.reduce((sum, { connections }) => sum + connections, 0) }, 'closing');
    setTimeout(() => process.exit(1), graceMs + CLOSING_MS).unref();
    Promise.all(services.map((service) => service.close(graceMs))).then(
      () => {
        for (const lock of locks) lock[Symbol.dispose]();
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM', drainMs)).on('SIGINT', () => stop('SIGINT', BRIEF_MS));
  const orphaned = (): void => stop('the supervisor is gone', BRIEF_MS);
  process.once('disconnect', orphaned);
  endOnFault(log);
  // Undefined without a supervisor; false if it has gone already, while the service was being made.
  if (!(process.connected ?? true)) orphaned();
}

/** What nobody caught leaves the service in a state that nobody knows: it says so in one line, and ends. */
function endOnFault(log: Log): void {
  const end = (error: unknown): void => {
    log.fatal({ err: error }, 'a fault that nothing caught; the service ends');
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
}
