import { z } from 'zod';
import { defineService, method } from './method.ts';
import { gapSchema, pageOf, pageParams, sizeSchema, timeSchema } from './values.ts';

/** A room's or a member's name. */
export const chatNameSchema = z.string().regex(/^[a-z0-9._-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9, ".", "_" and "-"');

const seq = z.int().min(0);

/** What happens in a room, numbered without gaps. `text` is there for messages and events. */
export const chatItemSchema = z.object({
  seq,
  type: z.enum(['message', 'joined', 'left', 'event']),
  from: z.string(),
  text: z.string().optional(),
  at: timeSchema,
});
export type ChatItem = z.infer<typeof chatItemSchema>;

export const chatService = defineService({
  name: 'chat-relay',
  port: 5000,
  anonymous: ['chat:use'],
  methods: {
    'chat.join': method({
      summary:
        "Enters a room and streams what happens in it, the caller's joining first, its own messages never, until it leaves.",
      access: 'chat:use',
      object: 'room',
      resumable: true,
      params: z.strictObject({
        room: chatNameSchema,
        nick: chatNameSchema,
        /** Resume: everything numbered above this, a `gap` first where some is gone. */
        since: seq.optional(),
        /** Without `since`: how many earlier items to begin with. */
        history: z.int().min(0).max(1000).default(50),
        /** Also stream the caller's own messages. */
        echo: z.boolean().default(false),
      }),
      item: z.union([chatItemSchema, gapSchema]),
      result: z.object({ reason: z.enum(['left', 'logout']) }),
    }),
    'chat.send': method({
      summary:
        'Says something in a room joined on this connection, at most `limits.text` characters; `#LOGOUT` leaves every room and ends the connection.',
      access: 'chat:use',
      object: 'room',
      key: true,
      params: z.strictObject({ room: chatNameSchema, text: z.string().min(1) }),
      /** `seq` is the message's number; the one of `#LOGOUT` is that of leaving. */
      result: z.object({ seq, at: timeSchema }),
    }),
    'chat.leave': method({
      summary: 'Leaves a room.',
      access: 'chat:use',
      object: 'room',
      params: z.strictObject({ room: chatNameSchema }),
      result: z.object({}),
    }),
    'chat.rooms': method({
      summary: 'Lists the rooms.',
      access: 'chat:use',
      params: z.strictObject({ ...pageParams }),
      result: pageOf(z.object({ room: z.string(), members: sizeSchema, seq })),
    }),
    'chat.members': method({
      summary: 'Lists who is in a room.',
      access: 'chat:use',
      object: 'room',
      params: z.strictObject({ room: chatNameSchema, ...pageParams }),
      result: pageOf(z.object({ nick: z.string(), joinedAt: timeSchema })),
    }),
    'chat.history': method({
      summary: "A room's last items before a number, oldest first; fewer than asked where they would not fit a line.",
      access: 'chat:use',
      object: 'room',
      params: z.strictObject({
        room: chatNameSchema,
        before: seq.optional(),
        limit: z.int().min(1).max(1000).default(50),
      }),
      result: z.object({ items: z.array(chatItemSchema) }),
    }),
  },
});
