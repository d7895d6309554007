// `npx cdk synth -c env=dev [-c account=…] [-c region=…]`: the two stacks of one environment.
import { App } from 'aws-cdk-lib';
import { bundledCode } from './constructs/bundle.ts';
import { settingsOf } from './environments/environments.ts';
import { SettingsError } from './environments/settings.ts';
import { postrider } from './postrider.ts';

const app = new App();
const context = (key: string): unknown => app.node.tryGetContext(key);
try {
  const settings = settingsOf({ env: context('env'), account: context('account'), region: context('region') });
  postrider(app, settings, (folder) => bundledCode(app.outdir, folder));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // A stack trace would hide the one line that helps.
  process.stderr.write(`postrider: ${error.message}\n`);
  process.exit(1);
}
