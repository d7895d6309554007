import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { closeServer, listen } from './listen.ts';

const CURE = 'give another --port';

describe('listen', () => {
  it('a port in use: says so, and the cure is another port', async () => {
    const first = createServer();
    const port = await listen(first, '127.0.0.1', 0, CURE);
    await expect(listen(createServer(), '127.0.0.1', port, CURE)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: it is in use; ${CURE}`,
    );
    await closeServer(first, 0);
  });

  it('an address that is not of this machine: the cure is another host', async () => {
    // RFC 5737: 203.0.113.0/24 belongs to nobody.
    await expect(listen(createServer(), '203.0.113.9', 0, CURE)).rejects.toThrow(
      'the address is not one of this machine; give an address of this machine as --host',
    );
  });
});
