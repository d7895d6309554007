import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENTS } from '../../infra/environments/environments.ts';
import { type EnvironmentSettings, environmentSettings } from '../../infra/environments/settings.ts';
import { type Postrider, postrider } from '../../infra/postrider.ts';
import { root } from './repository.ts';

export interface Synthesized extends Postrider {
  readonly app: App;
  /** Of `postrider-<env>-data` and `postrider-<env>`. */
  readonly template: Readonly<Record<'data' | 'service', Template>>;
}

/**
 * The two stacks of an environment under the feature flags of cdk.json, with `changes` to its settings. Functions have no
 * code, and CloudFormation's own checks are left to the CDK's command line (synth-cli.test.ts): both take seconds.
 */
export function synthesize(name: string, changes: Partial<EnvironmentSettings> = {}): Synthesized {
  const found = ENVIRONMENTS[name];
  if (found === undefined) throw new Error(`no environment ${name}`);
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context, builtinCloudFormationValidation: false });
  const made = postrider(app, environmentSettings({ ...found, ...changes }), (folder) => ({
    code: Code.fromInline('exports.handler = async () => {}'),
    release: `test-${folder}`,
  }));
  return { ...made, app, template: { data: Template.fromStack(made.data), service: Template.fromStack(made.service) } };
}

/** CloudFormation's functions as a short text: what the data stack exports goes by the name of what it is. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value ?? {}) as [string, unknown][];
  switch (name) {
    case 'Ref':
      return withoutDigest(String(argument).replace('AWS::', ''));
    case 'Fn::GetAtt':
      return withoutDigest(String((argument as readonly string[])[0]));
    case 'Fn::ImportValue':
      return exported(String(argument));
    case 'Fn::Join': {
      const [separator, parts] = argument as readonly [string, readonly unknown[]];
      return parts.map(plain).join(separator);
    }
    default:
      throw new Error(`synth-fixture.ts does not know ${JSON.stringify(value)}`);
  }
}

function withoutDigest(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

function exported(name: string): string {
  const [, id = name, attribute = ''] =
    /ExportsOutput(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}([A-Z]\w+?)?[0-9A-F]{8}$/.exec(name) ?? [];
  const label = id.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  return attribute === 'StreamArn' ? `${label} stream` : label;
}

/** Resources of a type by logical id without its digest. */
export function resources(of: Template, type: string): Readonly<Record<string, ResourceOf>> {
  return Object.fromEntries(
    Object.entries(of.findResources(type)).map(([id, found]) => [withoutDigest(id), found as ResourceOf]),
  );
}

export interface ResourceOf {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}
