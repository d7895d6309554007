import { describe, expect, it } from 'vitest';
import { createHostGuard } from './host-guard.ts';

const guard = createHostGuard({ host: '192.0.2.7', publicUrl: new URL('https://hooks.example.test/p') });

describe('host guard', () => {
  it.each([
    '127.0.0.1:8787',
    '127.0.0.1',
    'localhost:1',
    'LOCALHOST',
    'localhost.',
    '[::1]:8787',
    '127.9.9.9',
    '192.0.2.7:80',
    'hooks.example.test',
  ])('the Host %s is ours', (host) => {
    expect(guard({ host })).toBeUndefined();
  });

  it.each([
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost.evil.test',
    '',
    'evil.test:8787',
    '0.0.0.0',
    '[::2]',
    'a@localhost',
    '127.0.0.1, evil.test',
    '127.evil',
  ])('the Host %j is foreign', (host) => {
    expect(guard({ host })).toContain('not ours');
  });

  it('a request without a Host is foreign', () => {
    expect(guard({})).toContain('not ours');
  });

  it.each([
    ['http://127.0.0.1:8787', true],
    ['https://hooks.example.test', true],
    ['http://127.0.0.1:3000', false],
    ['http://localhost:8787', false],
    ['https://evil.test', false],
    ['null', false],
    ['file://', false],
    ['', false],
  ])('the Origin %j at 127.0.0.1:8787: %s', (origin, welcome) => {
    expect(guard({ host: '127.0.0.1:8787', origin }) === undefined).toBe(welcome);
  });
});
