import { isId, type Id } from '../foundation/ids.ts'
import type { Leg } from './rules.ts'

// What we call things at the exchange: made from the call's id, so that a step that is repeated finds what it made.

export const channelOf = (id: Id, leg: Leg) => `${id}-${leg}`
export const bridgeOf = (id: Id) => `${id}-bridge`
export const noticeOf = (id: Id) => `${id}-notice`
export const recordingOf = (id: Id) => `huifang-${id}`

/** Reads the name of a channel or a playback back; null for anything that is none of ours. */
export function ownerOf(name: string): { id: Id; part: string } | null {
  const id = name.slice(0, 36)
  return isId(id) && name[36] === '-' ? { id, part: name.slice(37) } : null
}

export function ownerOfRecording(name: string): Id | null {
  const id = name.replace(/^huifang-/, '')
  return id !== name && isId(id) ? id : null
}
