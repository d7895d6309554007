import { describe, expect, it } from 'vitest';
import { chainStep, reaches, versionAfter } from './chain.ts';

const at = (version: number): string => String(version).padStart(10, '0');
const link = (sequence: number, previous: number) => ({ sequence: at(sequence), previoussequence: at(previous) });

describe('chainStep', () => {
  it.each([
    ['the first event, no mark', undefined, 1, 0, 'next'],
    ['the first event after quiet versions, no mark', undefined, 4, 0, 'next'],
    ['the successor of the mark', 5, 6, 5, 'next'],
    ['its successor by the filter', 5, 9, 5, 'next'],
    ['the same again', 5, 5, 4, 'stale'],
    ['an older one', 5, 3, 2, 'stale'],
    ['a gap', 5, 8, 7, 'ask'],
    ['a gap, no mark: a new consumer of an old subscription', undefined, 8, 7, 'ask'],
    ['the first event under changed filters', 5, 8, 0, 'ask'],
    ['filters changed while events before the mark matched', 5, 8, 3, 'ask'],
    ['numbers are compared as numbers', 9, 10, 9, 'next'],
  ] as const)('%s', (_, mark, sequence, previous, step) => {
    expect(chainStep(mark === undefined ? undefined : at(mark), link(sequence, previous))).toBe(step);
  });
});

describe('reaches', () => {
  it('is false exactly while the named predecessor lies beyond the mark', () => {
    expect(reaches(at(5), link(8, 7))).toBe(false);
    expect(reaches(undefined, link(8, 7))).toBe(false);
    expect(reaches(at(7), link(8, 7))).toBe(true);
    expect(reaches(at(7), link(8, 3))).toBe(true);
    expect(reaches(undefined, link(8, 0))).toBe(true);
  });
});

describe('versionAfter', () => {
  it('begins at 1', () => {
    expect(versionAfter(undefined)).toBe(1);
    expect(versionAfter(at(41))).toBe(42);
  });
});
