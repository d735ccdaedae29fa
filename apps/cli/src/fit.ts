/** What a table may lose where it has not the room. */
export interface Narrowing {
  /** Headings of columns that are left out, the first of them first. */
  spare?: readonly string[];
  /** Headings of columns that are cut, and where; all are cut at their ends unless given. */
  cut?: Readonly<Record<string, 'start' | 'end'>>;
  /** Characters to which a column is cut before a spare one is left out. */
  readable?: number;
}

/** Characters between two columns. */
export const GAP = 2;

/**
 * A table that is no wider than a terminal: without spare columns where it must, and with the widest ones cut.
 * @param rows the headings, then the cells.
 */
export function fit(
  rows: readonly (readonly string[])[],
  room: number,
  { spare = [], cut, readable = 16 }: Narrowing,
): string[][] {
  const [headings = []] = rows;
  let columns = headings.map((heading, at) => {
    const width = Math.max(...rows.map((row) => row[at]?.length ?? 0));
    const cutAt = cut ? cut[heading] : 'end';
    return { heading, at, width, cutAt, least: cutAt ? Math.min(width, readable) : width };
  });
  for (const heading of spare) {
    if (widthOf(columns.map(({ least }) => least)) <= room) break;
    columns = columns.filter((column) => column.heading !== heading);
  }
  for (let over = widthOf(columns.map(({ width }) => width)) - room; over > 0; over -= 1) {
    const [widest] = columns.filter(({ cutAt, width }) => cutAt && width > 1).sort((a, b) => b.width - a.width);
    if (widest) widest.width -= 1;
  }
  return rows.map((row) => columns.map(({ at, width, cutAt }) => shorten(row[at] ?? '', width, cutAt)));
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
}

function shorten(text: string, width: number, cutAt: 'start' | 'end' | undefined): string {
  if (text.length <= width) return text;
  return cutAt === 'start' ? `…${text.slice(text.length - width + 1)}` : `${text.slice(0, width - 1)}…`;
}
