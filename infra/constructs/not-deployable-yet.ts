import { Annotations, CfnRule, Fn, type Stack } from 'aws-cdk-lib';

const REASON =
  'The functions have no DynamoDB stores yet: this stack synthesizes and is not to be deployed. ' +
  'Deployed, it would take URLs of gateways and answer each callback with an error.';

/** Makes CloudFormation refuse the stack before it touches anything, and says so when it is synthesized. */
export function notDeployableYet(stack: Stack): void {
  Annotations.of(stack).addWarningV2('postrider:no-stores-yet', REASON);
  new CfnRule(stack, 'NotDeployableYet', {
    assertions: [{ assert: Fn.conditionEquals('stores', 'missing'), assertDescription: REASON }],
  });
}
