import type { App } from 'aws-cdk-lib';
import type { CodeOf } from './constructs/bundle.ts';
import { PostriderDataStack } from './data-stack.ts';
import type { EnvironmentSettings } from './environments/settings.ts';
import { PostriderStack } from './stack.ts';

/** One environment: what it keeps, and what runs on it. */
export interface Postrider {
  readonly data: PostriderDataStack;
  readonly service: PostriderStack;
}

export function postrider(app: App, settings: EnvironmentSettings, codeOf: CodeOf): Postrider {
  const name = `postrider-${settings.name}`;
  const data = new PostriderDataStack(app, `${name}-data`, settings);
  return { data, service: new PostriderStack(app, name, settings, data, codeOf) };
}
