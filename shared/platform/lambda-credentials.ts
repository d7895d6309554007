import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type Provider = Extract<NonNullable<DynamoDBClientConfig['credentials']>, (...args: never) => unknown>;

/**
 * The credentials of the function's role as Lambda hands them over. The bundles have it in the place of
 * `@aws-sdk/credential-provider-node` (same name, so that esbuild's `alias` fits): its search through files, SSO and
 * metadata services never succeeds on Lambda and is a third of what `receive` would load.
 */
export function defaultProvider(): Provider {
  return async () => {
    const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
    const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new Error(
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: Lambda sets both from the function’s role.',
      );
    }
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  };
}
