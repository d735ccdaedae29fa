import { z } from 'zod';
import { defineService, method } from './method.ts';
import { nameSchema, timeSchema } from './values.ts';

const address = z.strictObject({ name: nameSchema, host: z.string().min(1).max(253), port: z.int().min(1).max(65535) });

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
  methods: {
    'peer.greet': method({
      summary: 'Greets a peer and is greeted back; the connection then belongs to the two.',
      access: 'peer:greet',
      params: z.strictObject({ from: address, text: z.string().max(2000) }),
      result: z.object({ from: address, text: z.string() }),
    }),
    'peer.list': method({
      summary: 'Lists the peers this node is connected with.',
      access: 'peer:read',
      params: z.strictObject({}),
      result: z.object({ self: address, items: z.array(peerSchema) }),
    }),
  },
});
