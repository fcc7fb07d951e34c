import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../src/sms/gateway.ts'
import { deliveryMeaning, providerCodes, refusalFor } from '../../src/sms/provider-codes.ts'

type Expected = Refusal['class'] | 'unknown'

/** The provider's table, row by row, written down apart from the data under test. */
const reference: [Expected, Refusal['scope'], string][] = [
  ['unknown', 'account', 'isp.SYSTEM_ERROR isp.GATEWAY_ERROR InternalError ServiceUnavailable'],
  ['flow', 'account', 'Throttling Throttling.User Throttling.Api'],
  ['flow', 'number', 'isv.BUSINESS_LIMIT_CONTROL'],
  ['flow', 'account', 'isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL'],
  ['configuration', 'account', 'isv.AMOUNT_NOT_ENOUGH isv.OUT_OF_SERVICE'],
  [
    'configuration',
    'account',
    'isv.ACCOUNT_NOT_EXISTS isv.ACCOUNT_ABNORMAL isv.SECURITY_FROZEN_ACCOUNT isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE',
  ],
  [
    'configuration',
    'account',
    'isp.RAM_PERMISSION_DENY InvalidAccessKeyId.NotFound SignatureDoesNotMatch Forbidden.RAM Forbidden',
  ],
  ['configuration', 'account', 'InvalidTimeStamp.Expired InvalidVersion InvalidAction.NotFound'],
  ['retry', 'text', 'SignatureNonceUsed'],
  ['configuration', 'account', 'isv.DENY_IP_RANGE isv.INTERFACE_OFFLINE'],
  [
    'configuration',
    'signature',
    'isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL isv.SIGN_NAME_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL',
  ],
  ['configuration', 'template', 'isv.SMS_TEMPLATE_ILLEGAL'],
  [
    'permanent',
    'text',
    'isv.TEMPLATE_MISSING_PARAMETERS isv.INVALID_JSON_PARAM isv.INVALID_PARAMETERS',
  ],
  [
    'permanent',
    'text',
    'isv.TEMPLATE_PARAMS_ILLEGAL isv.PARAM_LENGTH_LIMIT isv.PARAM_NOT_SUPPORT_URL',
  ],
  ['permanent', 'text', 'isv.SMS_CONTENT_ILLEGAL isv.UNSUPPORTED_CONTENT'],
  ['configuration', 'template', 'isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE'],
  ['permanent', 'number', 'isv.MOBILE_NUMBER_ILLEGAL'],
  ['permanent', 'text', 'isv.MOBILE_COUNT_OVER_LIMIT'],
  ['configuration', 'template', 'isv.DOMESTIC_NUMBER_NOT_SUPPORTED'],
  ['block', 'number', 'isv.BLACK_KEY_CONTROL_LIMIT isv.CUSTOMER_REFUSED'],
  [
    'configuration',
    'signature',
    'isv.EXTEND_CODE_ERROR isv.ONE_CODE_MULTIPLE_SIGN isv.CODE_EXCEED_LIMIT isv.CODE_ERROR',
  ],
  [
    'configuration',
    'template',
    'isv.SMS_TEST_SIGN_TEMPLATE_LIMIT isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL',
  ],
  ['configuration', 'signature', 'isv.SMS_TEST_NUMBER_LIMIT'],
  ['flow', 'template', 'isv.SMS_OVER_LIMIT isv.TEMPLATE_COUNT_OVER_LIMIT'],
  ['flow', 'signature', 'isv.SIGN_COUNT_OVER_LIMIT'],
  [
    'permanent',
    'template',
    'isv.TEMPLATE_OVER_LIMIT TEMPLATE_PARAMETER_COUNT_ILLEGAL isv.ERROR_TEMPLATE_NOT_MODIFY isv.ERROR_TEMPLATE_NOT_DELETE',
  ],
]

const referenceCodes = reference.flatMap(([expected, scope, codes]) =>
  codes.split(' ').map((code) => ({ code, expected, scope })),
)

