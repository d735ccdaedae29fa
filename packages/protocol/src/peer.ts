import { z } from 'zod';
import { defineService, method } from './method.ts';
import { nameSchema, pageOf, pageParams, timeSchema } from './values.ts';

/** A peer, and where it listens. */
export const peerAddressSchema = z.strictObject({
  name: nameSchema,
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65535),
});

export type PeerAddress = z.infer<typeof peerAddressSchema>;

/** A peer this node is connected with, and the greeting it gave. */
export const peerSchema = z.object({
  name: z.string(),
  host: z.string(),
  port: z.int(),
  /** Who dialled whom: this node the peer (`out`), or the peer this node (`in`). */
  direction: z.enum(['in', 'out']),
  greeting: z.string(),
  greetedAt: timeSchema,
});
export type Peer = z.infer<typeof peerSchema>;

export const peerService = defineService({
  name: 'peer-node',
  port: 0,
  anonymous: ['peer:read', 'peer:greet'],
  methods: {
    'peer.greet': method({
      summary: 'Greets a peer and is greeted back; the connection then belongs to the two.',
      access: 'peer:greet',
      params: z.strictObject({ from: peerAddressSchema, text: z.string().max(2000) }),
      result: z.object({ from: peerAddressSchema, text: z.string() }),
    }),
    'peer.list': method({
      summary: 'Lists the peers this node is connected with.',
      access: 'peer:read',
      params: z.strictObject({ ...pageParams }),
      result: pageOf(peerSchema).extend({ self: peerAddressSchema }),
    }),
  },
});
