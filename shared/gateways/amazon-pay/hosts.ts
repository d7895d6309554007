type Settings = Readonly<Record<string, unknown>>;

/** Of the Amazon Pay API by region (amazon-pay-api-sdk-nodejs constants.js). */
const API_HOSTS = { na: 'pay-api.amazon.com', eu: 'pay-api.amazon.eu', jp: 'pay-api.amazon.jp' } as const;
export type PayRegion = keyof typeof API_HOSTS;

/** Amazon SNS in any region, those in China included (SNS Developer Guide; sns-validator). */
const SNS_HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/i;

export function regionOf(settings: Settings): PayRegion | undefined {
  const region = settings['region'];
  return region === 'na' || region === 'eu' || region === 'jp' ? region : undefined;
}

/** The host that a setting puts in the place of Amazon's own; `host` or `host:port`. */
function standInOf(settings: Settings): string | undefined {
  const host = settings['apiHost'];
  return typeof host === 'string' && host !== '' ? host.toLowerCase() : undefined;
}

export function apiHostOf(settings: Settings): string | undefined {
  const region = regionOf(settings);
  return standInOf(settings) ?? (region === undefined ? undefined : API_HOSTS[region]);
}

/** Whether `host` (with `port`, where it is not 443) is Amazon SNS or stands in for it. */
export function isSnsHost(host: string, port: string, settings: Settings): boolean {
  const own = port === '' || port === '443' ? host : `${host}:${port}`;
  const standIn = standInOf(settings);
  if (standIn !== undefined && own.toLowerCase() === standIn.replace(/:443$/, '')) return true;
  return (port === '' || port === '443') && SNS_HOST.test(host);
}
