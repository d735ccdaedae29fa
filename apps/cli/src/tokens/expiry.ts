import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30d`, `12h`, `90m`, `2w` from now, or a day such as `2027-01-31` at its beginning: as ISO 8601. */
export function parseExpiry(text: string): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const at = count === undefined ? dayOf(text) : Date.now() + Number(count) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is a time such as 90m, 12h, 30d or 2w, or a day such as 2027-01-31.');
  if (at <= Date.now()) throw new InvalidArgumentError('It would have expired already.');
  return new Date(at).toISOString();
}

function dayOf(text: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00`) : Number.NaN;
}
