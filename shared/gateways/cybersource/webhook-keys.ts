import type { ConnectorSecret } from '../gateway.ts';
import { own, textOf } from './tree.ts';

/** A digital signature key of a connector, and the generation of secrets that holds it. */
export interface WebhookKey {
  readonly generation: string;
  readonly key: Buffer;
}

/** The keys under an id, of all generations and of the list in each; `any` is false where there is no key at all. */
export function webhookKeysOf(
  secrets: readonly ConnectorSecret[],
  keyId: string,
): { readonly any: boolean; readonly keys: readonly WebhookKey[] } {
  let any = false;
  const keys: WebhookKey[] = [];
  for (const { keyId: generation, values } of secrets) {
    for (const entry of listOf(values['webhookKeys'])) {
      const text = textOf(own(entry, 'key'));
      if (text === undefined) continue;
      any = true;
      if (own(entry, 'keyId') === keyId) keys.push({ generation, key: Buffer.from(text, 'base64') });
    }
  }
  return { any, keys };
}

/** Secrets that are no text themselves are sealed as JSON text. */
function listOf(text: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
