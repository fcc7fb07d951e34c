import { writeSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import type { BenchOptions } from './commands/bench.ts'
import type { StaffOptions } from './commands/staff.ts'
import type { TemplateCheckOptions } from './commands/template.ts'
import { ConfigError } from './foundation/config.ts'
import { AppError } from './foundation/errors.ts'
import { DemoError } from './sandbox/demo/errors.ts'
import { EmbeddedPostgresError } from './sandbox/postgres/errors.ts'

/**
 * The command line: one line a command. What a command needs is loaded when it runs, so that those that
 * send nothing do not wait for the provider's SDK.
 */
export const program = new Command('huifang')
  .description('回访: texts citizens, understands the reply, and follows up until it is put right')
  .configureHelp({ sortSubcommands: true })
  .exitOverride()

const operate = () => import('./commands/operate.ts')
const run = () => import('./commands/run.ts')
const settings = () => import('./commands/policy.ts')
const people = () => import('./commands/staff.ts')
const whole = (text: string) => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new Error(`${text} is not a whole number`)
  return number
}

program
  .command('serve')
  .description('answer HTTP: intake, pushes, people, feed')
  .action(async () => (await run()).serve())
program
  .command('work')
  .description('do the work of the queues')
  .option('--only <queues>', 'these queues, divided by commas')
  .action(async ({ only }: { only?: string }) => (await run()).work(only))
program
  .command('migrate')
  .description('bring the database up to date')
  .option('--down', 'undo the latest migration')
  .action(async ({ down }: { down?: true }) => (await operate()).migrate(down === true))
program
  .command('import <file>')
  .description('import transactions from CSV or NDJSON')
  .requiredOption('--source <name>', 'the source they come from')
  .action(async (file: string, { source }: { source: string }) =>
    (await operate()).importTransactions(file, source),
  )
program
  .command('sandbox')
  .description('run the gateway that stands in for the provider')
  .option('--port <port>', 'where it listens', whole, 8090)
  .action(async ({ port }: { port: number }) => (await run()).sandbox(port))
program
  .command('demo')
  .description('show the whole loop on sample data')
  .option('--once', 'end when the loop is through; prints one JSON line')
  .option('--fresh', 'wipe the data of earlier demos first')
  .option('--work-processes <n>', 'work processes', whole, 1)
  .option('--port <port>', 'where the console listens', whole, 8080)
  .action(async (options: DemoOptions) => (await import('./sandbox/demo/demo.ts')).demo(options))

const unit = program.command('unit').description('units and officers')
unit
  .command('import <file>')
  .description('CSV: code,valid_from,name,parent_code,head_name,head_code,closed')
  .action(async (file: string) => (await operate()).unitImport(file))
unit
  .command('officers <file>')
  .description('CSV: code,valid_from,name,unit_code,closed')
  .action(async (file: string) => (await operate()).officerImport(file))
unit
  .command('unknown')
  .description('unit codes that transactions named and nobody imported')
  .action(async () => (await operate()).unitUnknown())

program
  .command('source')
  .description('systems that push transactions')
  .command('create <name>')
  .description('register a source, or give it another key')
  .option('--silent-after-minutes <n>', 'raise an alarm when nothing came for so long', whole)
  .action(async (name: string, { silentAfterMinutes }: { silentAfterMinutes?: number }) =>
    (await operate()).sourceCreate(name, silentAfterMinutes ?? null),
  )
program
  .command('feed')
  .description('readers of the outcome feed')
  .command('create <name>')
  .description('a key for a scoring pipeline')
  .action(async (name: string) => (await operate()).feedCreate(name))
const staff = program.command('staff').description('people')
staff
  .command('create <name>')
  .description('register a person; prints a password for the first sign-in')
  .requiredOption('--role <role>', 'agent, supervisor, handler, administrator or auditor')
  .requiredOption('--unit <code>', 'the unit they belong to')
  .option(
    '--scope <code>',
    'the unit for which they work, with all below it (a handler: the own unit; others: the one above)',
  )
  .option('--key', 'print a key for the API instead of a password')
  .action(async (name: string, options: StaffOptions) =>
    (await people()).staffCreate(name, options),
  )
