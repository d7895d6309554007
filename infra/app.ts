// `npx cdk synth [-c environment=dev]`: one stack per environment.
import { App } from 'aws-cdk-lib';
import { dev } from './environments/dev.ts';
import type { EnvironmentSettings } from './environments/settings.ts';
import { PostriderStack } from './stack.ts';

const ENVIRONMENTS: Readonly<Record<string, EnvironmentSettings>> = { dev };

const app = new App();
const name: unknown = app.node.tryGetContext('environment') ?? 'dev';
const settings = typeof name === 'string' ? ENVIRONMENTS[name] : undefined;
if (settings === undefined) {
  throw new Error(
    `There is no environment ${JSON.stringify(name)}; known: ${Object.keys(ENVIRONMENTS).join(', ')}. ` +
      'Add infra/environments/<name>.ts and list it in infra/app.ts.',
  );
}
new PostriderStack(app, `postrider-${settings.name}`, settings);
