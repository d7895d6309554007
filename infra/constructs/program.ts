import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bundled CommonJS packages still call `require` for what Node has built in. */
const REQUIRE_BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export interface ProgramProps {
  readonly settings: EnvironmentSettings;
  /** Folder under functions/ whose handler.ts is deployed; known by path only. */
  readonly folder: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
}

/** One entry point on Lambda: Node 24 on arm64, one ESM file with its own copy of the AWS SDK (it starts faster). */
export function program(scope: Construct, id: string, props: ProgramProps): NodejsFunction {
  return new NodejsFunction(scope, id, {
    functionName: `postrider-${props.settings.name}-${props.folder}`,
    description: props.description,
    entry: `${root}functions/${props.folder}/handler.ts`,
    handler: 'handler',
    depsLockFilePath: `${root}package-lock.json`,
    projectRoot: root,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memoryMb,
    timeout: props.timeout,
    environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
    logGroup: new LogGroup(scope, `${id}Log`, {
      logGroupName: `/postrider/${props.settings.name}/${props.folder}`,
      retention: props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      minify: true,
      sourceMap: true,
      mainFields: ['module', 'main'],
      externalModules: [],
      banner: REQUIRE_BANNER,
      forceDockerBundling: false,
    },
  });
}
