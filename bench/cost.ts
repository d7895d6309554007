// `npm run bench:cost`: what a callback costs on AWS, from the requests that are really sent. Needs Java (DynamoDB Local).
import { measurePaths, type PathCost } from './cost/paths.ts';
import { assumedDurations, priceOf, totalOf } from './cost/price-of.ts';

for (const eventsABatch of [10, 1]) {
  const costs = await measurePaths(eventsABatch);
  console.log(`\n## ${eventsABatch} event${eventsABatch === 1 ? '' : 's'} a batch\n`);
  console.log(
    '| path | calls before the answer | calls behind it | write units | of indexes | read units | bytes sent | log bytes |',
  );
  console.log('|---|---|---|---:|---:|---:|---:|---:|');
  for (const cost of costs) console.log(rowOf(cost));
  const last = costs.at(-1);
  if (last === undefined) continue;
  const lines = priceOf(last, assumedDurations(eventsABatch));
  console.log(`\nA million of "${last.name}", list price:\n\n| line | a callback | USD a million |\n|---|---:|---:|`);
  for (const { what, units, usd } of lines)
    console.log(`| ${what} | ${Number(units.toFixed(4))} | ${usd.toFixed(3)} |`);
  console.log(`| **before indexes, logs and durations** | | **${totalOf(lines, 'requests').toFixed(3)}** |`);
  console.log(`| **everything** | | **${totalOf(lines).toFixed(3)}** |`);
}

function rowOf(cost: PathCost): string {
  const { name, before, behind, writeUnits, indexWriteUnits, readUnits, requestBytes, logBytes } = cost;
  const figures = [writeUnits, indexWriteUnits, readUnits, requestBytes, logBytes].map((n) => Number(n.toFixed(2)));
  return `| ${[name, before.join('<br>'), behind.join('<br>') || 'none', ...figures].join(' | ')} |`;
}
