import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { createHostGuard } from './host-guard.ts';
import { createHttpServer, type HttpServerDeps } from './http-server.ts';
import { HTTP_LIMITS, type HttpLimits } from './limits.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp(over: Partial<HttpServerDeps> = {}, limits: Partial<HttpLimits> = {}) {
  const seen: RawCallback[] = [];
  const tooLarge: number[] = [];
  const server = createHttpServer({
    receive: async (request) => {
      seen.push(request);
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };
    },
    refuseTooLarge: async (_head, bytes) => {
      tooLarge.push(bytes);
      return { status: 413, headers: {}, body: 'too large' };
    },
    admin: async (request) => ({ status: 200, headers: {}, body: `${request.method} ${request.path}` }),
    guard: createHostGuard({ host: '127.0.0.1' }),
    basePath: '',
    limits: { ...HTTP_LIMITS, lingerMs: 200, ...limits },
    trouble: () => undefined,
    ...over,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, port, base: `http://127.0.0.1:${port}`, seen, tooLarge };
}

/** Writes bytes as they are and returns all that came back until the server closed or `until` was seen. */
function raw(port: number, parts: readonly (string | Buffer)[], until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (until?.test(text)) done();
    });
    socket.on('close', done).on('error', done);
    for (const part of parts) socket.write(part);
  });
}

/** A sender that reads nothing before it has written everything, as many do; a failed write ends it without an answer. */
function writeThenRead(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1');
    socket.pause();
    socket.write(bytes, (error) => {
      if (error) return resolve(`write failed: ${error.message}`);
      socket.on('data', (chunk: string) => {
        text += chunk;
      });
      socket.resume();
    });
    socket.on('end', () => resolve(text)).on('error', (error) => resolve(`failed: ${error.message}`));
  });
}

describe('HTTP server: what reaches receive', () => {
  it('pitfall 16: body, path and query are the bytes that came, names lower case, repeats joined', async () => {
    const { port, seen } = await setUp();
    const body = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a]);
    const head = [
      'POST /callbacks/a%2Db/?x=a%20b&&y=%zz&x=1 HTTP/1.1',
      'Host: 127.0.0.1',
      'X-SIGNATURE: AbC=',
      'Date: one',
      'date: two',
      `Content-Length: ${body.byteLength}`,
      '\r\n',
    ].join('\r\n');
    await raw(port, [head, body], /OK/);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/callbacks/a%2Db/', rawQuery: 'x=a%20b&&y=%zz&x=1' });
    expect(seen[0]?.headers).toMatchObject({ 'x-signature': 'AbC=', date: 'one, two' });
    expect(Buffer.from(seen[0]?.body ?? [])).toEqual(body);
  });

  it('a body in pieces and in chunked encoding is put together', async () => {
    const { port, seen } = await setUp();
    const head = 'POST /callbacks/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    await raw(port, [head, '3\r\nabc\r\n', '4\r\ndefg\r\n', '0\r\n\r\n'], /OK/);
    expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe('abcdefg');
  });

  it('with the address of whoever is connected, and of no header', async () => {
    const { base, seen } = await setUp();
    await fetch(`${base}/callbacks/acme`, { method: 'POST', body: 'x', headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(seen[0]?.sourceIp).toBe('127.0.0.1');
  });

  it('an absolute request target is read as its path', async () => {
    const { port, seen } = await setUp();
    await raw(
      port,
      ['POST http://127.0.0.1/callbacks/a?b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n'],
      /OK/,
    );
    expect(seen[0]).toMatchObject({ path: '/callbacks/a', rawQuery: 'b' });
  });

  it('keeps the connection for the next request', async () => {
    const { port } = await setUp();
    const one = 'POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx';
    const text = await raw(port, [one, one], /OK[\s\S]*OK/);
    expect(text.match(/200 OK/g)).toHaveLength(2);
  });

  it('answers 503 where something broke', async () => {
    const { base } = await setUp({ receive: () => Promise.reject(new Error('bug')) });
    expect((await fetch(`${base}/callbacks/a`, { method: 'POST', body: 'x' })).status).toBe(503);
  });
});

