/** What both sides say they speak when a WebSocket is opened. */
export const SUBPROTOCOL = 'sextant.v1';
