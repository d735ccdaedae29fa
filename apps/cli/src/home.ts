import { join } from 'node:path';
import { xdgState } from 'xdg-basedir';

/** The folder that holds each service's data, as the services themselves understand it. */
export function defaultHome(): string {
  return process.env['SEXTANT_HOME'] ?? join(xdgState ?? process.cwd(), 'sextant');
}
