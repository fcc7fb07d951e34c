import type { Refusal, RefusalClass } from './gateway.ts'

/**
 * What the provider's codes mean and what is done about them, as data
 * (help.aliyun.com/document_detail/101346.html for calls, 101347.html for receipts).
 *
 * `unknown` stands where the code leaves open whether the text was taken on (law 4). The provider says
 * "call again" there, which may text a citizen twice.
 */
export interface ProviderCode {
  class: RefusalClass | 'unknown'
  scope: Refusal['scope']
  /** In words for the administrator. */
  meaning: string
  window?: NonNullable<Refusal['window']>
}

type Row = readonly [code: string, meaning: string]

function rows(
  codeClass: ProviderCode['class'],
  scope: ProviderCode['scope'],
  list: readonly Row[],
  window?: NonNullable<Refusal['window']>,
): [string, ProviderCode][] {
  return list.map(([code, meaning]) => [
    code,
    { class: codeClass, scope, meaning, ...(window && { window }) },
  ])
}

/** Every code of the provider's table but `OK`. */
export const providerCodes: ReadonlyMap<string, ProviderCode> = new Map([
  ...rows('unknown', 'account', [
    ['isp.SYSTEM_ERROR', '短信平台系统错误，是否已受理不明'],
    ['isp.GATEWAY_ERROR', '短信平台网关错误，是否已受理不明'],
    ['InternalError', '短信平台内部错误，是否已受理不明'],
    ['ServiceUnavailable', '短信平台暂时不可用，是否已受理不明'],
  ]),

  ...rows('retry', 'text', [['SignatureNonceUsed', '请求随机数重复，将换新后重发']]),

  // Nothing goes out for anybody while the network is down, so it is the account that waits; the text
  // loses none of its tries.
  ...rows(
    'flow',
    'account',
    [['local.NOT_CONNECTED', '无法连接短信平台，短信未发出，稍后自动重试；请检查网络和接口地址']],
    'minute',
  ),

  ...rows(
    'flow',
    'account',
    [
      ['Throttling', '调用短信平台过快，被限流'],
      ['Throttling.User', '本账号调用短信平台过快，被限流'],
      ['Throttling.Api', '短信接口调用过快，被限流'],
    ],
    'second',
  ),
  // The message names the window that is full; where it does not, an hour costs little either way.
  ...rows(
    'flow',
    'number',
    [['isv.BUSINESS_LIMIT_CONTROL', '该号码的发送频率超限（其他发送方的短信也可能计入）']],
    'hour',
  ),
  ...rows('flow', 'account', [['isv.DAY_LIMIT_CONTROL', '已达到本账号设置的日发送上限']], 'day'),
  ...rows(
    'flow',
    'account',
    [['isv.MONTH_LIMIT_CONTROL', '已达到本账号设置的月发送上限']],
    'month',
  ),
  ...rows(
    'flow',
    'template',
    [
      ['isv.SMS_OVER_LIMIT', '当日申请模板或签名的次数已达上限，请次日再试'],
      ['isv.TEMPLATE_COUNT_OVER_LIMIT', '当日申请模板的次数已达上限，请次日再试'],
    ],
    'day',
  ),
  ...rows(
    'flow',
    'signature',
    [['isv.SIGN_COUNT_OVER_LIMIT', '当日申请签名的次数已达上限，请次日再试']],
    'day',
  ),

  ...rows('configuration', 'account', [
    ['isv.AMOUNT_NOT_ENOUGH', '短信账户余额不足，请充值'],
    ['isv.OUT_OF_SERVICE', '短信业务已停机，请检查账户余额和状态'],
    ['isv.ACCOUNT_NOT_EXISTS', '短信账户不存在'],
    ['isv.ACCOUNT_ABNORMAL', '短信账户异常，请联系短信平台'],
    ['isv.SECURITY_FROZEN_ACCOUNT', '短信账户因安全原因被冻结，请联系短信平台'],
    ['isv.PRODUCT_UN_SUBSCRIPT', '未开通短信服务'],
    ['isv.PRODUCT_UNSUBSCRIBE', '短信服务未订购或已退订'],
    ['isp.RAM_PERMISSION_DENY', '访问密钥没有短信服务的权限，请授予 AliyunDysmsFullAccess'],
    ['InvalidAccessKeyId.NotFound', '访问密钥（AccessKey ID）不存在，请核对'],
    ['InvalidAccessKeyId.Inactive', '访问密钥（AccessKey ID）已停用'],
    ['InvalidCredentials', '未配置访问密钥'],
    ['SignatureDoesNotMatch', '请求签名不符，请核对访问密钥（AccessKey Secret）'],
    ['InvalidTimeStamp.Expired', '本机时间与标准时间相差超过 15 分钟，请校时'],
    ['InvalidVersion', '短信接口版本不受支持，请升级本系统'],
    ['InvalidAction.NotFound', '短信接口不存在，请检查接口地址或升级本系统'],
    ['isv.DENY_IP_RANGE', '调用方 IP 不在中国内地，被短信平台拒绝'],
    ['local.SDK_UNUSABLE', '短信 SDK 无法加载，短信未发出；请重新安装本系统的依赖'],
    ['isv.INTERFACE_OFFLINE', '所用短信接口已下线，请升级本系统'],
  ]),
  ...rows('configuration', 'signature', [
    ['isv.SMS_SIGNATURE_ILLEGAL', '短信签名不存在、未通过审核或已被禁用'],
    ['isv.SMS_SIGN_ILLEGAL', '短信签名不可用或已被禁用'],
    ['isv.SIGN_STATE_ILLEGAL', '短信签名状态不可用'],
    ['isv.SIGN_NAME_ILLEGAL', '短信签名名称不符合规范'],
    ['isv.SMS_SIGNATURE_SCENE_ILLEGAL', '验证码签名不能用于通知或推广模板'],
    ['isv.EXTEND_CODE_ERROR', '同一扩展码不能用于多个签名'],
    ['isv.ONE_CODE_MULTIPLE_SIGN', '同一扩展码对应了多个签名'],
    ['isv.CODE_EXCEED_LIMIT', '自定义扩展码数量已达上限'],
    ['isv.CODE_ERROR', '扩展码长度不符'],
    ['isv.SMS_TEST_NUMBER_LIMIT', '测试签名只能发给已绑定的测试号码'],
  ]),
  ...rows('configuration', 'template', [
    ['isv.SMS_TEMPLATE_ILLEGAL', '短信模板不存在、未通过审核，或与参数不符'],
    ['isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE', '短信内容与模板类型不符（通知类模板含推广内容）'],
    ['isv.DOMESTIC_NUMBER_NOT_SUPPORTED', '国际/港澳台模板不能发往内地号码'],
    ['isv.SMS_TEST_SIGN_TEMPLATE_LIMIT', '测试签名与测试模板必须配套使用'],
    ['isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL', '测试模板的参数不符合规定'],
  ]),

  ...rows('permanent', 'text', [
    ['isv.TEMPLATE_MISSING_PARAMETERS', '模板变量未全部赋值'],
    ['isv.INVALID_JSON_PARAM', '模板参数不是字符串值的 JSON'],
    ['isv.INVALID_PARAMETERS', '请求参数格式有误'],
    ['isv.TEMPLATE_PARAMS_ILLEGAL', '变量的值不符合该变量类型的规定'],
    ['isv.PARAM_LENGTH_LIMIT', '变量的值超过 35 个字符'],
    ['isv.PARAM_NOT_SUPPORT_URL', '变量的值不得含网址'],
    ['isv.SMS_CONTENT_ILLEGAL', '短信内容含违禁词'],
    ['isv.UNSUPPORTED_CONTENT', '短信内容含繁体字、表情或不支持的符号'],
    ['isv.MOBILE_COUNT_OVER_LIMIT', '一次提交的号码数量超限'],
    ['local.BATCH_INVALID', '批次为空、超过 100 条或含重复号码，未提交'],
  ]),
  ...rows('permanent', 'number', [['isv.MOBILE_NUMBER_ILLEGAL', '手机号码格式有误']]),
  ...rows('permanent', 'template', [
    ['isv.TEMPLATE_OVER_LIMIT', '模板内容超过长度限制'],
    ['TEMPLATE_PARAMETER_COUNT_ILLEGAL', '模板变量个数不符合规定'],
    ['isv.ERROR_TEMPLATE_NOT_MODIFY', '已通过审核的模板不能修改，请新建模板'],
    ['isv.ERROR_TEMPLATE_NOT_DELETE', '审核中的模板不能删除'],
  ]),
  ...rows('block', 'number', [
    ['isv.BLACK_KEY_CONTROL_LIMIT', '该号码在投诉或退订黑名单中，不得再发'],
    ['isv.CUSTOMER_REFUSED', '用户已退订，不得再发'],
  ]),
])

