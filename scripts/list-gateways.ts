// `npm run gateways`: writes the tables of gateways anew, from the folders under shared/gateways.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayTables } from './gateway-tables.ts';

const folder = fileURLToPath(new URL('../shared/gateways/', import.meta.url));

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

for (const [file, text] of Object.entries(gatewayTables(folder))) {
  const path = join(folder, file);
  const current = textOf(path) === text;
  if (!current) writeFileSync(path, text);
  console.log(`${current ? 'current' : 'written'}  shared/gateways/${file}`);
}
