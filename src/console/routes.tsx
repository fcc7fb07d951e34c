import { lazy, type ComponentType } from 'react'
import type { DeskCounts } from '../callback/schema/queue.ts'
import type { Role } from './foundation/session.tsx'
import { roleWords } from './words.ts'

export interface Screen {
  path: string
  /** In the head; screens without a title are reached from others. */
  title?: string
  roles: readonly Role[]
  page: ComponentType
  /** The live figure beside the title. */
  count?: keyof DeskCounts
}

const desk = ['agent', 'supervisor'] as const
const supervisors = ['supervisor'] as const
const administrators = ['administrator'] as const

/** Every screen with the roles that see it; the first of a role is where it begins. */
export const screens: readonly Screen[] = [
  {
    path: '/work',
    title: '我的工作',
    roles: desk,
    count: 'mine',
    page: lazy(() => import('./desk/work.tsx')),
  },
  {
    path: '/queue',
    title: '回访队列',
    roles: desk,
    count: 'due',
    page: lazy(() => import('./desk/queue.tsx')),
  },
  { path: '/cases/:id', roles: desk, page: lazy(() => import('./desk/case.tsx')) },
  {
    path: '/triage',
    title: '人工判读',
    roles: desk,
    count: 'triage',
    page: lazy(() => import('./triage/triage.tsx')),
  },
  {
    path: '/overview',
    title: '督导',
    roles: supervisors,
    page: lazy(() => import('./supervise/overview.tsx')),
  },
  {
    path: '/reviews',
    title: '复核',
    roles: supervisors,
    count: 'reviews',
    page: lazy(() => import('./supervise/reviews.tsx')),
  },
  {
    path: '/search',
    title: '查找',
    roles: desk,
    page: lazy(() => import('./supervise/search.tsx')),
  },
  {
    path: '/audit',
    title: '审计',
    roles: ['auditor'],
    page: lazy(() => import('./supervise/audit.tsx')),
  },
  {
    path: '/people',
    title: '人员',
    roles: administrators,
    page: lazy(() => import('./people/people.tsx')),
  },
  {
    path: '/texts',
    title: '短信模板',
    roles: administrators,
    page: lazy(() => import('./texts/texts.tsx')),
  },
  { path: '/texts/:key', roles: administrators, page: lazy(() => import('./texts/text.tsx')) },
  {
    path: '/policy',
    title: '策略',
    roles: administrators,
    page: lazy(() => import('./policy/policy.tsx')),
  },
  {
    path: '/blocks',
    title: '不发送名单',
    roles: administrators,
    page: lazy(() => import('./blocks/blocks.tsx')),
  },
  {
    path: '/handler',
    title: '督办单',
    roles: ['handler'],
    page: lazy(() => import('./shell/handler.tsx')),
  },
  {
    path: '/alarms',
    title: '告警',
    roles: ['supervisor', 'administrator', 'auditor'],
    page: lazy(() => import('./supervise/alarms.tsx')),
  },
  {
    path: '/account',
    roles: Object.keys(roleWords) as Role[],
    page: lazy(() => import('./shell/account.tsx')),
  },
]

export const screensOf = (role: Role): readonly Screen[] =>
  screens.filter(({ roles }) => roles.includes(role))
