/** True in `pnpm soak`: the long numbers instead of those that fit an ordinary run. */
export const SOAK = process.env['SOAK'] === '1';

/** A number for an ordinary run, and the one for the soak. */
export function sized(ordinary: number, soak: number): number {
  return SOAK ? soak : ordinary;
}

/** What was measured, for people and programs that collect it. */
export interface Figure {
  /** The fault's number, such as `C16`. */
  figure: string;
  what: string;
  value: number;
  unit: string;
  /** What it may be at most, where there is such a number. */
  limit?: number;
}

/** Writes a measured figure as one JSON line on stderr. */
export function printFigure({ value, ...figure }: Figure): void {
  process.stderr.write(`${JSON.stringify({ ...figure, value: Math.round(value * 100) / 100 })}\n`);
}

/** Prints it, and holds it to its limit. */
export function holdFigure(figure: Figure & { limit: number }): void {
  printFigure(figure);
  if (!(figure.value <= figure.limit)) {
    throw new Error(`${figure.figure}, ${figure.what}: ${figure.value} ${figure.unit}, limit ${figure.limit}`);
  }
}

/** The value below which a share of all lies, such as 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
