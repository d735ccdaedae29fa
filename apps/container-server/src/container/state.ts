/** States in which a container's program is alive. */
const ALIVE = new Set(['running', 'paused', 'restarting']);

/** True while a container in this state has a program that has not ended. */
export function isAlive(state: string): boolean {
  return ALIVE.has(state);
}