staff
  .command('change <name>')
  .description('move a person to another role, unit or scope; their sessions end')
  .option('--role <role>', 'agent, supervisor, handler, administrator or auditor')
  .option('--unit <code>', 'the unit they belong to')
  .option('--scope <code>', 'the unit for which they work')
  .action(async (name: string, options: Partial<StaffOptions>) =>
    (await people()).staffChange(name, options),
  )
staff
  .command('list')
  .description('everybody, with role, unit and when last seen')
  .action(async () => (await people()).staffList())
staff
  .command('disable <name>')
  .description('end the sessions and keys of somebody who leaves')
  .action(async (name: string) => (await people()).staffActive(name, false))
staff
  .command('enable <name>')
  .description('let somebody sign in again')
  .action(async (name: string) => (await people()).staffActive(name, true))
staff
  .command('reset-password <name>')
  .description('print another password for one sign-in; forgives failed tries')
  .action(async (name: string) => (await people()).staffResetPassword(name))

const audit = program.command('audit').description('who saw and changed what')
audit
  .command('verify')
  .description('check every entry against its seal; exit code 1 when something was tampered with')
  .option('--head <seal>', 'the head of an earlier check, which must still be in the chain')
  .action(async ({ head }: { head?: string }) =>
    (await import('./commands/audit.ts')).auditVerify(head),
  )
audit
  .command('seal')
  .description('seal what is not sealed yet, without waiting for `work`')
  .action(async () => (await import('./commands/audit.ts')).auditSeal())

const callback = program.command('callback').description('the callback queue')
callback
  .command('list')
  .description('what waits, nearest deadline first')
  .action(async () => (await operate()).callbackList())

const telephony = program.command('telephony').description('calls through an exchange')
telephony
  .command('check')
  .description('what calls need, and what is missing; exit code 1 when something is')
  .action(async () => (await import('./commands/telephony.ts')).telephonyCheck())

const queue = program.command('queue').description('the job queues')
queue
  .command('dead')
  .description('jobs that failed too often')
  .action(async () => (await operate()).queueDead())
queue
  .command('redrive [queue]')
  .description('put dead jobs back')
  .action(async (name?: string) => (await operate()).queueRedrive(name))

const policy = program.command('policy').description('settings that administrators tune')
policy
  .command('show')
  .description('the policy in force, as JSON')
  .action(async () => (await settings()).policyShow())
policy
  .command('set <file>')
  .description('put a policy in force')
  .requiredOption('--why <reason>', 'for the record')
  .option('--at <time>', 'when, ISO 8601 with a zone (default: at once)')
  .action(async (file: string, options: { why: string; at?: string }) =>
    (await settings()).policySet(file, options),
  )
policy
  .command('check <file>')
  .description('all faults of a policy, and what it would change; changes nothing')
  .action(async (file: string) => (await settings()).policyCheck(file))
policy
  .command('withdraw')
  .description('take back the policy that is to come into force')
  .requiredOption('--why <reason>', 'for the record')
  .action(async ({ why }: { why: string }) => (await settings()).policyWithdraw(why))
policy
  .command('rollback')
  .description('put the policy before the one in force in force again')
  .requiredOption('--why <reason>', 'for the record')
  .action(async ({ why }: { why: string }) => (await settings()).policyRollback(why))

const sms = program.command('sms').description('sending')
sms
  .command('resume')
  .description('lift pauses after their cause was mended')
  .action(async () => (await operate()).smsResume())
sms
  .command('give-up-due')
  .description('after an older backup was restored: give up what is due, for it may have gone out')
  .action(async () => (await import('./commands/after-restore.ts')).giveUpDue())
program
  .command('alarm')
  .description('alarms')
  .command('list')
  .description('alarms that stand')
  .action(async () => (await operate()).alarmList())
const citizen = program
  .command('citizen')
  .description('people’s rights over what is held about them')
for (const [verb, what] of [
  ['find', 'what is held about a number, without its content'],
  ['export', 'everything that is held about a number, as JSON'],
  ['erase', 'erase what names the citizen of a number; opt-outs stay'],
  ['opt-in', 'lift the opt-out of a number'],
] as const) {
  citizen
    .command(`${verb} [number]`)
    .description(`${what}; the number is asked for when it is left out`)
    .requiredOption('--why <reason>', 'for the record')
    .action(async (number: string | undefined, { why }: { why: string }) =>
      (await import('./commands/citizen.ts')).citizen(verb, number, why),
    )
}
program
  .command('doctor')
  .description('find what cannot be; silent when all is well')
  .option('--fix', 'mend what may safely be mended')
  .option('--json', 'one JSON line')
  .option('--days <n>', 'how far back to look', whole, 40)
  .option('--all', 'look at the whole history')
  .option('--overdue-seconds <n>', 'when due work counts as forgotten', whole, 1_800)
  .action(async (options: DoctorFlags) =>
    (await import('./commands/doctor.ts')).doctor({
      fix: options.fix === true,
      json: options.json === true,
      days: options.all ? 'all' : options.days,
      overdueSeconds: options.overdueSeconds,
    }),
  )
