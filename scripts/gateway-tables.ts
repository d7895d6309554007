import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The longest line that the formatter leaves as it is. */
const LINE_WIDTH = 120;

interface GatewayFolder {
  readonly name: string;
  /** False: its settings are known and its connectors can be registered, but this release has no adapter for it. */
  readonly adapter: boolean;
}

interface Import {
  /** `type Gateway`, or the exported name that each folder uses. */
  readonly names: string;
  readonly from: string;
}

/**
 * The tables of gateways as TypeScript, by file name, made from the folders of `shared/gateways` (DESIGN.md "A gateway is one
 * folder"). Throws where a folder lacks what every gateway must have, with what to do.
 */
export function gatewayTables(gatewaysFolder: string): Readonly<Record<string, string>> {
  const folders = foldersOf(gatewaysFolder);
  const adapters = folders.filter(({ adapter }) => adapter);
  return {
    'gateway-names.ts': namesTable(folders),
    'fronts.ts': frontsTable(adapters),
    'gateways.ts': staticTable(adapters, {
      ...{ file: 'index.ts', exported: 'gateway', table: 'GATEWAYS', type: 'Gateway', typeFrom: './gateway.ts' },
      doc: 'Every gateway that has an adapter in this release, whole, for all that comes after the answer.',
    }),
    'gateway-settings-table.ts': staticTable(folders, {
      ...{ file: 'settings.ts', exported: 'settings', table: 'GATEWAY_SETTINGS', type: 'GatewaySettings' },
      typeFrom: './gateway-settings.ts',
      doc: 'What every gateway wants to be told, those without an adapter in this release too.',
    }),
    'provisions.ts': staticTable(folders, {
      ...{ file: 'provision.ts', exported: 'provision', table: 'PROVISIONS', type: 'Provision' },
      typeFrom: './provision.ts',
      doc: "How each gateway's side of a connector is configured, those without an adapter in this release too.",
    }),
  };
}

function foldersOf(gatewaysFolder: string): readonly GatewayFolder[] {
  const names = readdirSync(gatewaysFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return names.map((name) => {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
      throw new Error(`shared/gateways/${name}: a gateway's folder has lower-case letters, digits and single dashes.`);
    }
    const has = (file: string) => existsSync(join(gatewaysFolder, name, file));
    for (const file of ['settings.ts', 'provision.ts']) {
      if (!has(file)) throw new Error(`shared/gateways/${name} has no ${file}: every gateway needs one (gateway.ts).`);
    }
    return { name, adapter: has('front.ts') && has('index.ts') };
  });
}

function namesTable(folders: readonly GatewayFolder[]): string {
  const quoted = folders.map(({ name }) => `'${name}'`);
  const line = `export const GATEWAY_NAMES = [${quoted.join(', ')}] as const;`;
  const list = quoted.map((name) => `  ${name},\n`).join('');
  const declaration = line.length <= LINE_WIDTH ? line : `export const GATEWAY_NAMES = [\n${list}] as const;`;
  return `${HEADER}\n/** Every gateway that is known here; which of them have an adapter in this release: gateways.ts. */\n${declaration}\n`;
}

function frontsTable(adapters: readonly GatewayFolder[]): string {
  const entries = adapters.map(
    ({ name }) => `  ${keyOf(name)}: () => import('./${name}/front.ts').then((m) => m.front),\n`,
  );
  return [
    HEADER,
    "import type { GatewayFront } from './gateway.ts';\n",
    '\n/** The light half of every gateway that has an adapter in this release: `receive` loads that of the connector at hand. */\n',
    `export const GATEWAY_FRONTS: Readonly<Record<string, () => Promise<GatewayFront>>> = {\n${entries.join('')}};\n`,
  ].join('');
}

interface StaticTable {
  /** The file of the folder, and what it exports. */
  readonly file: string;
  readonly exported: string;
  readonly table: string;
  readonly type: string;
  readonly typeFrom: string;
  readonly doc: string;
}

function staticTable(folders: readonly GatewayFolder[], table: StaticTable): string {
  const { file, exported, type, typeFrom } = table;
  const imports: readonly Import[] = [
    { names: `type { ${type} }`, from: typeFrom },
    ...folders.map(({ name }) => ({ names: `{ ${exported} as ${identifierOf(name)} }`, from: `./${name}/${file}` })),
  ].sort((a, b) => (a.from < b.from ? -1 : 1));
  const entries = folders.map(({ name }) => `  ${keyOf(name)}: ${identifierOf(name)},\n`);
  return [
    HEADER,
    ...imports.map(({ names, from }) => `import ${names} from '${from}';\n`),
    `\n/** ${table.doc} */\n`,
    `export const ${table.table}: Readonly<Record<string, ${type}>> = {\n${entries.join('')}};\n`,
  ].join('');
}

function keyOf(name: string): string {
  return name.includes('-') ? `'${name}'` : name;
}

/** `amazon-pay` → `amazonPayEntry`: the last word keeps it from being one of the language's own. */
function identifierOf(name: string): string {
  return `${name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`;
}

const HEADER = '// Generated from the folders here by `npm run gateways`; do not edit.\n';
