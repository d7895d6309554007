/** A queue as its URL names it. */
export interface AwsQueue {
  readonly partition: AwsPartition;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly arn: string;
}

type AwsPartition = 'aws' | 'aws-cn' | 'aws-us-gov';

/** Queue URLs as SQS gives them out: no port, credentials, query, encoding or trailing slash, no older host names. */
const QUEUE_URL =
  /^https:\/\/sqs\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(\.cn)?\/(\d{12})\/([A-Za-z0-9_-]{1,75}\.fifo|[A-Za-z0-9_-]{1,80})$/;

export const QUEUE_URL_RULE =
  'must be https://sqs.<region>.amazonaws.com/<12-digit account>/<queue name> (amazonaws.com.cn in China), as SQS gives it';

/** The queue of a URL of AWS's own endpoints; undefined for any other text. */
export function readAwsQueueUrl(text: string): AwsQueue | undefined {
  const [, region = '', china, account = '', name = ''] = QUEUE_URL.exec(text) ?? [];
  if (region === '' || (china !== undefined) !== region.startsWith('cn-')) return undefined;
  const partition = partitionOf(region);
  const arn = queueArn(partition, region, account, name);
  return { partition, region, account, name, fifo: name.endsWith('.fifo'), arn };
}

export function partitionOf(region: string): AwsPartition {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function queueArn(partition: string, region: string, account: string, name: string): string {
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}
