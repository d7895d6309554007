import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRIC_UNITS } from './metrics.ts';
import type { LogFields, Observer } from './observer.ts';

/** Log lines and embedded metrics by AWS Lambda Powertools; `environment` is the only dimension of its metrics. */
export function createPowertoolsObserver(environment: string, functionName: string): Observer {
  const logger = new Logger({ serviceName: functionName, persistentKeys: { environment } });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: functionName });
  // Powertools would add `service`: another dimension is another metric to pay for and to find.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ environment });
  let requestId = '';
  let summed: { readonly message: string; readonly fields: LogFields } | undefined;
  return {
    begin({ awsRequestId }) {
      requestId = awsRequestId;
      summed = undefined;
    },
    summary(message, fields) {
      summed = { message, fields };
    },
    error: (message, fields) => logger.error(message, { requestId, ...fields }),
    measure(name, value) {
      metrics.addMetric(name, METRIC_UNITS[name], value);
    },
    end() {
      const { message = '', fields = {} } = summed ?? {};
      if (!metrics.hasStoredMetrics()) {
        if (summed !== undefined) logger.info(message, { requestId, ...fields });
        return;
      }
      // A line is paid for by its bytes: what Lambda's context has beside the request's id is in the name of the log group.
      metrics.addMetadata('message', message).addMetadata('requestId', requestId);
      for (const [name, value] of Object.entries(fields)) metrics.addMetadata(name, String(value));
      metrics.publishStoredMetrics();
    },
  };
}
