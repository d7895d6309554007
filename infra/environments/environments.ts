import { dev } from './dev.ts';
import { prod } from './prod.ts';
import { type EnvironmentSettings, environmentSettings, SettingsError } from './settings.ts';
import { staging } from './staging.ts';

/** One entry an environment: add infra/environments/<name>.ts and its line here. */
export const ENVIRONMENTS: Readonly<Record<string, EnvironmentSettings>> = { dev, staging, prod };

/** What the command line says with `-c env=… [-c account=…] [-c region=…]`. */
export interface Asked {
  readonly env: unknown;
  readonly account?: unknown;
  readonly region?: unknown;
}

/**
 * The settings of the environment that is asked for. `account` and `region` may come from the command line, so that a
 * repository need not carry them; an account that stands in the file is not overruled.
 */
export function settingsOf(asked: Asked): EnvironmentSettings {
  const known = Object.keys(ENVIRONMENTS).join(', ');
  const found = typeof asked.env === 'string' && Object.hasOwn(ENVIRONMENTS, asked.env) && ENVIRONMENTS[asked.env];
  if (!found) {
    const was = asked.env === undefined ? 'missing' : JSON.stringify(asked.env);
    throw new SettingsError(`-c env is ${was}; allowed: ${known}. Say for example: npx cdk deploy -c env=dev`);
  }
  // The CDK turns numbers of the command line into text or leaves them as they are, depending on how they came.
  const account = asked.account === undefined ? undefined : String(asked.account);
  if (account !== undefined && found.account !== undefined && account !== found.account) {
    throw new SettingsError(
      `-c account is ${account}; allowed: ${found.account}, which infra/environments/${found.name}.ts has for ${found.name}`,
    );
  }
  return environmentSettings({
    ...found,
    ...(account !== undefined && { account }),
    ...(asked.region !== undefined && { region: String(asked.region) }),
  });
}
