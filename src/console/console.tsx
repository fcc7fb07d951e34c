import { StyleProvider } from '@ant-design/cssinjs'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App, Button, ConfigProvider, Result, Spin } from 'antd'
import zhCN from 'antd/locale/zh_CN'
import { useState } from 'react'
import type { ApiError } from './foundation/api.ts'
import { KeysProvider } from './foundation/keys.tsx'
import { LeavingProvider } from './foundation/leaving.tsx'
import { nonce } from './foundation/nonce.ts'
import { SessionProvider, useSessionAccess } from './foundation/session.tsx'
import { Frame } from './shell/frame.tsx'
import { LoginPage } from './shell/login.tsx'
import { PasswordPage } from './shell/password.tsx'
import { consoleTheme, useFontSize, useMode, type Mode } from './theme.ts'

function openQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What the server refuses it refuses again; only a lost connection is worth another try.
        retry: (count, error) => (error as ApiError).offline && count < 3,
        staleTime: 5_000,
        // Offline is shown and retried here; the browser's own idea of it is often wrong.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}

export function Console() {
  const [queries] = useState(openQueries)
  const [mode, switchMode] = useMode()
  const fontSize = useFontSize()
  return (
    <StyleProvider layer>
      <ConfigProvider
        locale={zhCN}
        csp={{ nonce }}
        theme={consoleTheme(mode, fontSize)}
        wave={{ disabled: true }}
        button={{ autoInsertSpace: false }}
      >
        <App component={false}>
          <QueryClientProvider client={queries}>
            <SessionProvider>
              <KeysProvider>
                <LeavingProvider>
                  <Entrance mode={mode} switchMode={switchMode} />
                </LeavingProvider>
              </KeysProvider>
            </SessionProvider>
          </QueryClientProvider>
        </App>
      </ConfigProvider>
    </StyleProvider>
  )
}

function Entrance({ mode, switchMode }: { mode: Mode; switchMode: () => void }) {
  const { state, retry } = useSessionAccess()
  switch (state.at) {
    case 'loading':
      return <Spin fullscreen description="正在打开回访工作台" />
    case 'unreachable':
      return (
        <Result
          status="warning"
          title={state.message}
          extra={
            <Button type="primary" onClick={retry}>
              重试
            </Button>
          }
        />
      )
    case 'out':
      return <LoginPage />
    case 'in':
    case 'expired':
      if (state.session.mustChangePassword) return <PasswordPage />
      return <Frame mode={mode} switchMode={switchMode} />
  }
}
