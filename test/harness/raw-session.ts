import { handshake } from './raw-handshake.js';
import { RawSocket } from './raw-socket.js';
import type { TestGateway } from './test-gateway.js';
import { testToken } from './test-token.js';

/** A raw connection past its handshake and its welcome: from here on the test writes the frames. */
export async function rawSession(gateway: TestGateway, sub = 'raw'): Promise<RawSocket> {
  const socket = await RawSocket.connect(gateway.port);
  socket.send(handshake({ headers: { Authorization: `Bearer ${testToken({ sub })}` } }));
  const { status } = await socket.responseHead();
  const { event } = await socket.message();
  if (status !== 101 || event !== 'welcome') {
    throw new Error(`The session did not open: ${status}, ${event}`);
  }
  return socket;
}
