import { testConfig } from '@sextant/testing/rig';
import type { ChatConfig } from '../src/config.ts';

export function chatConfig(settings: Partial<ChatConfig> = {}): ChatConfig {
  return { ...testConfig('unused'), textLength: 2000, history: 1000, ...settings };
}
