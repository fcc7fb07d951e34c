/**
 * What may be done about an error: `retry` later by machine, `permanent` for this input,
 * `configuration` until a person changes a setting, `unknown` whether the effect took place.
 */
export type ErrorClass = 'retry' | 'permanent' | 'configuration' | 'unknown'

interface CatalogueEntry {
  status: number
  class: ErrorClass
  /** In words for the person who meets it; `{name}` is filled from the details. */
  message: string
}

/** Every error that leaves a function of ours. Handlers throw nothing else (law 10: no foreign text, which may carry numbers). */
export const errorCatalogue = {
  'auth.missing': {
    status: 401,
    class: 'permanent',
    message: '请先登录，或在 Authorization 头中提供 Bearer 密钥',
  },
  'auth.invalid': {
    status: 401,
    class: 'permanent',
    message: '访问密钥无效或已停用，请向管理员重新申领',
  },
  'auth.wrong_password': { status: 401, class: 'permanent', message: '姓名或密码不正确' },
  'auth.wrong_current_password': { status: 403, class: 'permanent', message: '原密码不正确' },
  'auth.locked': {
    status: 429,
    class: 'retry',
    message: '登录失败次数过多，请约 {minutes} 分钟后再试；忘记密码请联系管理员重置',
  },
  'auth.sso_away': {
    status: 503,
    class: 'retry',
    message: '统一认证平台暂时连接不上，请稍后再试，或用密码登录',
  },
  'auth.sso_refused': {
    status: 401,
    class: 'permanent',
    message: '统一认证没有完成，请重新登录',
  },
  'auth.sso_unknown': {
    status: 403,
    class: 'permanent',
    message: '统一认证已通过，但系统中没有与该账号对应的在用人员，请联系管理员',
  },
  'auth.session_ended': { status: 401, class: 'permanent', message: '登录已失效，请重新登录' },
  'auth.password_change_due': {
    status: 403,
    class: 'permanent',
    message: '首次登录或密码被重置后，须先修改密码',
  },
  'auth.csrf': {
    status: 403,
    class: 'permanent',
    message: '请求缺少页面校验码，请刷新页面后重试',
  },
  'auth.forbidden': { status: 403, class: 'permanent', message: '您的身份无权执行此操作' },
  'request.invalid': { status: 400, class: 'permanent', message: '请求内容有误：{field} {reason}' },
  'request.not_json': { status: 400, class: 'permanent', message: '请求体不是有效的 JSON' },
  'request.too_large': { status: 413, class: 'permanent', message: '请求体超过上限，请分批提交' },
  'request.too_many_rows': {
    status: 413,
    class: 'permanent',
    message: '一次最多提交 {limit} 条，请分批提交',
  },
  'request.media_type': { status: 415, class: 'permanent', message: '请以 application/json 提交' },
  'request.too_fast': { status: 429, class: 'retry', message: '请求过于频繁，请稍后再试' },
  'request.not_found': { status: 404, class: 'permanent', message: '没有这个地址' },
  'file.unreadable': {
    status: 400,
    class: 'permanent',
    message: '无法读取文件 {file}（{code}），请检查路径和权限',
  },
  'file.columns': {
    status: 400,
    class: 'permanent',
    message: '文件第一行（表头）有误，没有导入任何一行：{what}。可用的列：{columns}',
  },
  'file.kind': {
    status: 400,
    class: 'permanent',
    message: '不认识文件 {file} 的类型：请存为 .csv（逗号分隔）或 .ndjson',
  },
  'source.unknown': {
    status: 404,
    class: 'permanent',
    message: '没有名为 {name} 的来源，请先运行 huifang source create {name}',
  },
  'record.not_found': { status: 404, class: 'permanent', message: '没有找到{what}' },
  'record.changed': {
    status: 409,
    class: 'permanent',
    message: '{what}已被他人处理，请刷新后再看',
  },
  'lexicon.reads_worse': {
    status: 409,
    class: 'permanent',
    message: '新词使样本判读变差，未启用（{what}）。请修改后先用“检查”功能查看结果',
  },
  'callback.none_waiting': { status: 404, class: 'permanent', message: '当前没有可领取的回访任务' },
  'callback.lease_lost': {
    status: 409,
    class: 'permanent',
    message: '您对该任务的占用已到期或已被收回，请重新领取',
  },
  'callback.own_unit': {
    status: 403,
    class: 'permanent',
    message: '本单位人员不得回访本单位的办件',
  },
  'callback.second_person': {
    status: 409,
    class: 'permanent',
    message: '认定误评或调高评价须由另一人复核',
  },
  'callback.undo_over': {
    status: 409,
    class: 'permanent',
    message: '可撤销的时间已过，结果已生效；如需更正请联系督办员',
  },
  'callback.draft_newer': {
    status: 409,
    class: 'permanent',
    message: '这张记录在另一个窗口中有更新的内容，请选择保留哪一份',
  },
  'callback.colleague': {
    status: 409,
    class: 'permanent',
    message: '不能交给该人员：须为在岗的回访员或督办员，且不属于被评价单位',
  },
  'callback.outside_hours': {
    status: 409,
    class: 'permanent',
    message: '现在不在允许拨打的时段内',
  },
  'staff.name_taken': {
    status: 409,
    class: 'permanent',
    message: '已有同名人员，请在姓名后加以区分',
  },
  'staff.outside_scope': {
    status: 403,
    class: 'permanent',
    message: '该单位不在您的管理范围内',
  },
  'staff.self': {
    status: 409,
    class: 'permanent',
    message: '不能修改自己的身份，请由另一名管理员操作',
  },
  'staff.unit_unknown': {
    status: 400,
    class: 'permanent',
    message: '没有代码为 {code} 的单位，请先导入单位',
  },
  'staff.unit_closed': {
    status: 400,
    class: 'permanent',
    message: '单位 {code} 已撤销，请选择现有的单位',
  },
  'staff.password_refused': { status: 400, class: 'permanent', message: '{reason}' },
  'console.not_built': {
    status: 503,
    class: 'configuration',
    message: '控制台尚未构建，请先运行 npm run build:console',
  },
  'transition.refused': {
    status: 409,
    class: 'permanent',
    message: '{what}当前状态为 {state}，不能执行该操作',
  },
  'database.unavailable': { status: 503, class: 'retry', message: '数据库暂时不可用，请稍后再试' },
  'queue.unavailable': { status: 503, class: 'retry', message: '队列暂时不可用，请稍后再试' },
  'queue.payload_invalid': { status: 500, class: 'permanent', message: '队列任务内容不符合定义' },
  'queue.evicts': {
    status: 500,
    class: 'configuration',
    message: 'Redis 的 maxmemory-policy 必须为 noeviction',
  },
  'secret.unknown_key': {
    status: 500,
    class: 'configuration',
    message: '密文使用的密钥 {keyId} 未配置',
  },
  'secret.damaged': { status: 500, class: 'permanent', message: '密文已损坏，无法解密' },
  'sms.gateway_unknown': {
    status: 502,
    class: 'unknown',
    message: '短信平台未给出明确结果，等待核实',
  },
  'sms.query_failed': {
    status: 502,
    class: 'retry',
    message: '向短信平台查询发送结果失败，稍后重试',
  },
  'sms.pull_failed': {
    status: 502,
    class: 'retry',
    message: '从短信平台的消息队列读取失败（{code}），稍后自动重试',
  },
  'inbound.unreadable': {
    status: 422,
    class: 'permanent',
    message: '收到的推送内容无法识别，已原样保存',
  },
  'template.none': {
    status: 500,
    class: 'configuration',
    message: '没有可用的短信模板：{purpose} {business}',
  },
  'template.wrong_state': {
    status: 409,
    class: 'permanent',
    message: '该版本现为“{state}”，不能{action}',
  },
  'template.faulty': {
    status: 422,
    class: 'permanent',
    message: '检查未通过，请先按提示修改：{what}',
  },
  'template.other_use': {
    status: 409,
    class: 'permanent',
    message: '模板 {key} 已用于“{use}”，新版本的用途和业务须与之相同；换一种用途请另取模板名',
  },
  'template.provider_refuses': {
    status: 502,
    class: 'permanent',
    message: '短信平台没有照办：{what}',
  },
  'template.no_way_back': {
    status: 409,
    class: 'permanent',
    message: '没有可以回退的方案：之前没有，或其中的版本已不能使用',
  },
  'policy.planned': {
    status: 409,
    class: 'permanent',
    message:
      '策略第 {version} 版已定好生效时间，届时会覆盖这次修改；请先撤回它，再把要改的内容一并启用',
  },
  'policy.not_planned': {
    status: 409,
    class: 'permanent',
    message: '只能撤回尚未生效的策略；已经生效的请用“回退”',
  },
  'policy.no_way_back': {
    status: 409,
    class: 'permanent',
    message: '还没有启用过策略，没有可以回退的版本',
  },
  'template.test_too_often': {
    status: 429,
    class: 'retry',
    message: '一小时内最多试发 {limit} 条，请稍后再试',
  },
  'dry_run.busy': {
    status: 409,
    class: 'permanent',
    message: '已有一次试算在进行，请等它完成，或先取消它',
  },
  'telephony.none': {
    status: 409,
    class: 'configuration',
    message: '没有接入电话交换机，请点“显示号码”后手工拨打',
  },
  'telephony.exchange_away': {
    status: 503,
    class: 'retry',
    message: '电话交换机暂时连接不上，请稍后再拨，或点“显示号码”手工拨打',
  },
  'telephony.exchange_refuses': {
    status: 502,
    class: 'configuration',
    message: '电话交换机不接受本系统的账号，请管理员核对 ARI 用户名和口令',
  },
  'telephony.no_phone': {
    status: 409,
    class: 'permanent',
    message: '还没有选定您的话机，请先填写分机号',
  },
  'telephony.phone_offline': {
    status: 409,
    class: 'permanent',
    message: '您的话机 {extension} 没有注册到交换机：请检查话机电源、网络和账号，或换一个分机',
  },
  'telephony.phone_unknown': {
    status: 400,
    class: 'permanent',
    message: '交换机上没有分机 {extension}，请核对话机上的分机号',
  },
  'telephony.phone_busy': {
    status: 409,
    class: 'permanent',
    message: '这个任务或您的话机上还有未结束的通话，请先挂断',
  },
  'telephony.trunk_full': {
    status: 429,
    class: 'retry',
    message: '外线已占满（{limit} 路），请稍等片刻再拨',
  },
  'telephony.number_listed': {
    status: 409,
    class: 'permanent',
    message: '该号码在不联系名单上（{kind}），不能拨打；如名单有误，请管理员先移出',
  },
  'recording.store_away': {
    status: 503,
    class: 'retry',
    message: '录音存储暂时连接不上，请稍后再试；如持续出现，请管理员检查存储的地址、密钥和桶',
  },
  'server.fault': { status: 500, class: 'retry', message: '服务内部出错，已记录，请稍后再试' },
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errorCatalogue
export type ErrorDetails = Record<string, string | number>

/** An error of the catalogue. Its message is safe to show and to log: it never carries foreign text or a citizen's data. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly class: ErrorClass
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const entry: CatalogueEntry = errorCatalogue[code]
    super(entry.message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '')))
    this.name = 'AppError'
    this.code = code
    this.status = entry.status
    this.class = entry.class
    this.details = details
  }
}
