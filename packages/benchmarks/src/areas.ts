import type { Area } from './area.ts';
import { requests } from './requests/area.ts';

/** In the order in which they are measured and shown. */
export const areas: readonly Area[] = [requests];
