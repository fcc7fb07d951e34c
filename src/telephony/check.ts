import { access, constants, mkdir } from 'node:fs/promises'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { phonesInUse } from '../staff/phone.ts'
import type { Ari } from './ari.ts'
import { isHeard } from './lease.ts'

export interface Check {
  what: string
  /** Null: all is well; else what is missing, and what to do. */
  missing: string | null
}

export interface CheckDeps extends Pick<Core, 'db'> {
  ari: Ari
  policy: () => Promise<Policy>
  application: string
  trunk: string
  celFile: string | undefined
  /** Null where recordings go to a bucket. */
  recordingsFolder: string | null
}

/** What calls need, one after the other; what cannot be looked at while something before it is missing is left out. */
export async function checkTelephony(deps: CheckDeps): Promise<Check[]> {
  const checks: Check[] = []
  const tell = (what: string, missing: string | null) => {
    checks.push({ what, missing })
    return missing === null
  }
  const info = await deps.ari.ask('GET', '/asterisk/info').catch((error: unknown) => {
    if (error instanceof AppError) return error
    throw error
  })
  if (info instanceof AppError) {
    tell('交换机', `${info.message}（HUIFANG_ASTERISK_URL、_USER、_PASSWORD）`)
    return checks
  }
  const version = info.status === 'done' ? versionOf(info.body) : null
  tell(`交换机 Asterisk ${version ?? ''}`.trim(), version ? null : '这个地址上不是 Asterisk 的 ARI')
  if (version === null) return checks
  const trunk = await stateOf(deps.ari, deps.trunk)
  tell(
    `外线 ${deps.trunk}`,
    trunk === null
      ? `pjsip.conf 里没有端点 ${deps.trunk}（HUIFANG_ASTERISK_TRUNK）`
      : trunk === 'online'
        ? null
        : '外线没有注册或不可达：请检查运营商的地址、账号和防火墙',
  )
  tell(
    'work 进程在接收交换机的事件',
    (await isHeard(deps.db, deps.application)) ? null : '请启动 huifang work，并检查它的日志',
  )
  for (const { name, extension } of await phonesInUse(deps.db)) {
    const state = await stateOf(deps.ari, extension)
    tell(
      `${name} 的话机 ${extension}`,
      state === 'online' ? null : state === null ? '交换机上没有这个分机' : '没有注册',
    )
  }
  const { telephony } = await deps.policy()
  const sound = /^sound:(.+)$/.exec(telephony.noticeMedia ?? '')?.[1]
  if (sound) {
    const found = await deps.ari.ask('GET', `/sounds/${encodeURIComponent(sound)}`)
    tell(
      `录音告知提示音 ${sound}`,
      found.status === 'done' ? null : '交换机的 sounds 目录里没有这个文件，自动录音不会开始',
    )
  }
  if (deps.recordingsFolder !== null) {
    tell(`录音目录 ${deps.recordingsFolder}`, await writable(deps.recordingsFolder))
  }
  if (deps.celFile) tell(`通道日志 ${deps.celFile}`, await readable(deps.celFile))
  return checks
}

const versionOf = (body: unknown): string | null =>
  (body as { system?: { version?: string } } | null)?.system?.version ?? null

async function stateOf(ari: Ari, endpoint: string): Promise<string | null> {
  const answer = await ari.ask('GET', `/endpoints/PJSIP/${endpoint}`)
  return answer.status === 'done' ? ((answer.body as { state?: string }).state ?? null) : null
}

const writable = async (folder: string): Promise<string | null> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    return null
  } catch {
    return '不能写入：请检查权限和磁盘（HUIFANG_RECORDINGS_DIR）'
  }
}

const readable = async (file: string): Promise<string | null> => {
  try {
    await access(file, constants.R_OK)
    return null
  } catch {
    return '不能读取：断线期间结束的通话只能由话务员确认结果（HUIFANG_ASTERISK_CEL_FILE）'
  }
}
