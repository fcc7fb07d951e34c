import { theme, type ThemeConfig } from 'antd'
import { useEffect, useState, useSyncExternalStore } from 'react'

export type Mode = 'light' | 'dark'
const storageKey = 'huifang.mode'

function systemMode(): Mode {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** Light or dark: as the system has it until somebody chooses. */
export function useMode(): [Mode, () => void] {
  const [mode, setMode] = useState<Mode>(
    () => (localStorage.getItem(storageKey) as Mode | null) ?? systemMode(),
  )
  useEffect(() => {
    document.documentElement.dataset.mode = mode
  }, [mode])
  return [
    mode,
    () => {
      const next = mode === 'light' ? 'dark' : 'light'
      localStorage.setItem(storageKey, next)
      setMode(next)
    },
  ]
}

function subscribeToWidth(watch: () => void): () => void {
  addEventListener('resize', watch)
  return () => removeEventListener('resize', watch)
}

/** Letters grow with the wall on which they are read. The style sheet has the same steps. */
export function useFontSize(): number {
  return useSyncExternalStore(subscribeToWidth, () =>
    innerWidth >= 3_000 ? 24 : innerWidth >= 2_200 ? 18 : innerWidth >= 1_600 ? 16 : 15,
  )
}

export function consoleTheme(mode: Mode, fontSize: number): ThemeConfig {
  const dark = mode === 'dark'
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? '#2f6cb8' : '#1d5296',
      colorError: dark ? '#f0716a' : '#c02f26',
      colorWarning: dark ? '#e8a33d' : '#a85a00',
      colorSuccess: dark ? '#5fb878' : '#24763c',
      colorLink: dark ? '#78b0f0' : '#1d5296',
      colorBgLayout: dark ? '#12161c' : '#eef1f5',
      colorBgContainer: dark ? '#1b212a' : '#ffffff',
      colorBgElevated: dark ? '#232b36' : '#ffffff',
      colorTextPlaceholder: dark ? '#98a2b0' : '#646d78',
      colorTextDescription: dark ? '#a9b3c0' : '#56606c',
      fontSize,
      controlHeight: Math.round(fontSize * 2.3),
      borderRadius: 6,
      fontFamily:
        "'Noto Sans SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', 'WenQuanYi Micro Hei', sans-serif",
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    },
  }
}
