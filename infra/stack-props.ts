import type { StackProps } from 'aws-cdk-lib';
import type { EnvironmentSettings } from './environments/settings.ts';

/** What both stacks of an environment have in common. */
export function stackProps(settings: EnvironmentSettings, holds: string): StackProps {
  return {
    description: `Postrider, environment ${settings.name}: ${holds}`,
    env: { region: settings.region, ...(settings.account !== undefined && { account: settings.account }) },
    terminationProtection: settings.terminationProtection,
    tags: { 'postrider:environment': settings.name },
  };
}
