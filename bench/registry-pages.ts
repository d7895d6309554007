// `npm run bench:pages`: how long a page of a long list takes in the embedded home: 10,000 merchants and 10,000 connectors,
// walked whole through the admin API.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askApi, type Ready, startProduct } from './servers.ts';

const COUNT = process.argv.includes('--quick') ? 200 : 10_000;
const folder = mkdtempSync(join(tmpdir(), 'postrider-pages-'));
const { ready, stop } = await startProduct(join(folder, 'data'));
try {
  await fill(ready);
  for (const list of ['connectors', 'merchants']) for (const limit of [50, 500]) await walk(ready, list, limit);
} finally {
  await stop();
  rmSync(folder, { recursive: true, force: true });
}

async function fill(home: Ready): Promise<void> {
  const sharedSecret = randomBytes(15).toString('hex');
  for (let n = 0; n < COUNT; n += 20) {
    const ids = Array.from({ length: Math.min(20, COUNT - n) }, (_, i) => `m${String(n + i).padStart(5, '0')}`);
    await Promise.all(ids.map((id) => askApi(home, 'PUT', `/merchants/${id}`, { name: id })));
    const connector = { gateway: 'ixopay', name: 'Cards', testMode: false, active: true, secrets: { sharedSecret } };
    await Promise.all(
      ids.map((merchantId) =>
        askApi(home, 'PUT', `/connectors/${merchantId}-cc`, {
          ...{ merchantId, ...connector },
          settings: { apiKey: merchantId },
        }),
      ),
    );
  }
}

async function walk(home: Ready, list: string, limit: number): Promise<void> {
  const times: number[] = [];
  let [found, cursor] = [0, ''];
  for (;;) {
    const began = performance.now();
    const query = `limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page = (await askApi(home, 'GET', `/${list}?${query}`)) as { items: unknown[]; cursor: string | null };
    times.push(performance.now() - began);
    found += page.items.length;
    if (page.cursor === null) break;
    cursor = page.cursor;
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor((times.length - 1) * part)]?.toFixed(1);
  console.log(`${found} ${list}, ${limit} a page: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`);
}
