import type { Area } from '../area.ts';
import { bare } from './bare.ts';
import { MEASURES } from './load.ts';
import { nginx } from './nginx.ts';
import { rsync } from './rsync.ts';
import { scp } from './scp.ts';
import { sextant } from './sextant.ts';

const KIB = 1024;
const LOOP = 'bare Node, asynchronous loop';

/** Files in memory, of a gigabyte and of a few kilobytes. rsync and scp are their own clients, which keep what they get. */
export const files: Area = {
  name: 'files',
  title: 'Files: 1 GiB down and up by one connection and by four together, and a tree of 10,000 files of 4 KiB',
  measures: [
    { name: MEASURES.down, unit: 'MB/s', better: 'more' },
    { name: MEASURES.downShared, unit: 'MB/s', better: 'more' },
    { name: MEASURES.up, unit: 'MB/s', better: 'more' },
    { name: MEASURES.upShared, unit: 'MB/s', better: 'more' },
    { name: MEASURES.tree, unit: 'files/s', better: 'more' },
  ],
  reference: LOOP,
  contenders: [
    sextant,
    bare(LOOP, 512 * KIB),
    bare('bare Node, SHA-256 in its thread', 512 * KIB, 'sha256'),
    nginx,
    rsync,
    scp,
  ],
  goals: [
    { measure: MEASURES.down, of: LOOP, atLeast: 0.7 },
    { measure: MEASURES.down, of: 'rsync daemon', atLeast: 1 },
    { measure: MEASURES.down, of: 'scp', atLeast: 4 },
    { measure: MEASURES.up, of: 'rsync daemon', atLeast: 1 },
    { measure: MEASURES.tree, of: 'rsync daemon', atLeast: 1 },
  ],
};