describe('HTTP server: sizes', () => {
  it('exactly 1 MiB goes to receive; one byte more is 413', async () => {
    const { base, seen, tooLarge } = await setUp();
    const body = Buffer.alloc(1_048_577);
    expect((await fetch(`${base}/callbacks/a`, { method: 'POST', body })).status).toBe(413);
    expect(tooLarge).toEqual([1_048_577]);
    expect((await fetch(`${base}/callbacks/a`, { method: 'POST', body: body.subarray(1) })).status).toBe(200);
    expect(seen).toHaveLength(1);
  });

  it('reads and throws away 10 MiB more, so that a sender that writes all before it reads sees the 413', async () => {
    const { port } = await setUp();
    const bytes = 11 * 1_048_576;
    const head = `POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${bytes}\r\n\r\n`;
    const text = await writeThenRead(
      port,
      Buffer.concat([Buffer.from(head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')), Buffer.alloc(bytes)]),
    );
    expect(text).toMatch(/^HTTP\/1.1 413/);
  });

  it('cuts what is larger still', async () => {
    const { port, tooLarge } = await setUp({}, { drainBytes: 100_000 });
    const bytes = 64 * 1_048_576;
    const head = `POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${bytes}\r\n\r\n`;
    await raw(port, [head, Buffer.alloc(bytes)]);
    expect(tooLarge[0]).toBeLessThan(2_000_000);
  });

  it('unfinished bodies together take a bounded memory: 503 beyond it, and room again when they are gone', async () => {
    const { port, base, server } = await setUp({}, { unfinishedBytes: 1_000 });
    const half = `POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(900)}`;
    const slow = raw(port, [half]);
    const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    await expect.poll(connections).toBe(1);
    const send = async () => (await fetch(`${base}/callbacks/a`, { method: 'POST', body: 'y'.repeat(200) })).status;
    await expect.poll(send).toBe(503);
    server.closeAllConnections();
    await slow;
    await expect.poll(send).toBe(200);
  });

  it('tells a sender that asks first (Expect: 100-continue) before it sends', async () => {
    const { port } = await setUp();
    const head = 'POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: ';
    expect(await raw(port, [`${head}2000000\r\n\r\n`])).toMatch(/^HTTP\/1.1 413/);
    expect(await raw(port, [`${head}2\r\n\r\n`, 'ab'], /200 OK/)).toMatch(/^HTTP\/1.1 100 Continue/);
  });

  it('a flood of headers is 431 and the sender sees it', async () => {
    const { port } = await setUp();
    const flood = `POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(50_000)}\r\n`;
    expect(await writeThenRead(port, flood)).toMatch(/^HTTP\/1.1 431/);
  });

  it('reads more than 2,000 small headers without dropping one', async () => {
    const { port, seen } = await setUp();
    const many = Array.from({ length: 2_400 }, () => 'a:\r\n').join('');
    await raw(
      port,
      [`POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\n${many}X-Signature: last\r\nContent-Length: 0\r\n\r\n`],
      /OK/,
    );
    expect(seen[0]?.headers['x-signature']).toBe('last');
  });
});

describe('HTTP server: time limits', () => {
  const fast = { headersMs: 150, requestMs: 300, checkMs: 30, lingerMs: 50 };

  it.each([
    ['nothing at all', ''],
    ['half a head', 'POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: '],
    ['half a body', 'POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc'],
  ])('%s is 408 and closed, and receive never sees it', async (_name, bytes) => {
    const { port, seen } = await setUp({}, fast);
    expect(await raw(port, bytes === '' ? [] : [bytes])).toMatch(/^HTTP\/1.1 408/);
    expect(seen).toEqual([]);
  });

  it('half-sent requests do not hold up others', async () => {
    const { port, base } = await setUp({}, fast);
    const half = 'POST /callbacks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc';
    const slow = Array.from({ length: 100 }, () => raw(port, [half]));
    const answer = await fetch(`${base}/callbacks/a`, { method: 'POST', body: 'x' });
    expect(answer.status).toBe(200);
    expect((await Promise.all(slow)).every((text) => text.startsWith('HTTP/1.1 408'))).toBe(true);
  });

  it('the limits in force are 10 s and 30 s', async () => {
    const { server } = await setUp();
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
  });
});

describe('HTTP server: who may call', () => {
  it.each([
    ['POST /callbacks/a', 'evil.test', undefined],
    ['GET /health', 'evil.test', undefined],
    ['GET /api/v1/status', '127.0.0.1', 'https://evil.test'],
    ['POST /callbacks/a', '127.0.0.1', 'null'],
  ])('%s with Host %s and Origin %s is 403', async (line, host, origin) => {
    const { port, seen } = await setUp();
    const originLine = origin === undefined ? '' : `Origin: ${origin}\r\n`;
    const text = await raw(
      port,
      [`${line} HTTP/1.1\r\nHost: ${host}\r\n${originLine}Content-Length: 2\r\n\r\nab`],
      /Refused/,
    );
    expect(text).toMatch(/^HTTP\/1.1 403/);
    expect(seen).toEqual([]);
  });

  it('garbage is 400', async () => {
    const { port } = await setUp();
    expect(await raw(port, ['\x16\x03\x01 nonsense\r\n\r\n'])).toMatch(/^HTTP\/1.1 400/);
  });
});

describe('HTTP server: other paths', () => {
  it('health is open, answers GET and HEAD only', async () => {
    const { base } = await setUp();
    const answer = await fetch(`${base}/health`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect((await fetch(`${base}/health`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${base}/health`, { method: 'POST' })).status).toBe(405);
  });

  it('the admin API sees its path without the path of the public URL, receive sees it as sent', async () => {
    const { base, seen } = await setUp({ basePath: '/hooks' });
    expect(await (await fetch(`${base}/hooks/api/v1/a%20b`)).text()).toBe('GET /api/v1/a%20b');
    expect(await (await fetch(`${base}/api/v1/a`)).text()).toBe('GET /api/v1/a');
    await fetch(`${base}/hooks/callbacks/a`, { method: 'POST' });
    expect(seen[0]?.path).toBe('/hooks/callbacks/a');
    expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
  });

  it('a body of parts is pulled only as fast as the client reads, and stops when it goes', async () => {
    let made = 0;
    let stopped = false;
    async function* parts() {
      try {
        for (;;) {
          made += 1;
          yield 'x'.repeat(65_536);
        }
      } finally {
        stopped = true;
      }
    }
    const { port } = await setUp({ admin: async () => ({ status: 200, headers: {}, body: parts() }) });
    await raw(port, ['GET /api/v1/all HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'], /xxx/);
    await expect.poll(() => stopped).toBe(true);
    expect(made).toBeLessThan(200);
  });
});
