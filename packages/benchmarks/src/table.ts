import { styleText } from 'node:util';
import { markdownTable } from 'markdown-table';
import type { Area, Goal } from './area.ts';
import type { Figure } from './figure.ts';

/** Share of a core from which on the load is taken for what limits. */
const BUSY = 0.9;

/** An area's figures as a Markdown table: a row for each contender, each value with its ratio to the reference. */
export function tableOf(area: Area, figures: readonly Figure[]): string {
  const names = [...new Set(figures.map(({ contender }) => contender))];
  const head = ['', ...area.measures.map(({ name, unit }) => `${name}, ${unit}`)];
  const rows = names.map((name) => rowOf(area, figures, name));
  const table = markdownTable([head, ...rows], {
    align: ['l', ...area.measures.map(() => 'r')],
    stringLength: (text) => text.length,
  });
  return figures.some(isOfLoad) ? `${table}\n\n\\* The load took a whole core: the server may do more.` : table;
}

function rowOf(area: Area, figures: readonly Figure[], name: string): string[] {
  const isOurs = figures.some(({ contender, role }) => contender === name && role === 'ours');
  return [isOurs ? `**${name}**` : name].concat(
    area.measures.map(({ name: measure }) => cell(area, figures, name, measure)),
  );
}

/** What came of the goals, a line for each and for each contender of ours that has its measure. */
export function goalsOf({ goals }: Area, figures: readonly Figure[]): string[] {
  return goals.flatMap((goal) =>
    figures
      .filter(({ role, measure }) => role === 'ours' && measure === goal.measure)
      .flatMap((own) => verdictOf(goal, own, figures) ?? []),
  );
}

/** Nothing where the one that ours is held against is not there. */
function verdictOf(
  { of, atLeast = 0, atMost = Infinity }: Goal,
  own: Figure,
  figures: readonly Figure[],
): string | undefined {
  const reached = of === undefined ? own.value : ratioOf(figures, own.contender, of, own.measure);
  if (reached === undefined) return undefined;
  const what = of === undefined ? own.unit : `x ${of}`;
  const goal = atMost === Infinity ? `at least ${atLeast}` : `at most ${atMost}`;
  const mark = reached >= atLeast && reached <= atMost ? 'reached' : 'NOT reached';
  return `${mark}: ${own.contender}, ${own.measure}: ${brief(reached)} ${what}, goal ${goal}`;
}

/** For a screen: what is reached in green and what is not in red. */
export function coloured(line: string): string {
  return styleText(line.startsWith('reached') ? 'green' : 'red', line);
}

function cell(area: Area, figures: readonly Figure[], contender: string, measure: string): string {
  const figure = find(figures, contender, measure);
  if (!figure) return '-';
  const ratio = ratioOf(figures, contender, area.reference, measure);
  const mark = isOfLoad(figure) ? '*' : '';
  return ratio === undefined ? `${brief(figure.value)}${mark}` : `${brief(figure.value)}${mark} (${brief(ratio)})`;
}

/** The load had no processor time left: more than this it could not have shown. */
function isOfLoad({ loadCpu = 0 }: Figure): boolean {
  return loadCpu > BUSY;
}

function ratioOf(figures: readonly Figure[], contender: string, of: string, measure: string): number | undefined {
  const [one, other] = [find(figures, contender, measure), find(figures, of, measure)];
  return one && other ? one.value / other.value : undefined;
}

function find(figures: readonly Figure[], contender: string, measure: string): Figure | undefined {
  return figures.find((figure) => figure.contender === contender && figure.measure === measure);
}

/** Three digits, as a person reads them. */
function brief(value: number): string {
  if (value >= 999_500) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 9995) return `${(value / 1e3).toPrecision(3)} k`;
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}