const template = program.command('template').description('the texts that citizens get')
template
  .command('export')
  .description('all versions, one JSON line each, for another installation')
  .action(async () => (await import('./commands/template.ts')).templateExport())
template
  .command('import <file>')
  .description('take in versions from another installation; none comes into use by it')
  .action(async (file: string) => (await import('./commands/template.ts')).templateImport(file))
template
  .command('check [files...]')
  .description(
    'check template files as reviewers, carriers and the reader of replies would (default: those that come with the program)',
  )
  .addOption(
    new Option('--type <type>', 'what the provider reviews it as')
      .choices(['notice', 'promo'])
      .default('notice'),
  )
  .option('--json', 'one JSON line a file')
  .action(async (files: string[], options: TemplateCheckOptions) =>
    (await import('./commands/template.ts')).templateCheck(files, options),
  )
const lexicon = program
  .command('lexicon')
  .description('words that administrators add to the reader’s own')
lexicon
  .command('show')
  .description('the words in force and all versions, as JSON')
  .action(async () => (await import('./commands/lexicon.ts')).lexiconShow())
lexicon
  .command('check <file>')
  .description('try words (a JSON array of groups) on the labelled samples; changes nothing')
  .action(async (file: string) => (await import('./commands/lexicon.ts')).lexiconCheck(file))
lexicon
  .command('activate <file>')
  .description('put words in force; refused when replies would be read worse')
  .requiredOption('--why <reason>', 'for the record')
  .action(async (file: string, { why }: { why: string }) =>
    (await import('./commands/lexicon.ts')).lexiconActivate(file, why),
  )
lexicon
  .command('rollback')
  .description('put the version before in force again')
  .requiredOption('--why <reason>', 'for the record')
  .action(async ({ why }: { why: string }) =>
    (await import('./commands/lexicon.ts')).lexiconRollback(why),
  )
program
  .command('triage')
  .description('replies that people judge')
  .command('export')
  .description('judged replies as a labelled sample (NDJSON, numbers zeroed); on record')
  .option('--since <time>', 'decided at or after this time, ISO 8601 with a zone')
  .option('--limit <n>', 'at most so many, newest first', whole, 10_000)
  .action(async (options: { since?: string; limit: number }) =>
    (await import('./commands/triage.ts')).triageExport(options),
  )
program
  .command('classify')
  .description('NDJSON of replies in, NDJSON of verdicts out')
  .option('--explain', 'print verdicts and what they rest on, for people')
  .option('--score <file>', 'score the reader on a labelled file instead')
  .action(async (options: { explain?: true; score?: string }) =>
    (await import('./commands/classify.ts')).classify(options),
  )
program
  .command('bench <name>')
  .description('measure one part: desk, reply, replies, dispatch, loop, claim, growth, dry-run')
  .option('--json', 'one JSON line of figures')
  .option('--surveys <n>', 'surveys to go through', whole)
  .option('--rows <n>', 'growth: most rows of history; dry-run: transactions of the past', whole)
  .addOption(new Option('--backend <name>', 'one backend only').choices(['postgres', 'redis']))
  .action(async (name: string, options: BenchOptions & { json?: true }) =>
    (await import('./commands/bench.ts')).bench(name, options),
  )

interface DemoOptions {
  once?: true
  fresh?: true
  workProcesses: number
  port: number
}

interface DoctorFlags {
  fix?: true
  json?: true
  all?: true
  days: number
  overdueSeconds: number
}

function explain(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message
  if (error instanceof DemoError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

async function main(): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode
    else {
      writeSync(process.stderr.fd, `huifang: ${explain(error)}\n`)
      // What a start opened before it failed must not keep the process alive.
      process.exit(1)
    }
  }
}

// Tests read the commands without running one.
if (import.meta.main) await main()
