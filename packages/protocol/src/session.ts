import { z } from 'zod';
import { idSchema } from './envelope.ts';
import { method } from './method.ts';

/** The version of this protocol. */
export const PROTOCOL_VERSION = 1;

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');

/** How a caller says who it is. A key without a signature is answered with the challenge to sign. */
export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('token'), token: z.string().min(1).max(256) }),
  z.strictObject({
    type: z.literal('ed25519'),
    /** The 32 raw bytes of the public key. */
    key: base64url.length(43),
    signature: base64url.length(86).optional(),
  }),
]);
export type Auth = z.infer<typeof authSchema>;

/** What the signature of an `ed25519` caller covers; `challenge` is the service's, in base64url. */
export function signedText(service: string, instance: string, challenge: string): string {
  return `sextant-auth-v1\0${service}\0${instance}\0${challenge}`;
}

/** Shortest and longest heartbeat that is agreed to, in milliseconds. */
export const HEARTBEAT_MS = { min: 1000, max: 300_000 } as const;

/** Requests every service answers. */
export const sessionMethods = {
  'rpc.hello': method({
    summary: 'Says who asks and learns who answers.',
    access: 'public',
    params: z.strictObject({
      /** Another number is answered with `unsupported_version` and the numbers that are. */
      protocol: z.int(),
      /** Name and version of the program that asks, such as `sextant/1.2`. */
      client: z.string().min(1).max(64),
      auth: authSchema.optional(),
      /** Milliseconds within which the caller will always send something; after three silent ones it is given up. */
      heartbeat: z.int().min(1).optional(),
      /** Reserved for peers: taken, and without effect yet. */
      duplex: z.boolean().optional(),
    }),
    result: z.object({
      protocol: z.literal(PROTOCOL_VERSION),
      service: z.string(),
      version: z.string(),
      /** New at every start of the service. */
      instance: z.string(),
      /** Who the service takes the caller for. */
      principal: z.string(),
      /** What the caller may do. */
      scopes: z.array(z.string()),
      /** The agreed one: as asked, but no shorter than 1 s and no longer than 5 min. */
      heartbeat: z.int().optional(),
      limits: z.record(z.string(), z.number()),
      methods: z.array(z.string()),
    }),
  }),
  'rpc.ping': method({
    summary: 'Asks whether the other side is there.',
    access: 'public',
    params: z.strictObject({}),
    result: z.object({}),
  }),
  'rpc.discover': method({
    summary: "Answers the service's OpenRPC document, made from the schemas that check its requests.",
    access: 'public',
    params: z.strictObject({}),
    result: z.looseObject({ openrpc: z.string() }),
  }),
};

/** Notifications of the protocol, by name. */
export const sessionNotifications = {
  /** One part of a stream: an item, or raw bytes (the frame's body) on a channel; `end` closes the channel. */
  'rpc.data': z.object({
    id: idSchema,
    channel: z.string().max(32).optional(),
    item: z.unknown().optional(),
    end: z.boolean().optional(),
  }),
  /** Asks that a request end early. It is still answered. */
  'rpc.cancel': z.object({ id: idSchema }),
  /** `n` more bytes of body, or items, may be sent for the request. */
  'rpc.credit': z.object({ id: idSchema, n: z.int().min(1) }),
  /** The service is about to close the connection. */
  'rpc.goaway': z.object({
    /** `shutdown`, `idle`, `slow_consumer`, `auth_expired`, `protocol_error` or `limit`. */
    reason: z.string(),
    retryAfterMs: z.int().optional(),
    graceMs: z.int(),
  }),
};

export type Goaway = z.infer<(typeof sessionNotifications)['rpc.goaway']>;
