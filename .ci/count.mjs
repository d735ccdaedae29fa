// Adds up the reports that jest left in each package: "N passed, N failed, N skipped". Fails if a package left none.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const packages = ['packages', 'apps']
  .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
  .concat('docker');
const tested = packages.filter((folder) => existsSync(`${folder}/test`));
const missing = tested.filter((folder) => !existsSync(`${folder}/test-report.json`));
const reports = tested
  .filter((folder) => !missing.includes(folder))
  .map((folder) => JSON.parse(readFileSync(`${folder}/test-report.json`, 'utf8')));

const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum((report) => report.numPassedTests);
// A file that cannot even be loaded has no tests to fail.
const failed = sum((report) => report.numFailedTests + report.numRuntimeErrorTestSuites) + missing.length;
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);

if (missing.length > 0) console.log(`No report from ${missing.join(', ')}.`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
