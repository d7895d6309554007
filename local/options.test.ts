import { describe, expect, it } from 'vitest';
import { basePathOf, readOptions } from './options.ts';

function read(args: string[] = [], env: Record<string, string> = {}) {
  const reading = readOptions(args, env, '/somewhere');
  return reading.kind === 'options' ? reading.options : reading;
}

describe('options', () => {
  it('has the defaults of interfaces.md', () => {
    expect(read()).toEqual({
      port: 8787,
      sqsPort: 8788,
      host: '127.0.0.1',
      dataFolder: '/somewhere/.postrider',
      demo: true,
    });
  });

  it('takes every flag', () => {
    const args = ['--port', '9000', '--host=::1', '--data', 'd', '--public-url', 'https://h.test/p/', '--no-demo'];
    expect(read(args)).toMatchObject({
      port: 9000,
      sqsPort: 9001,
      host: '::1',
      dataFolder: '/somewhere/d',
      demo: false,
    });
    expect(basePathOf(new URL('https://h.test/p/'))).toBe('/p');
    expect(basePathOf(new URL('https://h.test'))).toBe('');
  });

  it('takes every variable; a flag wins; an empty variable is not set', () => {
    const env = {
      POSTRIDER_PORT: '1000',
      POSTRIDER_HOST: 'localhost',
      POSTRIDER_DATA: '/data',
      POSTRIDER_PUBLIC_URL: 'http://h.test:8080',
      POSTRIDER_OPERATOR_TOKEN: 'a'.repeat(16),
      POSTRIDER_SQS_PORT: '5',
    };
    expect(read([], env)).toMatchObject({
      port: 1000,
      sqsPort: 5,
      host: 'localhost',
      dataFolder: '/data',
      operatorToken: 'a'.repeat(16),
    });
    expect(read(['--port', '7'], env)).toMatchObject({ port: 7 });
    expect(read([], { POSTRIDER_PORT: '' })).toMatchObject({ port: 8787 });
  });

  it('port 0 gives both ports to the system', () => {
    expect(read(['--port', '0'])).toMatchObject({ port: 0, sqsPort: 0 });
  });

  it.each([
    [['--port', 'abc'], {}, /--port is "abc"; give a port/],
    [['--port', '65536'], {}, /--port is "65536"/],
    [['--port=-1'], {}, /--port is "-1"/],
    [['--port', '65535'], {}, /POSTRIDER_SQS_PORT \(else --port \+ 1\) is "65536"/],
    [[], { POSTRIDER_PORT: 'x' }, /POSTRIDER_PORT is "x"/],
    [[], { POSTRIDER_SQS_PORT: '8787' }, /the same as/],
    [['--portt', '1'], {}, /Unknown option '--portt'.*--help/],
    [['--port'], {}, /--port/],
    [['extra'], {}, /extra/],
    [['--data', ''], {}, /--data has no value/],
    [['--public-url', 'hooks.example.com'], {}, /--public-url is "hooks.example.com".*https:/],
    [['--public-url', 'ftp://a'], {}, /--public-url is "ftp:\/\/a"/],
    [['--public-url', 'https://a/?x=1'], {}, /without query/],
    [['--host', 'a b'], {}, /--host is "a b"/],
  ])('%j with %j is refused by a sentence', (args, env, sentence) => {
    expect(read(args, env as Record<string, string>)).toMatchObject({
      kind: 'wrong',
      message: expect.stringMatching(sentence),
    });
  });

  it('does not repeat a secret', () => {
    const reading = read([], { POSTRIDER_OPERATOR_TOKEN: 'short secret' });
    expect(reading).toMatchObject({ kind: 'wrong' });
    expect(JSON.stringify(reading)).not.toContain('short secret');
    expect(JSON.stringify(read(['--public-url', 'https://me:hunter2@a.test']))).not.toContain('hunter2');
  });

  it('knows --help', () => {
    expect(read(['--help'])).toEqual({ kind: 'help' });
  });
});
