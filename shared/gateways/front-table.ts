import type { GatewayFront } from './gateway.ts';

/** Fronts by the name of their gateway, each loaded when the first callback of it comes. */
export type FrontTable = Readonly<Record<string, (() => Promise<GatewayFront>) | undefined>>;

/** A table of fronts that are loaded already. */
export function loadedFronts(fronts: Readonly<Record<string, GatewayFront>>): FrontTable {
  return Object.fromEntries(Object.entries(fronts).map(([name, front]) => [name, async () => front]));
}

/** The front of a gateway; undefined: this release has no adapter for it. */
export async function loadFront(table: FrontTable, gateway: string): Promise<GatewayFront | undefined> {
  return Object.hasOwn(table, gateway) ? table[gateway]?.() : undefined;
}
