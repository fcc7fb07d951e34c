import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig, settingsSchema } from '../../src/foundation/config.ts'
import { consoleFolder } from '../../src/http/console.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'dependencies' | 'optionalDependencies' | 'devDependencies',
  Record<string, string>
>

/** What runs in production: everything but the console, which is bundled, and the benchmarks. */
const shipped = ['src', 'workers', 'migrations']
  .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !/^src\/(?:console|sandbox\/bench)\//.test(file))
  .map((file) => ({ file, code: readFileSync(file, 'utf8') }))

describe('production dependencies', () => {
  // Types alone are gone before the code runs.
  const imports = /^(?:import|export)\b(?! type\b)[^']*?from '([^']+)'|\bimport\(\s*'([^']+)'/gm
  const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const used = shipped.flatMap(({ file, code }) =>
    [...code.matchAll(imports)]
      .map(([, fixed, loaded]) => fixed ?? loaded!)
      .filter((name) => !/^(?:\.|node:)/.test(name))
      .map((name) => ({ file, name: packageOf(name) })),
  )

  test('hold every package that runs in production', () => {
    expect(used.length).toBeGreaterThan(100)
    const known = { ...manifest.dependencies, ...manifest.optionalDependencies }
    const missing = used.filter(({ name }) => !(name in known) || builtinModules.includes(name))
    expect(missing).toEqual([])
  })

  test('hold none that nothing imports', () => {
    const names = new Set(used.map(({ name }) => name))
    expect(Object.keys(manifest.dependencies).filter((name) => !names.has(name))).toEqual([])
  })
})

describe('Dockerfile', () => {
  const stages = readFileSync('Dockerfile', 'utf8').split(/^(?=FROM )/m)
  const ignored = readFileSync('.dockerignore', 'utf8').trim().split('\n')
  const copiesOf = (stage: string) =>
    [...stage.matchAll(/^COPY (--from=\w+ )?(.+) (\S+)$/gm)].map(([, from, what, to]) => ({
      from,
      what: what!.split(' '),
      to: to!,
    }))
  const copied = (stage: string) =>
    copiesOf(stage).flatMap(({ from, what }) => (from === undefined ? what : []))

  test('copies what is there and what the build is given', () => {
    const paths = stages.flatMap(copied)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
    expect(paths.filter((path) => ignored.includes(path.split('/')[0]!))).toEqual([])
  })

  test('copies everything that the code reaches for beside itself', () => {
    const top = new Set(copied(stages.at(-1)!).map((path) => path.split('/')[0]))
    const away = shipped.flatMap(({ file, code }) =>
      [...code.matchAll(/(?:from |import\(|new URL\()'(\.\.?\/[^']+)'/g)].map(([, path]) => {
        const reached = fileURLToPath(new URL(path!, pathToFileURL(file)))
        return { file, top: relative('.', reached).split('/')[0]! }
      }),
    )
    expect(new Set(away.map((each) => each.top))).toContain('templates')
    // The project's own folder is where a build of the console runs, which an image does not do.
    const missing = away.filter((each) => !top.has(each.top) && !['dist', ''].includes(each.top))
    expect(missing).toEqual([])
  })

  test('puts the built console where the server looks for it', () => {
    const console = relative('.', consoleFolder)
    const { what, to } = copiesOf(stages.at(-1)!).find(({ from }) => from !== undefined)!
    expect({ what, to }).toEqual({ what: [`/app/${console}`], to: console })
  })

  test('runs the Node that the tests run, and not as root', () => {
    const major = /\d+/.exec(manifest.devDependencies['node']!)![0]
    for (const stage of stages) expect(stage).toMatch(RegExp(`^FROM node:${major}\\b`))
    expect(stages.at(-1)).toMatch(/^USER node$/m)
  })
})

describe('docker-compose.yml', () => {
  interface Service {
    command?: string[]
    environment?: Record<string, string>
    env_file?: string
    stop_grace_period?: string
    depends_on?: Record<string, { condition: string }>
    healthcheck?: { test: string[] }
    volumes?: string[]
    ports?: string[]
  }
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, Service>
    volumes: Record<string, unknown>
  }
  const { serve, work, migrate, postgres, redis } = compose.services
  const dotEnv: Record<string, string> = {
    POSTGRES_PASSWORD: 'secret',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
    HUIFANG_DATA_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HUIFANG_PHONE_HASH_KEY: randomBytes(32).toString('base64'),
    HUIFANG_HOOK_TOKEN: randomBytes(24).toString('hex'),
  }
  /** What a container sees; a variable that `.env` lacks throws, as compose does. */
  const environmentOf = (service: Service, given = dotEnv) =>
    Object.fromEntries(
      Object.entries({ ...given, ...service.environment }).map(([name, value]) => [
        name,
        value.replace(/\$\{(\w+):\?([^}]+)\}/g, (_, variable: string, hint: string) => {
          if (!given[variable]) throw new Error(`${variable}: ${hint}`)
          return given[variable]
        }),
      ]),
    )

  test('gives serve, work and migrate settings that they can start with', () => {
    for (const service of [serve, work, migrate]) {
      const config = readConfig(environmentOf(service!))
      expect(new URL(config.DATABASE_URL).hostname).toBe('postgres')
      expect(new URL(config.REDIS_URL!).hostname).toBe('redis')
    }
    expect(readConfig(environmentOf(serve!)).HUIFANG_HOST).toBe('0.0.0.0')
    const port = settingsSchema.shape.HUIFANG_PORT.parse(undefined)
    expect(serve!.ports).toEqual([`127.0.0.1:${port}:${port}`])
  })

  test.each(Object.keys(dotEnv))('says so when .env lacks %s', (name) => {
    expect(() => environmentOf(serve!, { ...dotEnv, [name]: '' })).toThrow(
      `${name}: set it in .env`,
    )
  })

  test('hands every setting of .env on, also those that it does not name', () => {
    for (const service of [serve, work, migrate]) expect(service!.env_file).toBe('.env')
    const names = Object.keys(serve!.environment!)
    expect(names.filter((name) => !(name in settingsSchema.shape))).toEqual([])
  })

  test('leaves a stop more time than the processes allow themselves', () => {
    const own = settingsSchema.shape.HUIFANG_SHUTDOWN_SECONDS.parse(undefined)
    for (const service of [serve, work]) {
      expect(Number(/^(\d+)s$/.exec(service!.stop_grace_period!)![1])).toBeGreaterThan(own)
    }
  })

  test('migrates a database that answers over TCP, and starts nothing before it is migrated', () => {
    // While the image sets a new database up, a server without TCP answers for a moment.
    expect(postgres!.healthcheck!.test).toEqual(expect.arrayContaining(['pg_isready', '-h']))
    expect(migrate!.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
    for (const service of [serve, work]) {
      expect(service!.depends_on!['migrate']!.condition).toBe('service_completed_successfully')
    }
  })

  test('keeps what Redis and PostgreSQL hold, and lets Redis evict nothing', () => {
    expect(redis!.command!.join(' ')).toContain('--maxmemory-policy noeviction --appendonly yes')
    for (const service of [postgres, redis]) {
      expect(Object.keys(compose.volumes)).toContain(service!.volumes![0]!.split(':')[0])
    }
  })
})
