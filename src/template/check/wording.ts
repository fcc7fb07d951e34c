import { everyMatch, pages, type Finding, type TemplateDraft } from './finding.ts'

const optOut = /拒收请?回复?\s*[A-Z]|退订回复?\s*[A-Z]*|回复?\s*TD?\s*退订|回T退/gi
const optOutAtEnd = /拒收请回复R$/

/** What a text says: the words that reviewers refuse, how it names others, how it speaks. */
export function checkWording(draft: TemplateDraft): Finding[] {
  const { body, type, purpose } = draft
  return [
    ...(type === 'notice' ? optOutInNotice(body) : optOutInPromo(body)),
    ...(type === 'notice' ? restricted(body) : []),
    ...contacts(body),
    ...(purpose === 'duty' ? [] : tone(draft)),
  ]
}

function optOutInNotice(body: string): Finding[] {
  return everyMatch(body, optOut, {
    rule: 'opt_out.in_notice',
    severity: 'refuse',
    says: (words) => `通知短信不能有退订用语“${words}”`,
    mend: '删去；群众回复退订时系统照样受理',
    source: pages.notice,
    replacement: '',
  })
}

function optOutInPromo(body: string): Finding[] {
  const early = everyMatch(body.replace(optOutAtEnd, ''), optOut, {
    rule: 'opt_out.misplaced',
    severity: 'refuse',
    says: (words) => `退订用语只能写在结尾，“${words}”多余`,
    mend: '删去',
    source: pages.notice,
    replacement: '',
  })
  if (optOutAtEnd.test(body)) return early
  return [
    ...early,
    {
      rule: 'opt_out.missing',
      severity: 'refuse',
      field: 'body',
      start: body.length,
      end: body.length,
      says: '推广短信必须以“拒收请回复R”结尾',
      mend: '在末尾加上“拒收请回复R”',
      source: pages.notice,
      replacement: '拒收请回复R',
    },
  ]
}

// The businesses that notices may not serve, by the provider's list.
function restricted(body: string): Finding[] {
  return [
    ...everyMatch(body, /问卷|调查|调研|邀请好评|求好评|给.{0,2}好评/g, {
      rule: 'wording.survey',
      severity: 'refuse',
      says: (words) => `通知短信中“${words}”会被拒：平台不允许问卷调查和邀请好评`,
      mend: '改写为对已办结业务的服务回访，例如“对本次服务，满意请回复1……”',
      source: pages.notice,
    }),
    ...everyMatch(
      body,
      /抽奖|中奖|红包|优惠|促销|打折|免费|积分|兑换|礼品|奖品|福利|确认收货|拓客|引流/g,
      {
        rule: 'wording.marketing',
        severity: 'refuse',
        says: (words) => `“${words}”属于营销内容，通知短信会被拒`,
        mend: '删去',
        source: pages.notice,
      },
    ),
  ]
}

const fixedLine = /(?<!\d)(?:0\d{2,3}-?\d{7,8}|[48]00-?\d{3}-?\d{4}|95\d{3,6}|[2-8]\d{6,7})(?!\d)/g

function contacts(body: string): Finding[] {
  const lines = [...body.matchAll(fixedLine)]
  const tooMany = lines.slice(2).map(({ 0: number, index }) => ({
    rule: 'contact.too_many',
    severity: 'refuse' as const,
    field: 'body' as const,
    start: index,
    end: index + number.length,
    says: '电话号码最多两个',
    mend: `删去“${number}”`,
    source: pages.notice,
    replacement: '',
  }))
  return [
    ...tooMany,
    ...everyMatch(body, /(?<!\d)(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)/g, {
      rule: 'contact.mobile',
      severity: 'refuse',
      says: () => '不能有个人手机号',
      mend: '改用固定电话或400号码',
      source: pages.notice,
    }),
    ...everyMatch(body, /QQ|扣扣|[微薇V]信|加V(?![a-z信])|加群|公众号|扫码|二维码/gi, {
      rule: 'contact.social',
      severity: 'refuse',
      says: (words) => `不能引导到“${words}”`,
      mend: '删去，改留固定电话',
      source: pages.notice,
    }),
    ...everyMatch(
      body,
      /https?:\/\/[!-~]+|(?<![\w.])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|gov|cc|top|xyz|vip|info|club|site|shop|link|me|io)\b[!-~]*/gi,
      {
        rule: 'contact.link',
        severity: 'warn',
        says: (link) => `“${link}”：链接须在提交时申报域名及备案，仍可能被运营商拦截`,
        mend: '尽量不放链接；确需时先备案并申报',
        source: pages.notice,
      },
    ),
  ]
}

const centre = /民意|监测中心|公安局/

function tone({ body, signature, purpose }: TemplateDraft): Finding[] {
  const whole = { field: 'body', start: 0, end: body.length, source: pages.house } as const
  const findings = [
    ...everyMatch(body, /务必|必须|否则|限期|立即|马上|后果自负/g, {
      rule: 'tone.pressing',
      severity: 'hint',
      says: (words) => `“${words}”语气生硬，像催促或警告`,
      mend: '换成“请”“可以”一类的说法',
      source: pages.house,
    }),
    ...everyMatch(body, /[!！]+/g, {
      rule: 'tone.exclamation',
      severity: 'hint',
      says: () => '感叹号不像公务短信',
      mend: '改为句号',
      source: pages.house,
      replacement: '。',
    }),
  ]
  if (!centre.test(body) && !centre.test(signature)) {
    findings.push({
      rule: 'genuine.sender',
      severity: 'warn',
      ...whole,
      says: '没有写明是谁发的，群众难以分辨真伪',
      mend: '写上中心名称，例如“公安民意跟踪监测中心”',
    })
  }
  if (purpose !== 'thanks' && [...body.matchAll(fixedLine)].length === 0) {
    findings.push({
      rule: 'genuine.number',
      severity: 'warn',
      ...whole,
      says: '没有可供核实的电话',
      mend: '加上对外公布的核实电话',
    })
  }
  return findings
}
