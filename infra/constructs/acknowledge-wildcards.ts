import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says to cdk-nag why these resources of a policy hold a `*`: rule AwsSolutions-IAM5, one finding a resource. */
export function acknowledgeWildcards(role: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    const id = `AwsSolutions-IAM5[Resource::${flat(Stack.of(role).resolve(resource))}]`;
    Validations.of(role).acknowledge({ id, reason });
  }
}

/** CloudFormation's functions in a text as cdk-nag writes them: a reference as `<Name>`, an attribute as `<Name.Arn>`. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value ?? {}) as [string, unknown][];
  switch (name) {
    case 'Ref':
      return `<${String(argument)}>`;
    case 'Fn::GetAtt':
      return `<${(argument as readonly string[]).join('.')}>`;
    case 'Fn::ImportValue':
      return String(argument);
    case 'Fn::Join': {
      const [separator, parts] = argument as readonly [string, readonly unknown[]];
      return parts.map(flat).join(separator);
    }
    default:
      throw new Error(`acknowledge-wildcards.ts does not know ${JSON.stringify(value)}`);
  }
}
