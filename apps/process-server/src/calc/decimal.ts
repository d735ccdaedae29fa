import { ProtocolError } from '@sextant/protocol/errors';
import makeBig, { type Big } from 'big.js';

/** Digits after the point that a quotient without end is rounded to. */
const DECIMALS = 40;

/** Significant digits, and places before or behind the point, of any number here: work and answers stay small. */
const MAX_DIGITS = 1000;
const MAX_PLACES = 999;

/** From this many places on, a text uses an exponent. */
const PLAIN_PLACES = 100;

const Decimal = makeBig();
Decimal.DP = DECIMALS;
Decimal.PE = PLAIN_PLACES;
Decimal.NE = -PLAIN_PLACES;

/**
 * The numbers of a request, exactly as they were written.
 * @throws ProtocolError `invalid_params` for one that JSON has not carried exactly.
 */
export function read(numbers: readonly (number | string)[]): [Big, ...Big[]] {
  // The method's schema asks for at least one.
  return numbers.map((number, at) => settle(new Decimal(textOf(number, at)))) as [Big, ...Big[]];
}

export function multiply(numbers: readonly Big[]): Big {
  return numbers.reduce((product, number) => settle(product.times(number)), new Decimal('1'));
}

export function divide(dividend: Big, divisor: Big): Big {
  if (divisor.eq('0')) throw refused('Division by zero. Every number but the first must be another than 0.');
  return settle(dividend.div(divisor));
}

/** The number itself, if it has not outgrown what is computed here. */
export function settle(number: Big): Big {
  if (number.c.length <= MAX_DIGITS && Math.abs(number.e) <= MAX_PLACES) return number;
  throw refused(`Numbers here have at most ${MAX_DIGITS} digits, and exponents up to ${MAX_PLACES}; so must results.`);
}

/** A JSON number where every reader gets the same decimal from it, else text. */
export function tell(number: Big): number | string {
  const double = Number(number.toString());
  const isExact = Number.isInteger(double) ? Number.isSafeInteger(double) : Number.isFinite(double);
  return isExact && number.eq(String(double)) ? double : number.toString();
}

/** Of a number in JSON, what the sender wrote; a large whole one may have been another. */
function textOf(number: number | string, at: number): string {
  if (typeof number === 'string') return number.replace(/^\+/, '');
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw refused('Whole numbers beyond 2^53 are not exact in JSON. Send them as text: "9007199254740993".', at);
  }
  return String(number);
}

function refused(message: string, at?: number): ProtocolError {
  const path = at === undefined ? 'numbers' : `numbers.${at}`;
  return new ProtocolError('invalid_params', message, { issues: [{ path, code: 'custom', message }] });
}
