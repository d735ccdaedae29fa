import { registryService } from '@sextant/protocol/registry';
import type { App } from '@sextant/service/handler';
import { Contacts } from './contacts.ts';
import { Expiry } from './expiry.ts';
import { handlers } from './handlers.ts';

export async function create(): Promise<App<typeof registryService>> {
  const contacts = new Contacts();
  const expiry = new Expiry(contacts);
  return { service: registryService, handlers: handlers(contacts), close: async () => expiry.stop() };
}
