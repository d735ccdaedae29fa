import { z } from 'zod';
import { idSchema } from './envelope.ts';
import { method } from './method.ts';

/** The version of this protocol. */
export const PROTOCOL_VERSION = 1;

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
      /** Reserved: taken, and without effect yet. */
      auth: z.looseObject({ type: z.string() }).optional(),
      heartbeat: z.int().min(1).optional(),
      duplex: z.boolean().optional(),
    }),
    result: z.object({
      protocol: z.literal(PROTOCOL_VERSION),
      service: z.string(),
      version: z.string(),
      /** New at every start of the service. */
      instance: z.string(),
      scopes: z.array(z.string()),
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
  /** `n` more bytes of body may be sent for the request. */
  'rpc.credit': z.object({ id: idSchema, n: z.int().min(1) }),
  /** The service is about to close the connection. */
  'rpc.goaway': z.object({
    reason: z.string(),
    retryAfterMs: z.int().optional(),
    graceMs: z.int(),
  }),
};

export type Goaway = z.infer<(typeof sessionNotifications)['rpc.goaway']>;
