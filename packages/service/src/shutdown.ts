import type { Log } from './log.ts';
import type { Running } from './start.ts';

/** Milliseconds a service may take to close before its process ends all the same. */
const DEADLINE_MS = 8000;

/**
 * Closes the service when asked to: by SIGINT or SIGTERM, or because the supervisor that started it is gone. A second
 * signal ends the process at once. Ends the process with 0, or with 1 if closing failed or took too long.
 */
export function closeWhenAsked(running: Running, log: Log): void {
  let asked = false;
  const stop = (why: string): void => {
    if (asked) process.exit(1);
    asked = true;
    log.info({ why }, 'closing');
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const orphaned = (): void => stop('the supervisor is gone');
  process.once('disconnect', orphaned);
  // Undefined without a supervisor; false if it has gone already, while the service was being made.
  if (!(process.connected ?? true)) orphaned();
}
