import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a stand-in exchange is set up with; every address is 127.0.0.1. */
export interface ExchangeSetup {
  sipPort: number
  httpPort: number
  /** The first of 400 ports for voices. */
  rtpPort: number
  user: string
  password: string
  /** Phones by their names, all at one port; a phone without a port is known and never there. */
  phones: readonly { name: string; port: number | null }[]
  /** Trunks by their names: where the carrier listens. */
  trunks: readonly { name: string; port: number }[]
}

/** Modules in the order in which they may be loaded; nothing else is. */
export const modules = `
  res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_http_websocket res_websocket_client
  res_pjproject res_statsd res_geolocation res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id
  res_pjsip_rfc3326 res_pjsip_dtmf_info res_pjsip_nat res_pjsip_header_funcs res_pjsip_endpoint_identifier_user
  res_pjsip_endpoint_identifier_ip res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
  res_pjsip_outbound_registration res_pjsip_pubsub res_pjsip_registrar res_rtp_asterisk chan_pjsip chan_bridge_media
  bridge_simple bridge_softmix bridge_native_rtp bridge_holding codec_ulaw codec_alaw codec_gsm format_wav format_pcm
  format_gsm res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop
  res_stasis_device_state app_stasis pbx_config func_callerid func_channel res_cdrel_custom cel_custom res_ari_model
  res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_endpoints res_ari_events
  res_ari_playbacks res_ari_recordings res_ari_sounds`
  .trim()
  .split(/\s+/)
  .map((name) => `${name}.so`)

// Without these files the start complains of each.
const empty = [
  'pjproject',
  'sorcery',
  'statsd',
  'ccss',
  'cdr',
  'features',
  'indications',
  'acl',
  'manager',
  'udptl',
  'geolocation',
  'websocket_client',
  'stasis',
]

/** Writes everything that an Asterisk unpacked in `program` needs to run in `folder`. */
export async function writeConfiguration(
  program: string,
  folder: string,
  setup: ExchangeSetup,
): Promise<void> {
  const etc = join(folder, 'etc')
  for (const name of ['etc', 'lib', 'db', 'keys', 'spool/recording', 'run', 'log/cel-custom']) {
    await mkdir(join(folder, name), { recursive: true })
  }
  const files: Record<string, string> = {
    asterisk: `[directories]
astetcdir => ${etc}
astmoddir => ${program}/modules
astdatadir => ${program}/share
astvarlibdir => ${folder}/lib
astdbdir => ${folder}/db
astkeydir => ${folder}/keys
astagidir => ${folder}/lib/agi-bin
astspooldir => ${folder}/spool
astrundir => ${folder}/run
astlogdir => ${folder}/log
[options]
documentation_language = en_US
`,
    modules: `[modules]\nautoload = no\n${modules.map((name) => `load = ${name}\n`).join('')}`,
    logger: '[general]\n[logfiles]\nmessages.log => notice,warning,error\n',
    http: `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${setup.httpPort}\nenable_static = no\n`,
    ari: `[general]\nenabled = yes\n[${setup.user}]\ntype = user\nread_only = no\npassword_format = plain\npassword = ${setup.password}\n`,
    rtp: `[general]\nrtpstart = ${setup.rtpPort}\nrtpend = ${setup.rtpPort + 399}\n`,
    extensions: '[nobody-dials-in]\nexten => _X.,1,Hangup(21)\n',
    cel: '[general]\nenable = yes\nevents = CHAN_START,ANSWER,HANGUP\n',
    cel_custom: `[mappings]\nhuifang.csv => ${[
      'eventtype',
      'eventtime',
      'CHANNEL(uniqueid)',
      'eventextra',
    ]
      .map((name) => `\${CSV_QUOTE(\${${name}})}`)
      .join(',')}\n`,
    pjsip: pjsip(setup),
  }
  for (const name of empty) files[name] = ''
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(etc, `${name}.conf`), text)),
  )
}

/** Where channel events are logged. */
export const celFileOf = (folder: string) => join(folder, 'log', 'cel-custom', 'huifang.csv')

function pjsip({ sipPort, phones, trunks }: ExchangeSetup): string {
  const endpoint = (name: string, contact: string | null) => `[${name}]
type = endpoint
transport = udp
context = nobody-dials-in
disallow = all
allow = alaw,ulaw
aors = ${name}
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
[${name}]
type = aor
${contact === null ? 'max_contacts = 1' : `contact = ${contact}`}
`
  return [
    '[global]\ntype = global\nuser_agent = huifang-sandbox\n',
    `[udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:${sipPort}\n`,
    ...phones.map(({ name, port }) =>
      endpoint(name, port === null ? null : `sip:${name}@127.0.0.1:${port}`),
    ),
    ...trunks.map(({ name, port }) => endpoint(name, `sip:127.0.0.1:${port}`)),
  ].join('')
}
