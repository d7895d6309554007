import type { SecretBox } from '#shared/registry/records.ts';

/** A SecretBox that hands out claim checks: the sealed text holds nothing of the values, so any leak found is the caller's. */
export function createMemorySecretBox(): SecretBox {
  const sealedValues = new Map<string, { connectorId: string; values: Readonly<Record<string, string>> }>();
  return {
    async seal(connectorId, values) {
      const sealed = `sealed-${sealedValues.size + 1}`;
      sealedValues.set(sealed, { connectorId, values: { ...values } });
      return sealed;
    },
    async open(connectorId, sealed) {
      const found = sealedValues.get(sealed);
      if (found === undefined || found.connectorId !== connectorId) {
        throw new Error(`the sealed secret was tampered with or does not belong to connector ${connectorId}`);
      }
      return found.values;
    },
  };
}
