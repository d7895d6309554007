import { describe, expect, it } from 'vitest';
import { dev } from '../../infra/environments/dev.ts';
import { ENVIRONMENTS, settingsOf } from '../../infra/environments/environments.ts';
import { prod } from '../../infra/environments/prod.ts';
import { environmentSettings } from '../../infra/environments/settings.ts';

/** Settings as somebody may have written them who did not ask the compiler. */
function complaintAbout(changes: Readonly<Record<string, unknown>>): string {
  try {
    environmentSettings({ ...dev, ...changes } as typeof dev);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';

describe('settings of an environment', () => {
  it.each(Object.entries(ENVIRONMENTS))('%s is right, and goes by its own name', (name, settings) => {
    expect(environmentSettings(settings)).toEqual(settings);
    expect(settings.name).toBe(name);
  });

  it.each([
    [{ region: 'Frankfurt' }, '  region = "Frankfurt": allowed: an AWS region such as eu-central-1'],
    [{ region: undefined }, '  region = missing: allowed: an AWS region such as eu-central-1'],
    [{ name: 'eu-prod' }, '  name = "eu-prod": allowed: 2 to 16 of a-z and 0-9, beginning with a letter'],
    [{ name: 'Prod!' }, '  name = "Prod!": allowed: 2 to 16 of a-z and 0-9, beginning with a letter'],
    [{ account: '1234' }, '  account = "1234": allowed: an account id of 12 digits'],
    [{ logRetentionDays: 8 }, '  logRetentionDays = 8: allowed: 7, 14, 30, 60, 90, 180, 365, 400'],
    [{ retentionDays: 7 }, '  retentionDays = 7: allowed: a whole number from 14 to 3650'],
    [{ tablesOnDelete: 'keep' }, "  tablesOnDelete = \"keep\": allowed: 'retain', 'destroy'"],
    [{ canary: 'yes' }, '  canary = "yes": allowed: true, false'],
    [{ tracing: 0.1 }, "  tracing = 0.1: allowed: 'active', 'off'"],
    [{ throttle: { callbacksPerSecond: 50 } }, '  throttle.burst = missing: allowed: a whole number from 1 to 5000'],
    [{ queueAccounts: ['12'] }, '  queueAccounts.0 = "12": allowed: an account id of 12 digits'],
    [
      { alarms: { mail: 'a@example.com' } },
      '  alarms.mail = "a@example.com": no such setting; allowed here: topicArn, email',
    ],
    [{ alarms: { email: 'nobody' } }, '  alarms.email = "nobody": allowed: an e-mail address'],
    [
      { warmThroughput: { inbox: { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 10 } } },
      '  warmThroughput.inbox.writeUnitsPerSecond = 10: allowed: a whole number from 4000 to 1000000',
    ],
    [
      { domain: { callbacks: { name: 'callbacks.example.com', certificateArn: CERTIFICATE } } },
      `  domain.callbacks.certificateArn = "${CERTIFICATE}": allowed: a certificate in eu-central-1, the region of the API`,
    ],
    [
      { domain: { callbacks: { name: 'Callbacks' } } },
      '  domain.callbacks.name = "Callbacks": allowed: a host name such as callbacks.example.com',
    ],
    [
      { alarms: { email: 'a@example.com', topicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms' } },
      '  alarms.email = "a@example.com": allowed: topicArn or email, not both',
    ],
  ])('%j: path, value, what is allowed', (changes, line) => {
    const lines = complaintAbout(changes).split('\n');
    expect(lines[0]).toMatch(/^The settings of environment "[^"]+" are wrong:$/);
    expect(lines).toContain(line);
  });

  it('names a setting that is not one, and all that are', () => {
    const lines = complaintAbout({ retention: 90 }).split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^ {2}retention = 90: no such setting; allowed here: name, account, region, .*retentionDays/,
      ),
    );
  });

  it('lets the API through less than what receive can take', () => {
    const reservedConcurrency = { receive: 5, apply: 5, relay: 5 };
    const lines = complaintAbout({ reservedConcurrency, throttle: { callbacksPerSecond: 50, burst: 49 } }).split('\n');
    expect(lines.slice(1)).toEqual([
      '  throttle.callbacksPerSecond = 50: allowed: less than 50 (reservedConcurrency.receive 5 ÷ 0.1 s a callback)',
    ]);
    expect(complaintAbout({ reservedConcurrency, throttle: { callbacksPerSecond: 49, burst: 49 } })).toBe('none');
    expect(complaintAbout({ reservedConcurrency, throttle: { callbacksPerSecond: 49, burst: 50 } })).toContain(
      'throttle.burst = 50: allowed: less than 50',
    );
  });

  it('protects what is live', () => {
    expect(prod).toMatchObject({
      tablesOnDelete: 'retain',
      terminationProtection: true,
      deletionProtection: true,
      pointInTimeRecovery: true,
      customerManagedKeys: true,
    });
  });
});

describe('what the command line says', () => {
  it.each([
    [undefined, '-c env is missing; allowed: dev, staging, prod'],
    ['live', '-c env is "live"; allowed: dev, staging, prod'],
    ['toString', '-c env is "toString"; allowed: dev, staging, prod'],
  ])('env %s is refused', (env, message) => {
    expect(() => settingsOf({ env })).toThrow(message);
  });

  it('adds the account and the region, checked like those of the file', () => {
    const asked = { env: 'dev', account: '111122223333', region: 'eu-west-1' };
    expect(settingsOf(asked)).toEqual({ ...dev, account: '111122223333', region: 'eu-west-1' });
    expect(() => settingsOf({ env: 'dev', account: '1' })).toThrow(
      'account = "1": allowed: an account id of 12 digits',
    );
    expect(() => settingsOf({ env: 'dev', region: 'here' })).toThrow('region = "here": allowed: an AWS region');
  });
});
