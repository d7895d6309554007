import { expect } from 'vitest';
import type { AdminClient } from '../../cli/admin-client.ts';
import { debit } from '../integration/callbacks.ts';
import { DOCUMENT } from '../provisioning/ixopay-connector.ts';
import { eventually, post } from './deployed.ts';

const OLD = 'imported shared secret 7c1e';
const NEW = 'rotated shared secret 63be';
const C = `/connectors/${DOCUMENT.guid}`;
/** A change is in force everywhere within this time, and a little for the machine. */
const IN_FORCE_MS = 80_000;

/** The registry's own day: a connector of a merchant of its own, from its import to the end of its old secret. */
export async function importRotateAndAccept(admin: AdminClient, callbackBase: string): Promise<void> {
  const url = `${callbackBase}/callbacks/${DOCUMENT.guid}`;
  const statusOf = async (id: string, secret: string) => (await post(url, debit(id), secret)).status;
  const untilStatus = (status: number, secret: string) =>
    eventually(IN_FORCE_MS, async () => ((await statusOf('probe', secret)) === status ? true : undefined));

  await admin.must('PUT', '/merchants/rotor', {});
  const document = { ...DOCUMENT, archived: false, sharedSecret: OLD };
  const imported = await admin.must('PUT', `${C}?shape=ixopay&merchantId=rotor`, document);
  expect(imported).toMatchObject({ merchantId: 'rotor', shape: 'ixopay', callbackUrl: url });
  const { sharedSecret: _unshown, ...shown } = document;
  expect(await admin.must('GET', `${C}?shape=ixopay`)).toEqual(shown);
  expect(await untilStatus(200, OLD)).toBe(true);

  expect(await statusOf('early-rotor', NEW)).toBe(401);
  const sample = await eventually(10_000, async () => {
    const { items } = await admin.must('GET', `${C}/refused`);
    return (items as { n: number }[])[0];
  });
  const explained = await admin.must('GET', `${C}/refused/${sample?.n}/explain`);
  expect(explained['verifiesNow']).toBe(false);
  // Beside the age of its date, which is always the same.
  expect((explained['causes'] as { code: string }[]).map(({ code }) => code)).toContain('wrong_secret');

  const started = await admin.must('POST', `${C}/rotation`, { secrets: { sharedSecret: NEW } });
  expect(started).toMatchObject({ state: 'overlap', current: [started['keyId']] });
  expect(started).not.toHaveProperty('generated');
  expect(await admin.must('POST', `${C}/refused/accept`)).toMatchObject({ stored: 1 });
  expect(await untilStatus(200, NEW)).toBe(true);
  expect(await statusOf('overlap', OLD)).toBe(200);

  await admin.must('DELETE', `${C}/rotation`);
  expect(await untilStatus(401, OLD)).toBe(true);
  expect(await statusOf('after', NEW)).toBe(200);
  expect(await admin.must('GET', `${C}/rotation`)).toMatchObject({ state: 'none', previous: [] });
  for (const id of ['early-rotor', 'overlap', 'after']) {
    const found = await eventually(30_000, async () => {
      const { status } = await admin.call('GET', `/transactions/${DOCUMENT.guid}/${id}`);
      return status === 200 ? true : undefined;
    });
    expect(found, id).toBe(true);
  }
}