describe('the table of error codes', () => {
  it.each(referenceCodes)('treats $code as $expected ($scope)', ({ code, expected, scope }) => {
    const refusal = refusalFor(code, 'whatever')
    const shown = refusal && { code: refusal.code, class: refusal.class, scope: refusal.scope }
    expect(shown).toEqual(expected === 'unknown' ? null : { code, class: expected, scope })
  })

  it('holds no code that the reference does not', () => {
    const known = new Set(referenceCodes.map(({ code }) => code))
    const ours = ['InvalidAccessKeyId.Inactive', 'InvalidCredentials']
    const extra = [...providerCodes.keys()].filter(
      (code) => !known.has(code) && !code.startsWith('local.') && !ours.includes(code),
    )
    expect(extra).toEqual([])
  })

  it('gives every code a meaning in Chinese for the administrator', () => {
    for (const { meaning } of providerCodes.values()) expect(meaning).toMatch(/^[一-鿿]/)
  })

  it.each([
    ['触发分钟级流控Permits:1', 'minute'],
    ['触发小时级流控Permits:5', 'hour'],
    ['触发天级流控Permits:10', 'day'],
    ['触发月级流控Permits:10', 'month'],
    ['something else', 'hour'],
  ])('reads the full window from "%s"', (message, window) => {
    expect(refusalFor('isv.BUSINESS_LIMIT_CONTROL', message)?.window).toBe(window)
  })

  it('names the window of the account caps and of throttling', () => {
    expect(refusalFor('isv.DAY_LIMIT_CONTROL', '')?.window).toBe('day')
    expect(refusalFor('isv.MONTH_LIMIT_CONTROL', '')?.window).toBe('month')
    expect(refusalFor('Throttling.User', '')?.window).toBe('second')
    expect(refusalFor('Throttling.User', '触发分钟级流控')?.window).toBe('minute')
  })

  it('keeps nothing of the provider’s message, which may echo numbers', () => {
    const refusal = refusalFor('isv.MOBILE_NUMBER_ILLEGAL', '13812345678 非法手机号')
    expect(JSON.stringify(refusal)).not.toContain('13812345678')
  })

  it.each([
    ['isp.SOMETHING_NEW', null],
    ['ServiceUnavailable.Busy', null],
    ['InternalError.Timeout', null],
    ['isv.SOMETHING_NEW', 'permanent'],
    ['SomethingElse', 'permanent'],
    ['Throttling.Something', 'flow'],
    ['Forbidden.AccountExpired', 'configuration'],
    ['InvalidAccessKeyId.Other', 'configuration'],
  ])('has a default for the unlisted code %s', (code, expected) => {
    expect(refusalFor(code, '')?.class ?? null).toBe(expected)
  })

  it.each(['', '13812345678', 'isv.13812345678', 'http://a/?b', '<html>', 'a'.repeat(200)])(
    'takes "%s" for no code, which leaves the outcome unknown',
    (code) => {
      expect(refusalFor(code, '')).toBeNull()
    },
  )
})

describe('the table of receipt codes', () => {
  const flags = (code: string) => {
    const { block, mayRetry } = deliveryMeaning(code)
    return { block, mayRetry }
  }

  it.each([
    'MOBILE_IN_BLACK',
    'USER_REJECT',
    'isv.BLACK_KEY_CONTROL_LIMIT',
    'isv.CUSTOMER_REFUSED',
  ])('blocks the number after %s', (code) => {
    expect(flags(code)).toEqual({ block: true, mayRetry: false })
  })

  it.each(['MOBILE_NOT_ON_SERVICE', 'EXPIRED', 'IS_CLOSE'])(
    'allows another try after %s',
    (code) => {
      expect(flags(code)).toEqual({ block: false, mayRetry: true })
    },
  )

  it.each(
    'DELIVERED MOBILE_SEND_LIMIT MOBILE_ACCOUNT_ABNORMAL MOBLLE_TERMINAL_ERROR INVALID_NUMBER CONTENT_KEYWORD CONTENT_ERROR NO_ROUTE PORT_NOT_REGISTERED REQUEST_SUCCESS SP_UNKNOWN_ERROR SP_NOT_BY_INTER_SMS PARAMS_ILLEGAL UNDELIV REJECTD DELETED UNKNOWN'.split(
      ' ',
    ),
  )('neither blocks nor tries again after %s', (code) => {
    expect(flags(code)).toEqual({ block: false, mayRetry: false })
    expect(deliveryMeaning(code).meaning).not.toBe('运营商返回失败，原因不明')
  })

  it('knows that REQUEST_SUCCESS, alone of all, is not the last word', () => {
    expect(deliveryMeaning('REQUEST_SUCCESS').final).toBe(false)
    expect(deliveryMeaning('DELIVERED').final).toBe(true)
    expect(deliveryMeaning('whatever').final).toBe(true)
  })

  it.each([
    ['MK:0001', '运营商短信中心返回的失败状态'],
    ['MB:1042', '运营商短信中心返回的失败状态'],
    ['CA:0051', '中国移动网关返回的失败状态'],
    ['IC:0055', '中国移动网关返回的失败状态'],
    ['650', '联通或电信返回的失败状态'],
    ['-43', '联通或电信返回的失败状态'],
    ['', '运营商返回失败，原因不明'],
    ['INTERNAL_WHATEVER', '运营商返回失败，原因不明'],
  ])('knows what family the carrier’s own code "%s" is of', (code, meaning) => {
    expect(deliveryMeaning(code)).toEqual({ meaning, block: false, mayRetry: false, final: true })
  })
})
