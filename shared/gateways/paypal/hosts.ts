type Settings = Readonly<Record<string, unknown>>;

/** What belongs to one environment of PayPal's (PayPal REST: "Get started", "Webhooks"; the two spellings are one system). */
interface Environment {
  readonly api: string;
  /** Hosts that certificates are published under. */
  readonly certificates: readonly string[];
  /** Common name of the certificate that notifications are signed with (PayPal-Java-SDK SSLUtil.java). */
  readonly commonName: string;
}

const LIVE: Environment = {
  api: 'api-m.paypal.com',
  certificates: ['api.paypal.com', 'api-m.paypal.com'],
  commonName: 'messageverificationcerts.paypal.com',
};
const SANDBOX: Environment = {
  api: 'api-m.sandbox.paypal.com',
  certificates: ['api.sandbox.paypal.com', 'api-m.sandbox.paypal.com'],
  commonName: 'messageverificationcerts.sandbox.paypal.com',
};

/** Live unless the settings say sandbox. */
export function environmentOf(settings: Settings): Environment {
  return settings['environment'] === 'sandbox' ? SANDBOX : LIVE;
}

/** The host that a setting puts in the place of PayPal's own; `host` or `host:port`. */
export function apiHostSetting(settings: Settings): string | undefined {
  const host = settings['apiHost'];
  return typeof host === 'string' && host !== '' ? host.toLowerCase() : undefined;
}

/** The host of the REST API. */
export function apiHostOf(settings: Settings): string {
  return apiHostSetting(settings) ?? environmentOf(settings).api;
}
