import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRIC_UNITS } from './metrics.ts';
import type { Observer } from './observer.ts';

/** Log lines and embedded metrics by AWS Lambda Powertools; `environment` is the only dimension of its metrics. */
export function createPowertoolsObserver(environment: string, functionName: string): Observer {
  const logger = new Logger({ serviceName: functionName, persistentKeys: { environment } });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: functionName });
  // Powertools would add `service`: another dimension is another metric to pay for and to find.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ environment });
  return {
    begin: (context) => logger.addContext(context),
    info: (message, fields) => logger.info(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields) => logger.error(message, fields),
    measure(name, value) {
      metrics.addMetric(name, METRIC_UNITS[name], value);
    },
    end() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
