import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  HttpApi,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environments/settings.ts';

export interface CustomDomain {
  readonly name: string;
  readonly certificateArn: string;
  readonly mutualTlsTruststore?: string | undefined;
}

export interface ApiProps {
  readonly settings: EnvironmentSettings;
  readonly name: 'callbacks' | 'admin';
  readonly description: string;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  /** What a line of the access log says beside what every API's says: API Gateway's own variables. */
  readonly logged: Readonly<Record<string, string>>;
  /** Of routes that name none. @default open */
  readonly authorizer?: IHttpRouteAuthorizer;
  /** @default the URL that AWS makes */
  readonly domain?: CustomDomain | undefined;
}

/** An HTTP API and where it is reached. */
export interface Api {
  readonly api: HttpApi;
  /** https URL without a slash at the end. */
  readonly base: string;
  /** What the name of a custom domain must point to (CNAME). */
  readonly target?: string;
}

/** An HTTP API with the `$default` stage: a stage's name in the path would be part of what gateways sign. */
export function httpApi(scope: Construct, id: string, props: ApiProps): Api {
  const { settings, name, domain } = props;
  const api = new HttpApi(scope, id, {
    apiName: `postrider-${settings.name}-${name}`,
    description: props.description,
    createDefaultStage: false,
    disableExecuteApiEndpoint: domain !== undefined,
    ...(props.authorizer !== undefined && { defaultAuthorizer: props.authorizer }),
  });
  const domainName = domain === undefined ? undefined : customDomain(scope, `${id}Domain`, domain);
  new HttpStage(scope, `${id}Stage`, {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: props.throttle,
    accessLogSettings: {
      destination: new LogGroupLogDestination(
        new LogGroup(scope, `${id}AccessLog`, {
          // Below /aws/vendedlogs/ the resource policy that lets API Gateway write does not grow with each log group.
          logGroupName: `/aws/vendedlogs/postrider/${settings.name}/${name}`,
          retention: settings.logRetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
      format: AccessLogFormat.custom(JSON.stringify({ ...LOGGED, ...props.logged })),
    },
    ...(domainName !== undefined && { domainMapping: { domainName } }),
  });
  if (domain === undefined || domainName === undefined) return { api, base: api.apiEndpoint };
  return { api, base: `https://${domain.name}`, target: domainName.regionalDomainName };
}

/** Neither bodies nor headers nor paths: the path of an unsigned gateway's callback ends in its token. */
const LOGGED = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  totalMs: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
  ip: '$context.identity.sourceIp',
};

function customDomain(scope: Construct, id: string, domain: CustomDomain): DomainName {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(domain.mutualTlsTruststore ?? '') ?? [];
  return new DomainName(scope, id, {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(scope, `${id}Certificate`, domain.certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
    ...(bucket !== undefined &&
      key !== undefined && { mtls: { bucket: Bucket.fromBucketName(scope, `${id}Truststore`, bucket), key } }),
  });
}
