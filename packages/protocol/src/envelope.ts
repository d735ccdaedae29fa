import { z } from 'zod';
import { ProtocolError } from './errors.ts';
import type { JsonObject } from './line.ts';

/** Characters of an id, a method's name or a key. */
const MAX_TEXT = 64;

/** Who asked, within one connection and direction: a string of 1 to 64 characters or a whole number. */
export const idSchema = z.union([z.int().min(0), z.string().min(1).max(MAX_TEXT)]);
export type Id = z.infer<typeof idSchema>;

/** Not copied: what is in it is for the schema of its method to check. */
const members = z.custom<JsonObject>(isObject, 'must be an object');
const version = z.literal('2.0');

export const requestSchema = z.object({
  jsonrpc: version,
  id: idSchema,
  method: z.string().min(1).max(MAX_TEXT),
  params: members.default({}),
  /** Milliseconds from receipt until the request is cancelled and answered with `deadline_exceeded`. */
  timeout: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  /** The same for every try of one request, where its method takes one: it is done once. */
  key: z.string().min(1).max(MAX_TEXT).optional(),
  /** Items and bytes of body that may be streamed before `rpc.credit` allows more; all unless given. */
  credit: z.int().min(0).optional(),
});
export type Request = z.infer<typeof requestSchema>;

export const notificationSchema = z.object({ jsonrpc: version, method: z.string(), params: members.default({}) });
export type Notification = z.infer<typeof notificationSchema>;

const errorSchema = z.object({
  code: z.int(),
  message: z.string(),
  data: z
    .looseObject({ type: z.string(), retry: z.enum(['no', 'safe', 'unknown']).catch('unknown') })
    .catch({ type: 'internal', retry: 'unknown' }),
});
export const responseSchema = z.union([
  z.object({ jsonrpc: version, id: idSchema, result: members }),
  z.object({ jsonrpc: version, id: z.union([idSchema, z.null()]), error: errorSchema }),
]);
export type Response = z.infer<typeof responseSchema>;

/** A message told apart by its members. */
export type Message =
  | { kind: 'request'; request: Request }
  | { kind: 'notification'; notification: Notification }
  | { kind: 'response'; response: Response };

/**
 * Tells what a message is.
 * @throws ProtocolError `invalid_request`, with the message's `id` in `data.id` where it has a usable one.
 */
export function readMessage(message: JsonObject): Message {
  if (isPlainRequest(message)) return { kind: 'request', request: message };
  if (!Object.hasOwn(message, 'method')) return { kind: 'response', response: readAs(responseSchema, message) };
  if (!Object.hasOwn(message, 'id')) return { kind: 'notification', notification: readAs(notificationSchema, message) };
  return { kind: 'request', request: readAs(requestSchema, message) };
}

/**
 * True for what nearly all messages are: a request without anything optional. Looked at by hand, as the schema takes longer
 * than all the rest of a small request; what is anything else, or wrong, is for the schema to say.
 */
function isPlainRequest(message: JsonObject): message is JsonObject & Request {
  const { jsonrpc, id, method, params, timeout, key, credit } = message;
  return (
    jsonrpc === '2.0' &&
    isId(id) &&
    typeof method === 'string' &&
    fits(method) &&
    isObject(params) &&
    timeout === undefined &&
    key === undefined &&
    credit === undefined
  );
}

function isId(id: unknown): id is Id {
  return typeof id === 'number' ? Number.isSafeInteger(id) && id >= 0 : typeof id === 'string' && fits(id);
}

function fits(text: string): boolean {
  return text.length > 0 && text.length <= MAX_TEXT;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The `id` of a message that could not be read, so that its sender learns which one it was; else `null`. */
export function readId(message: JsonObject): Id | null {
  const id = idSchema.safeParse(Object.hasOwn(message, 'id') ? message['id'] : undefined);
  return id.success ? id.data : null;
}

export function request(id: Id, method: string, params: object, more?: object): object {
  return { jsonrpc: '2.0', id, method, params, ...more };
}

export function notification(method: string, params: object): object {
  return { jsonrpc: '2.0', method, params };
}

export function result(id: Id, value: object, more?: object): object {
  return { jsonrpc: '2.0', id, result: value, ...more };
}

export function failure(id: Id | null, error: ProtocolError, more?: object): object {
  return { jsonrpc: '2.0', id, error: error.toWire(), ...more };
}

/**
 * A part of a message, by the protocol's own schema for it.
 * @throws ProtocolError `invalid_request`
 */
export function readAs<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProtocolError('invalid_request', `Not a message of this protocol: ${describeIssues(parsed.error)}.`);
}

/** At most ten problems of a value in words and as data, without repeating the value. */
export function listIssues(error: z.ZodError): { path: string; code: string; message: string }[] {
  return error.issues.slice(0, 10).map(({ path, code, message }) => ({ path: path.join('.'), code, message }));
}

/** The same in one sentence: `path: what is wrong; ...`. */
export function describeIssues(error: z.ZodError): string {
  return listIssues(error)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
    .join('; ');
}