const unlisted: readonly [RegExp, ProviderCode][] = [
  [
    /^(?:isp\.|InternalError|ServiceUnavailable)/,
    { class: 'unknown', scope: 'account', meaning: '短信平台一侧的未知错误，是否已受理不明' },
  ],
  [
    /^Throttling/,
    { class: 'flow', scope: 'account', meaning: '调用短信平台过快，被限流', window: 'second' },
  ],
  [
    /^(?:Forbidden|NoPermission|InvalidAccessKeyId|InvalidSecurityToken|IncompleteSignature|MissingAccessKeyId)/,
    { class: 'configuration', scope: 'account', meaning: '访问密钥无效或没有短信服务的权限' },
  ],
  [
    /^/,
    {
      class: 'permanent',
      scope: 'text',
      meaning: '短信平台返回了未收录的错误码（签名未完成运营商实名报备时也可能如此），请人工查看',
    },
  ],
]

// A damaged answer can hold anything where the code should be, numbers included.
const codeShape = /^(?!.*\d{7})[A-Za-z][\w.-]{0,79}$/

/** Whether `text` can be a code of the provider's, and so may be stored and logged. */
export function isCodeShaped(text: unknown): text is string {
  return typeof text === 'string' && codeShape.test(text)
}

/**
 * The refusal that a code other than `OK` stands for; null where it leaves open whether the text was
 * taken on, or is no code at all (law 4). `message` is only searched for the window that is full
 * ("触发分钟级流控Permits:1") and goes nowhere.
 */
