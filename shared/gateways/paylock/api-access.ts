import { settingText } from './setting-text.ts';

type Settings = Readonly<Record<string, unknown>>;

const HOST = 'api.paylock.com';

/** Paylock's, or the one that `settings.apiHost` puts in its place. */
export function apiHostOf(settings: Settings): string {
  return settingText(settings['apiHost']) ?? HOST;
}

/** The manual does not say how: ServiceStack takes Basic with a user, and else the password as an API key. */
export function apiAuthorization(settings: Settings, password: string): string {
  const user = settingText(settings['apiUser']);
  return user === undefined ? `Bearer ${password}` : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
