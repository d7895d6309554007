/** The account number in queue URLs and ARNs; there is one account, so any number in a URL is accepted. */
const ACCOUNT = '000000000000';

const STANDARD_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;
const ARN = /^arn:aws:sqs:[a-z0-9-]*:\d{12}:([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/;

/** 1..80 letters, digits, hyphens and underscores; a FIFO queue's name ends in `.fifo`, which counts. */
export function isQueueName(name: string, fifo: boolean): boolean {
  return (fifo ? FIFO_NAME : STANDARD_NAME).test(name);
}

/** `endpointBase` without a trailing slash, such as `http://127.0.0.1:8788`. */
export function queueUrlOf(endpointBase: string, name: string): string {
  return `${endpointBase}/${ACCOUNT}/${name}`;
}

/** The queue's name: the last path segment of its URL, whatever the host and port (ports change), or the bare name. */
export function queueNameOf(urlOrName: string): string {
  const path = urlOrName.split(/[?#]/, 1)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The region is a fixed word: the engine serves clients of every region. */
export function queueArnOf(name: string): string {
  return `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
}

/** The queue's name in an ARN of any region and account, or null when it is not an ARN of a queue. */
export function queueNameOfArn(arn: string): string | null {
  return ARN.exec(arn)?.[1] ?? null;
}
