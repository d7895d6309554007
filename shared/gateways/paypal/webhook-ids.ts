import type { ConnectorCredentials } from '../gateway.ts';

export interface WebhookId {
  readonly id: string;
  /** The generation of the secrets that holds it, or the webhook itself where it stands in the settings. */
  readonly keyId: string;
}

const FORM = /^[A-Za-z0-9_]{1,50}$/;

/** Ids of the webhooks that a callback may be signed for: of the generations of secrets, then of the settings. */
export function webhookIdsOf({ settings, secrets }: ConnectorCredentials): readonly WebhookId[] {
  const candidates = [
    ...secrets.map(({ keyId, values }) => ({ id: values['webhookId'] ?? '', keyId })),
    { id: settings['webhookId'], keyId: 'settings.webhookId' },
  ];
  const seen = new Set<string>();
  return candidates.flatMap(({ id, keyId }) => {
    if (typeof id !== 'string' || !FORM.test(id) || seen.has(id)) return [];
    seen.add(id);
    return [{ id, keyId }];
  });
}
