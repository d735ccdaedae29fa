import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Area, Contender, Measure, Reading } from './area.ts';

/** Where figures are kept unless told otherwise. */
export const FIGURES = fileURLToPath(new URL('../figures.jsonl', import.meta.url));

/** Milliseconds that each rate is measured for unless told otherwise. */
export const USUAL_MS = 2000;

/** One figure as it is kept: the median of its rounds. */
export interface Figure {
  readonly area: string;
  readonly measure: string;
  readonly contender: string;
  readonly role: Contender['role'];
  readonly unit: string;
  readonly better: Measure['better'];
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  /** Milliseconds that each rate was measured for. */
  readonly ms?: number;
  /** Shares of one core, in the median. */
  readonly serverCpu?: number;
  readonly loadCpu?: number;
  readonly at: string;
  readonly machine: string;
}

/** Of the readings of one contender's measure, round by round, each rate measured for `ms`. */
export function figureOf(
  area: Area,
  contender: Contender,
  measure: Measure,
  readings: readonly Reading[],
  ms: number,
): Figure {
  const values = readings.map(({ value }) => value).sort((a, b) => a - b);
  const serverCpu = median(readings.map(({ serverCpu }) => serverCpu));
  const loadCpu = median(readings.map(({ loadCpu }) => loadCpu));
  return {
    area: area.name,
    measure: measure.name,
    contender: contender.name,
    role: contender.role,
    unit: measure.unit,
    better: measure.better,
    value: median(values) ?? Number.NaN,
    min: values.at(0) ?? Number.NaN,
    max: values.at(-1) ?? Number.NaN,
    rounds: values.length,
    ms,
    ...(serverCpu === undefined ? {} : { serverCpu }),
    ...(loadCpu === undefined ? {} : { loadCpu }),
    at: new Date().toISOString(),
    machine: machine(),
  };
}

/** Those of a file, one JSON object a line; none where there is no file. */
export async function readFigures(file: string): Promise<Figure[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Figure);
}

/** Puts the figures of an area in place of those that the file has of it. */
export async function keepFigures(file: string, area: Area, figures: readonly Figure[]): Promise<void> {
  const others = (await readFigures(file)).filter((figure) => figure.area !== area.name);
  await writeFile(file, [...others, ...figures].map((figure) => `${JSON.stringify(figure)}\n`).join(''));
}

/** The middle one of those that there are, or the mean of the two in the middle. */
export function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function machine(): string {
  const [first, ...others] = cpus();
  return `${others.length + 1} x ${first?.model.trim() ?? process.arch}, ${process.platform}, Node ${process.version}`;
}
