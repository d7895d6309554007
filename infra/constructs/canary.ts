import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

const MANAGED_POLICY = 'service-role/AWSCodeDeployRoleForLambdaLimited';

/** What moves to new code by and by. */
export interface Moving {
  readonly alias: Alias;
  /** Send it back beside the errors of the new code. One that rings already stops the deployment before it begins. */
  readonly alarms: readonly IAlarm[];
}

/**
 * New code gets a tenth of the calls for five minutes, then all of them; when the new code fails meanwhile, or one of the
 * alarms rings, the alias goes back to the code of before by itself. Old and new code run side by side: only new evidence
 * makes a version, so that both conclude the same (model.md 1).
 */
export function canary(
  scope: Construct,
  settings: EnvironmentSettings,
  moving: Readonly<Record<'receive' | 'apply', Moving>>,
): void {
  const application = new LambdaApplication(scope, 'Deployments', { applicationName: `postrider-${settings.name}` });
  for (const [name, { alias, alarms }] of Object.entries(moving)) {
    const group = new LambdaDeploymentGroup(scope, `${capitalized(name)}Deployment`, {
      ...{ application, alias, deploymentGroupName: name },
      alarms: [newCodeErrors(scope, settings, name, alias), ...alarms],
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    });
    // The alias moves as the group says: the group has to know the new alarms first.
    alias.node.addDependency(group);
    Validations.of(group).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${MANAGED_POLICY}]`,
      reason: 'What CodeDeploy asks for is its own to change: it moves aliases and looks at alarms, and sees no data.',
    });
  }
}

/**
 * Errors of the version that is being deployed, under a name of that version: an alarm on all versions would ring for the
 * code that is being repaired, and so refuse the repair.
 */
function newCodeErrors(scope: Construct, settings: EnvironmentSettings, name: string, alias: Alias): Alarm {
  const { version } = alias.version;
  return new Alarm(scope, `${capitalized(name)}NewCodeErrorsAlarm`, {
    alarmName: `postrider-${settings.name}-${name}-errors-of-version-${version}`,
    alarmDescription: `New code of ${name} failed, and its deployment is undone. What to do: docs/runbooks/function-errors.md`,
    metric: new Metric({
      ...{ namespace: 'AWS/Lambda', metricName: 'Errors', statistic: 'Sum', period: Duration.minutes(1) },
      dimensionsMap: {
        FunctionName: alias.lambda.functionName,
        Resource: `${alias.lambda.functionName}:${alias.aliasName}`,
        ExecutedVersion: version,
      },
    }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
