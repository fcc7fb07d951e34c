// Sums the reports of the steps listed in the file argv[2], one "<exit code> <report or ->" a line.
// Prints the run's last line; exits with 1 if anything failed or nothing ran.
import { existsSync, readFileSync } from 'node:fs'

let passed = 0
let failed = 0
let skipped = 0

const list = existsSync(process.argv[2]) ? readFileSync(process.argv[2], 'utf8') : ''
for (const line of list.split('\n').filter(Boolean)) {
  const [code, file] = line.split(/ (.*)/)
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  const step = report === null ? nothing() : count(report)
  // Said again here, at the end: a log of thousands of lines is read from behind.
  if (report !== null) for (const each of failures(report)) process.stdout.write(`${each}\n`)
  // What failed without a test to show for it (format, lint, types, a set-up) counts as one.
  if (code !== '0' && step.failed === 0) step.failed = 1
  passed += step.passed
  failed += step.failed
  skipped += step.skipped
}

process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

function count(report) {
  // A file that could not be loaded has no tests in the report.
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

function failures(report) {
  return report.testResults
    .filter((file) => file.status === 'failed')
    .flatMap((file) => [
      `FAILED ${file.name}: ${file.message ?? ''}`.split('\n')[0],
      ...file.assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => `  ${test.fullName}: ${test.failureMessages.join(' ').slice(0, 600)}`),
    ])
}

function nothing() {
  return { passed: 0, failed: 0, skipped: 0 }
}
