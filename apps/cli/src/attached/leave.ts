const CTRL_P = 0x10;
const CTRL_Q = 0x11;
const KEYS = Buffer.from([CTRL_P, CTRL_Q]);

/** What is typed until Ctrl-P Ctrl-Q, which leaves. A Ctrl-P waits for the key after it. */
export async function* untilLeaving(chunks: AsyncIterable<Uint8Array>, leave: () => void): AsyncGenerator<Uint8Array> {
  let held = false;
  for await (const chunk of chunks) {
    const typed = Buffer.concat([KEYS.subarray(0, held ? 1 : 0), chunk]);
    const at = typed.indexOf(KEYS);
    if (at >= 0) {
      yield typed.subarray(0, at);
      leave();
      return;
    }
    held = typed.at(-1) === CTRL_P;
    yield held ? typed.subarray(0, -1) : typed;
  }
}
