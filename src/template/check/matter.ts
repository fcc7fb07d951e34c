import { everyMatch, pages, type Finding, type TemplateDraft } from './finding.ts'

const matters =
  /家庭暴力|家暴|强奸|猥亵|性侵|骚扰|盗窃|被盗|失窃|诈骗|被骗|抢劫|抢夺|赌博|吸毒|涉毒|嫖娼|卖淫|斗殴|打架|殴打|伤害|纠纷|失踪|走失|自杀|轻生|精神病|醉驾|酒驾|嫌疑|受害人|被害人|案件|案情|立案|违法|犯罪|拘留|处罚/g

/** A text may be read by others at home or at work: it names the unit and the kind of business, never the matter. */
export function checkMatter({ body, purpose }: TemplateDraft): Finding[] {
  if (purpose === 'duty') return []
  return everyMatch(body, matters, {
    rule: 'genuine.matter',
    severity: 'warn',
    says: (words) => `“${words}”说出了具体事由，旁人看到短信会泄露隐私`,
    mend: '只写承办单位和业务类别，例如“您近日在${unit}办理的${business}业务”',
    source: pages.house,
  })
}
