import { join } from 'node:path';
import { xdgState } from 'xdg-basedir';

/** The folder that holds the data of all services, unless a flag names another. */
export function defaultHome(): string {
  return process.env['SEXTANT_HOME'] ?? join(xdgState ?? process.cwd(), 'sextant');
}
