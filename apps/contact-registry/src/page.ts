import { PAGE_BYTES } from '@sextant/protocol/limits';
import type { Registration } from './registration.ts';

/** Registrations that fit a line together; `next` is the name of the last one, where more follow. */
export interface RegistrationPage {
  items: Registration[];
  next?: string;
}

/** Cuts a page: at most `limit`, and no more than fit a line, but one at least unless none is wanted. */
export function cutPage(registrations: Iterable<Registration>, limit: number): RegistrationPage {
  const items: Registration[] = [];
  if (limit === 0) return { items };
  let bytes = 0;
  for (const registration of registrations) {
    bytes += registration.bytes;
    const last = items.at(-1);
    if (last && (items.length === limit || bytes > PAGE_BYTES)) return { items, next: last.name };
    items.push(registration);
  }
  return { items };
}
