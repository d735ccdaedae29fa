/**
 * Says what to do when nobody reads what is printed any more, as after `| head -1`; the one who said it last is told.
 * Unhandled, it would be an error with a stack.
 */
export function whenUnread(tell: (error: NodeJS.ErrnoException) => void): void {
  process.stdout
    .removeAllListeners('error')
    .once('error', tell)
    .on('error', () => {});
  process.stderr.removeAllListeners('error').on('error', () => {});
}