export function refusalFor(code: string, message: string): Refusal | null {
  if (!isCodeShaped(code)) return null
  const entry =
    providerCodes.get(code) ?? unlisted.find(([pattern]) => pattern.test(code))?.[1] ?? null
  if (entry === null || entry.class === 'unknown') return null
  const namesWindow = code === 'isv.BUSINESS_LIMIT_CONTROL' || code.startsWith('Throttling')
  const window = namesWindow ? (windowIn(message) ?? entry.window) : entry.window
  return {
    class: entry.class,
    code,
    scope: entry.scope,
    meaning: entry.meaning,
    ...(window && { window }),
  }
}

const windowNames = {
  秒级: 'second',
  分钟级: 'minute',
  小时级: 'hour',
  天级: 'day',
  月级: 'month',
} as const

function windowIn(message: string): Refusal['window'] {
  const name = /触发(秒级|分钟级|小时级|天级|月级)流控/.exec(message)?.[1]
  return name === undefined ? undefined : windowNames[name as keyof typeof windowNames]
}

/** What a receipt's code says about the text and about the number. */
export interface DeliveryMeaning {
  /** In words for the administrator. */
  meaning: string
  /** The citizen or the carrier wants no more texts: never again for this number. */
  block: boolean
  /** Another try after some hours makes sense. */
  mayRetry: boolean
  /** False where the carrier's own word is still to come. */
  final: boolean
}

const told = (meaning: string, flags: Partial<DeliveryMeaning> = {}): DeliveryMeaning => ({
  meaning,
  block: false,
  mayRetry: false,
  final: true,
  ...flags,
})
const plain = (meaning: string) => told(meaning)
const blocking = (meaning: string) => told(meaning, { block: true })
const passing = (meaning: string) => told(meaning, { mayRetry: true })

/** Every receipt code that the provider names, and the carriers' own that still occur. */
export const deliveryCodes: ReadonlyMap<string, DeliveryMeaning> = new Map([
  ['DELIVERED', plain('已送达')],
  ['REQUEST_SUCCESS', told('已受理，运营商尚未回执', { final: false })],
  ['MOBILE_NOT_ON_SERVICE', passing('手机关机、停机、空号或不在服务区')],
  ['MOBILE_SEND_LIMIT', plain('该号码的接收频率超过运营商限制')],
  ['MOBILE_ACCOUNT_ABNORMAL', plain('用户账户异常、欠费或携号转网')],
  ['MOBILE_IN_BLACK', blocking('用户已退订该签名或在运营商黑名单中')],
  // The provider spells it so.
  ['MOBLLE_TERMINAL_ERROR', plain('手机终端异常，如内存已满')],
  ['INVALID_NUMBER', plain('号码无效')],
  ['CONTENT_KEYWORD', plain('内容含运营商关键字被拦截')],
  ['CONTENT_ERROR', plain('内容不合规，如推广短信缺少退订方式')],
  ['USER_REJECT', blocking('用户已退订或未开通接收')],
  ['NO_ROUTE', plain('没有可用的发送通道')],
  ['IS_CLOSE', passing('短信通道暂时关闭')],
  ['PORT_NOT_REGISTERED', plain('签名未完成运营商实名报备')],
  ['SP_UNKNOWN_ERROR', plain('运营商返回未知错误')],
  ['SP_NOT_BY_INTER_SMS', plain('用户未开通国际短信')],
  ['PARAMS_ILLEGAL', plain('参数不合法')],
  ['isv.BLACK_KEY_CONTROL_LIMIT', blocking('该号码在投诉或退订黑名单中')],
  ['isv.CUSTOMER_REFUSED', blocking('用户已退订')],
  ['UNDELIV', plain('运营商无法送达')],
  ['EXPIRED', passing('手机长时间关机，短信过期')],
  ['REJECTD', plain('被运营商拒绝')],
  ['DELETED', plain('短信被运营商删除')],
  ['UNKNOWN', plain('运营商返回未知状态')],
])

const carrierFamilies: readonly [RegExp, string][] = [
  [/^M[KIBA][:\d]/, '运营商短信中心返回的失败状态'],
  [/^(?:CA|CB|DB|IB|IC)[:\d]/, '中国移动网关返回的失败状态'],
  [/^-?\d+$/, '联通或电信返回的失败状态'],
]

/** Total: a code that nobody listed is a failure at the carrier's, neither blocked nor tried again. */
export function deliveryMeaning(errCode: string): DeliveryMeaning {
  const code = errCode.trim()
  const family = carrierFamilies.find(([pattern]) => pattern.test(code))?.[1]
  return deliveryCodes.get(code) ?? plain(family ?? '运营商返回失败，原因不明')
}
